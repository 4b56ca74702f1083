CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the event or the call that asked for it: asked twice, it is one mail
    key TEXT NOT NULL UNIQUE,
    -- null when it was asked for by address
    member_id TEXT,
    kind TEXT NOT NULL,
    -- what it tells, as JSON
    letter TEXT NOT NULL,
    -- whom: null until members has been asked
    email TEXT,
    name TEXT,
    locale TEXT,
    -- queued, sent, kept, failed
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    -- why the last attempt failed
    error TEXT
);
CREATE INDEX mails_due ON mails (state, next_at, id);
CREATE INDEX mails_done ON mails (done_at);
CREATE INDEX mails_member ON mails (member_id);
CREATE INDEX mails_email ON mails (email);

-- what the later mails about an order say of it
CREATE TABLE placed_orders (
    order_id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    -- lines and total, as JSON
    contents TEXT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX placed_orders_member ON placed_orders (member_id);
CREATE INDEX placed_orders_at ON placed_orders (at);
