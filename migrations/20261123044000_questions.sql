-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. Open questions are read a page at a time, without a look at those decided.

CREATE INDEX conflicts_waiting ON conflicts (opened_at, id) WHERE decided_at IS NULL;
