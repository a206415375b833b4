-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a search finds is counted without a look at the entries themselves,
-- whose rows are long.

DROP INDEX library_entries_by_manga;
CREATE INDEX library_entries_by_manga ON library_entries (manga_id, user_id, removed_at, status);
