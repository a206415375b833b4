-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a person decided last can be taken back for as long as nobody has it.

-- The question with which this one was answered, and what an answer moved, as JSON.
ALTER TABLE conflicts ADD COLUMN decided_with UUID;
ALTER TABLE conflicts ADD COLUMN moved TEXT;
CREATE INDEX conflicts_decided_with ON conflicts (decided_with) WHERE moved IS NOT NULL;

-- What was said of parts of the plan that waits, the newest last, each with what was said of them before, as JSON.
ALTER TABLE sync_runs ADD COLUMN said TEXT;
