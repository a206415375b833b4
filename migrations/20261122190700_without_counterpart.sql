-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a person said has no counterpart at a service is not looked for again.

CREATE TABLE without_counterpart (
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    provider VARCHAR(20) NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (manga_id, provider)
);
