CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    -- NULL: of someone who has left
    member TEXT,
    status TEXT NOT NULL,
    payment TEXT NOT NULL,
    total BIGINT NOT NULL,
    -- lines as JSON
    items TEXT NOT NULL,
    -- number and names of products, normalised, for the search
    words TEXT NOT NULL,
    -- whether the sales figures have it
    counted BOOLEAN NOT NULL,
    placed_at BIGINT NOT NULL,
    -- of the newest event that was heard
    moved_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX orders_member ON orders (member, id) WHERE member IS NOT NULL;

-- what the days, by Korean time, add up to
CREATE TABLE days (
    date TEXT NOT NULL PRIMARY KEY,
    orders BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    revenue BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sellers (
    product TEXT NOT NULL PRIMARY KEY,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    units BIGINT NOT NULL,
    revenue BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sellers_best ON sellers (revenue);
