-- members who have left: their orders may be heard of after that
CREATE TABLE withdrawn (
    member TEXT NOT NULL PRIMARY KEY
);
