-- what has happened to each order; the key is the optimistic lock
CREATE TABLE order_events (
    order_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (order_id, version)
) WITHOUT ROWID;

-- how each order stands: written with its events, for lists and look-ups
CREATE TABLE orders (
    order_id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    member TEXT NOT NULL,
    status TEXT NOT NULL,
    payment TEXT NOT NULL,
    total BIGINT NOT NULL,
    placed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX orders_member ON orders (member);
CREATE INDEX orders_status ON orders (status, order_id);

-- where the parcel goes; apart from the events, so that it can be erased
CREATE TABLE contacts (
    order_id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    phone TEXT NOT NULL,
    postcode TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT NOT NULL,
    -- the member is gone: erased as soon as the order ends
    withdrawn BOOLEAN NOT NULL
) WITHOUT ROWID;

-- orders for which the worker has something left to do
CREATE TABLE sagas (
    order_id TEXT NOT NULL PRIMARY KEY,
    wake BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    since BIGINT NOT NULL,
    error TEXT NOT NULL,
    token TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sagas_wake ON sagas (wake);
