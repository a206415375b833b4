-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What the window shows of thousands of titles at once must not be worked out
-- for each of them whenever it is looked at.

-- Whether the provider holds something else than the library, in the provider's own terms; null: not looked at since
-- either side changed. It is worked out from the other columns and may be forgotten at any time.
ALTER TABLE external_manga_mappings ADD COLUMN differs BOOLEAN;
CREATE INDEX external_manga_mappings_unjudged ON external_manga_mappings (manga_id) WHERE differs IS NULL;
CREATE INDEX external_manga_mappings_differing ON external_manga_mappings (manga_id) WHERE differs;
