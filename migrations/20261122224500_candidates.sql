-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a search found is in no list, and is shown to the person all the same.

-- The work as it is shown beside the title, as JSON; none: it is in the library.
ALTER TABLE match_candidates ADD COLUMN shown TEXT;
