-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. A search looks at every name there is: it must have few and short rows to go
-- through, and each manga once.

-- All names of a manga as they are compared when searching, one to a line.
CREATE TABLE manga_names (
    manga_id UUID PRIMARY KEY REFERENCES manga(id) ON DELETE CASCADE,
    folded TEXT NOT NULL
);
INSERT INTO manga_names (manga_id, folded)
    WITH RECURSIVE named(manga_id, position, folded) AS (
        SELECT manga_id, position, folded FROM manga_titles WHERE position = 0
        UNION ALL
        SELECT t.manga_id, t.position, n.folded || '
' || t.folded FROM named n JOIN manga_titles t ON t.manga_id = n.manga_id AND t.position = n.position + 1
    )
    SELECT manga_id, folded FROM named n
        WHERE NOT EXISTS (SELECT 1 FROM manga_titles t WHERE t.manga_id = n.manga_id AND t.position = n.position + 1);
DROP INDEX manga_titles_by_folded;
ALTER TABLE manga_titles DROP COLUMN folded;
