CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    xid BIGINT NOT NULL DEFAULT 0,
    event_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    at BIGINT NOT NULL,
    traceparent TEXT,
    data TEXT NOT NULL
);

-- how far each consumer has come
CREATE TABLE relay (
    consumer TEXT NOT NULL PRIMARY KEY,
    xid BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (consumer, event_id)
) WITHOUT ROWID;

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    event TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    parked_at BIGINT NOT NULL,
    UNIQUE (consumer, event_id)
);
CREATE INDEX dead_letters_aggregate ON dead_letters (consumer, aggregate);

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);

-- one row each: who may serve this database, and who does its background work
CREATE TABLE owner (
    epoch BIGINT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL
);
INSERT INTO owner (epoch, holder) VALUES (0, 'shared');

CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    token BIGINT NOT NULL,
    since BIGINT NOT NULL
);
