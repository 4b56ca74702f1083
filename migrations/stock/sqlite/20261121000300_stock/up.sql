CREATE TABLE items (
    sku TEXT NOT NULL PRIMARY KEY,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    -- promised to orders that are not confirmed yet
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0)
) WITHOUT ROWID;

CREATE TABLE reservations (
    order_id TEXT NOT NULL PRIMARY KEY,
    -- held, committed, expired, released, restocked, written_off
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reservations_due ON reservations (expires_at) WHERE state = 'held';

CREATE TABLE reservation_lines (
    order_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, sku)
) WITHOUT ROWID;

CREATE TABLE corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    before_on_hand BIGINT NOT NULL,
    after_on_hand BIGINT NOT NULL,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX corrections_sku ON corrections (sku, id);
