-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. A search of the history follows joins: what became part of a manga is found
-- without a look at every manga there is.

CREATE INDEX manga_joined ON manga (merged_into) WHERE merged_into IS NOT NULL;
