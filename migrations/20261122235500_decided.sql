-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. What a person said of links is shown to them and can be taken back.

-- What a person linked; shown while the manga is still mapped to that work.
CREATE TABLE links_by_hand (
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    provider VARCHAR(20) NOT NULL,
    external_id VARCHAR(255) NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (manga_id, provider)
);
INSERT INTO links_by_hand (manga_id, provider, external_id, at)
    SELECT m.manga_id, i.integration_type, m.external_manga_id, m.created_at FROM external_manga_mappings m
        JOIN external_integrations i ON i.id = m.integration_id
        WHERE m.source = 'user';

-- A work that was rejected need not be in the library, so its title is kept here.
ALTER TABLE rejected_pairs ADD COLUMN title TEXT;
-- The id that the work has now, where the service gave it another one; the row of that id is the one that is shown.
ALTER TABLE rejected_pairs ADD COLUMN moved_to VARCHAR(255);

-- What a person wants to be asked again: it is compared at the next matching as if it were new.
CREATE TABLE asked_again (
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    provider VARCHAR(20) NOT NULL,
    PRIMARY KEY (manga_id, provider)
);
