CREATE TABLE posts (
    id TEXT NOT NULL PRIMARY KEY,
    -- notices, qna, reviews
    board TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    -- notices may say the same in the other language
    other_title TEXT,
    other_body TEXT,
    -- the product's code, the SKU it was written about, and what that was called then
    product TEXT,
    sku TEXT,
    product_ko TEXT,
    product_en TEXT,
    stars BIGINT CHECK (stars BETWEEN 1 AND 5),
    -- null once the author has left
    author TEXT,
    author_name TEXT,
    is_staff BOOLEAN NOT NULL,
    -- kept up with the comments
    answered BOOLEAN NOT NULL,
    comments BIGINT NOT NULL,
    -- not null: a moderator has hidden it
    hidden_reason TEXT,
    at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX posts_newest ON posts (board, at, id);
CREATE INDEX posts_of_all ON posts (at, id);
CREATE INDEX posts_product ON posts (product, board, at, id) WHERE product IS NOT NULL;
CREATE INDEX posts_sku ON posts (sku) WHERE sku IS NOT NULL;
CREATE INDEX posts_author ON posts (author) WHERE author IS NOT NULL;
CREATE INDEX posts_answered ON posts (board, answered, at);
CREATE UNIQUE INDEX posts_one_review ON posts (author, product) WHERE board = 'reviews' AND author IS NOT NULL;

CREATE TABLE comments (
    id TEXT NOT NULL PRIMARY KEY,
    post TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT,
    author_name TEXT,
    is_staff BOOLEAN NOT NULL,
    hidden_reason TEXT,
    at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX comments_post ON comments (post, at, id);
CREATE INDEX comments_author ON comments (author) WHERE author IS NOT NULL;

-- stars of all visible reviews of a product
CREATE TABLE ratings (
    product TEXT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL,
    count BIGINT NOT NULL
);

-- members who have left: nothing more is written in their name
CREATE TABLE departed (
    member TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
