-- one per order, written before the provider is asked
CREATE TABLE payments (
    order_id TEXT NOT NULL PRIMARY KEY,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    -- the card, for as long as it may have to be charged
    token TEXT,
    -- asking, declined, authorised, captured, voided, refunded, barred
    state TEXT NOT NULL,
    -- the money is to go back
    reversing BOOLEAN NOT NULL DEFAULT FALSE,
    -- how often the provider was asked in vain, and when to ask it again
    asks BIGINT NOT NULL DEFAULT 0,
    ask_at BIGINT
);
CREATE INDEX payments_due ON payments (ask_at) WHERE ask_at IS NOT NULL;

-- double entry: the amounts of one step of one order add up to zero (debit positive, credit negative)
CREATE TABLE ledger_entries (
    order_id TEXT NOT NULL,
    -- authorise, capture, void, refund
    step TEXT NOT NULL,
    -- receivable, unearned, clearing, revenue, refunds
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (order_id, step, account)
);

-- the sandbox provider's own books; nothing but the sandbox writes or reads them, except to compare
CREATE TABLE sandbox_log (
    order_id TEXT NOT NULL,
    -- authorise, decline, capture, void, refund, bar
    step TEXT NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (order_id, step)
);

CREATE TABLE sandbox_attempts (
    order_id TEXT NOT NULL PRIMARY KEY,
    attempts BIGINT NOT NULL
);
