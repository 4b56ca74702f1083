-- one parcel per order
CREATE TABLE shipments (
    order_id TEXT NOT NULL PRIMARY KEY,
    -- requested, dispatched, shipped, delivered, undeliverable, lost, cancelled
    state TEXT NOT NULL,
    -- where it goes, for as long as that is needed
    recipient TEXT,
    phone TEXT,
    postcode TEXT,
    line1 TEXT,
    line2 TEXT,
    handed_over_at BIGINT,
    -- when to ask the courier again
    due_at BIGINT,
    -- when to forget where it went
    erase_at BIGINT
) WITHOUT ROWID;
CREATE INDEX shipments_due ON shipments (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX shipments_erase ON shipments (erase_at) WHERE erase_at IS NOT NULL;
