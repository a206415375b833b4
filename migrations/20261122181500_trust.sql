-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a person chooses about plans, and what is kept to go back to.

-- The share of a provider's entries that a plan may lower, clear or remove by itself, in hundredths.
ALTER TABLE users ADD COLUMN guard_percent BIGINT NOT NULL DEFAULT 10;

-- A work that is never to be synced need not be in the library, so its title is kept here.
ALTER TABLE ignored ADD COLUMN title TEXT;
