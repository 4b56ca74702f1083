CREATE TABLE carts (
    -- m: or g: and the id of the member or guest
    owner TEXT NOT NULL PRIMARY KEY,
    is_guest BOOLEAN NOT NULL,
    -- the last change, microseconds
    touched_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX carts_forgotten ON carts (touched_at) WHERE is_guest;

CREATE TABLE lines (
    owner TEXT NOT NULL,
    sku TEXT NOT NULL,
    -- what was asked for; stock caps it when it is shown
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    -- what it cost and was called when it was put in
    price BIGINT NOT NULL,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (owner, sku)
) WITHOUT ROWID;

-- orders whose lines have left the cart already
CREATE TABLE removed_orders (
    order_id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
) WITHOUT ROWID;
