CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    -- as it was typed, its domain in lower case
    email TEXT NOT NULL,
    -- all in lower case: nobody joins twice
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- e-mail and name in lower case, for the search of administrators
    haystack TEXT NOT NULL,
    -- Argon2id, as a PHC string; without one nobody can log in
    password TEXT,
    locale TEXT NOT NULL,
    is_admin BOOLEAN NOT NULL,
    joined_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX members_admins ON members (id) WHERE is_admin;

CREATE TABLE addresses (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    phone TEXT NOT NULL,
    postcode TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT NOT NULL,
    is_default BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX addresses_member ON addresses (member_id);

-- secrets are kept as their SHA-256 only
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- to the hour
    last_used BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_member ON sessions (member_id);
CREATE INDEX sessions_unused ON sessions (last_used);

CREATE TABLE api_keys (
    key_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- to the hour; null: never
    last_used BIGINT
) WITHOUT ROWID;
CREATE INDEX api_keys_member ON api_keys (member_id);

-- who wants a reset link by mail, until it is sent
CREATE TABLE reset_requests (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    requested_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE reset_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reset_links_member ON reset_links (member_id);
