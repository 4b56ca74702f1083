CREATE TABLE things (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    "order" BIGINT,
    bytes BLOB,
    kept BOOLEAN NOT NULL
);
CREATE TABLE parts (
    thing BIGINT NOT NULL REFERENCES things (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    part_of BIGINT REFERENCES things (id),
    PRIMARY KEY (thing, position)
) WITHOUT ROWID;
CREATE TABLE a_table_that_is_empty (name TEXT NOT NULL PRIMARY KEY, kept BOOLEAN);
CREATE VIRTUAL TABLE found USING fts5 (name, content = '', contentless_delete = 1);
