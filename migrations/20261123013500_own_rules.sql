-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. Who wins may be another one for a score than for the chapters.

-- By group of fields, as a JSON object; a group that is not named follows `rule`.
ALTER TABLE external_integrations ADD COLUMN own_rules TEXT;
