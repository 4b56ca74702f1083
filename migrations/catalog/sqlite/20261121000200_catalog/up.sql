CREATE TABLE categories (
    slug TEXT NOT NULL PRIMARY KEY,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- how many products are in it: kept up by every write, so that no page has to count them
    products BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- narrow, as lists walk and sort it; what only a product's own page shows is in `details`
CREATE TABLE products (
    -- grows with every product: newest first is its order
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    category TEXT NOT NULL REFERENCES categories (slug),
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    -- of the first variant
    price BIGINT NOT NULL,
    -- the buyable SKUs, parted by spaces, the one that lists show first
    skus TEXT NOT NULL,
    -- the first picture's file name
    picture TEXT,
    sold BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- every index ends in the id, which breaks ties
CREATE INDEX products_price ON products (price);
CREATE INDEX products_sold ON products (sold);
CREATE INDEX products_category ON products (category);
CREATE INDEX products_category_price ON products (category, price);
CREATE INDEX products_category_sold ON products (category, sold);

CREATE TABLE details (
    product INTEGER PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE,
    description_ko TEXT NOT NULL,
    description_en TEXT NOT NULL,
    base_price BIGINT NOT NULL,
    -- JSON: sku, price, colour and size of each variant; an empty list without options
    options TEXT NOT NULL,
    -- JSON: file names
    pictures TEXT NOT NULL
);

-- every name that leads to a product: its code, and the SKU of each variant
CREATE TABLE skus (
    sku TEXT NOT NULL PRIMARY KEY,
    product BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    -- among the variants; -1: a code that cannot be bought, as the product has options
    position BIGINT NOT NULL,
    price BIGINT NOT NULL,
    -- the chosen options in words, empty without options
    label_ko TEXT NOT NULL,
    label_en TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX skus_product ON skus (product);

-- named by the hash of their bytes: a file name never changes its content
CREATE TABLE pictures (
    name TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL
);

CREATE TABLE product_pictures (
    product BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    name TEXT NOT NULL REFERENCES pictures (name),
    PRIMARY KEY (product, position)
) WITHOUT ROWID;
CREATE INDEX product_pictures_name ON product_pictures (name);

-- rowid is the product's id; both columns hold words already cut by the catalogue (pairs of Hangul)
CREATE VIRTUAL TABLE product_search USING fts5 (
    name, body, content = '', contentless_delete = 1, detail = column, tokenize = "unicode61 remove_diacritics 0"
);
