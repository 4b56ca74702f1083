CREATE TABLE posts (
    -- ids made later sort later: the newest first is by id
    id TEXT NOT NULL PRIMARY KEY,
    -- notices, qna, reviews
    board TEXT NOT NULL,
    -- both NULL: someone who has left
    author TEXT,
    author_name TEXT,
    is_staff BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    -- notices may be told in English too
    title_en TEXT,
    body_en TEXT,
    -- the product's code, and how it was called when the post was written
    product TEXT,
    product_sku TEXT,
    product_ko TEXT,
    product_en TEXT,
    stars BIGINT CHECK (stars BETWEEN 1 AND 5),
    -- why it is not shown, if it is not
    hidden TEXT,
    answered BOOLEAN NOT NULL,
    comments BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX posts_board ON posts (board, id);
CREATE INDEX posts_product ON posts (product, board, id) WHERE product IS NOT NULL;
CREATE INDEX posts_author ON posts (author) WHERE author IS NOT NULL;
CREATE UNIQUE INDEX posts_one_review ON posts (author, product) WHERE board = 'reviews' AND author IS NOT NULL;

CREATE TABLE comments (
    id TEXT NOT NULL PRIMARY KEY,
    post_id TEXT NOT NULL,
    author TEXT,
    author_name TEXT,
    is_staff BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX comments_post ON comments (post_id, id);
CREATE INDEX comments_author ON comments (author) WHERE author IS NOT NULL;

-- what the shown reviews of a product add up to
CREATE TABLE ratings (
    product TEXT NOT NULL PRIMARY KEY,
    stars BIGINT NOT NULL,
    reviews BIGINT NOT NULL
);
