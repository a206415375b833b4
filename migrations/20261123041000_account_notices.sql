-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What an account's list hides is shown for as long as it holds, and not only
-- until the next sync that happens not to see it.

-- What the reader should know of the account, as a JSON list of words; none: nothing.
ALTER TABLE external_integrations ADD COLUMN notices TEXT;
