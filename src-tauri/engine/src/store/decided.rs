//! Tables `links_by_hand`, `rejected_pairs`, `without_counterpart` and `asked_again`: what a person said of links, and what of
//! it they took back. Knows nothing of how likely a link is.

use std::collections::HashSet;

use kuroibara_core::{ExternalId, MangaId, Provider, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    sql::{Arg, Tx, args},
    text::{provider, time},
};

/// What a person said of a manga at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Which manga.
    pub manga: MangaId,
    /// Where.
    pub provider: Provider,
    /// What.
    pub said: Said,
    /// When.
    pub at: Time,
}

/// What a person can say of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is this work. With the title, where it is known.
    Linked(ExternalId, Option<String>),
    /// It is not this work.
    Rejected(ExternalId, Option<String>),
    /// It is not there at all; and why.
    Nowhere(String),
}

type Row = (String, Uuid, String, Option<String>, Option<String>, i64);

impl Db {
    /// What a person said of links and did not take back, the newest first.
    pub async fn decided(&self) -> Result<Vec<Decided>, StoreError> {
        let rows: Vec<Row> = self.pool.all(DECIDED, args![]).await?;
        rows.into_iter().map(decided).collect()
    }

    /// Notes that a person linked a manga: what was said against it is over, and no other candidate waits there.
    pub async fn note_link(&self, manga: MangaId, at: Provider, id: &ExternalId, now: Time) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run(BY_HAND, args![manga, at, id.as_str(), now]).await?;
        tx.run(ALLOW, args![manga, at, id.as_str()]).await?;
        for text in [COUNTERPART, NO_CANDIDATE] {
            tx.run(text, args![manga, at]).await?;
        }
        tx.commit_seen().await
    }

    /// Where a person said that a manga has no counterpart.
    pub async fn without_counterpart(&self) -> Result<HashSet<(MangaId, Provider)>, StoreError> {
        self.manga_and_providers("SELECT manga_id, provider FROM without_counterpart").await
    }

    /// Notes that a manga has no counterpart at a provider, and asks no more which it is.
    pub async fn note_without_counterpart(
        &self,
        manga: MangaId,
        at: Provider,
        reason: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run(NO_COUNTERPART, args![manga, at, reason, now]).await?;
        tx.run(NO_CANDIDATE, args![manga, at]).await?;
        tx.commit_seen().await
    }

    /// The pairs that a person said are not the same work.
    pub async fn rejected_pairs(&self) -> Result<HashSet<(MangaId, Provider, ExternalId)>, StoreError> {
        let text = "SELECT manga_id, provider, external_id FROM rejected_pairs";
        let rows: Vec<(Uuid, String, String)> = self.pool.all(text, args![]).await?;
        rows.into_iter().map(|(manga, at, id)| Ok((MangaId(manga), provider(&at)?, ExternalId(id)))).collect()
    }

    /// Notes that a person said these are not the same work, and asks no more whether they are. The work's title is kept, since
    /// it need not be in the library.
    pub async fn reject_pair(
        &self,
        manga: MangaId,
        at: Provider,
        (id, title): (&ExternalId, Option<&str>),
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run(REJECT, args![manga, at, id.as_str(), now, title]).await?;
        let text = "DELETE FROM match_candidates WHERE manga_id = $1 AND provider = $2 AND external_id = $3";
        tx.run(text, args![manga, at, id.as_str()]).await?;
        tx.commit_seen().await
    }

    /// Takes back that a manga is not that work, or without one that it is nowhere at a provider. It is compared anew with the
    /// next matching; `searched` is the key under which a search for it is kept as done. False: nothing of the kind was said.
    pub async fn ask_again(
        &self,
        manga: MangaId,
        at: Provider,
        id: Option<&ExternalId>,
        searched: &str,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.write().await?;
        let taken_back = match id {
            Some(id) => tx.run(ALLOW, args![manga, at, id.as_str()]).await?,
            None => tx.run(COUNTERPART, args![manga, at]).await?,
        };
        if taken_back == 0 {
            return Ok(false);
        }
        tx.run(AGAIN, args![manga, at]).await?;
        tx.run("DELETE FROM search_cache WHERE key = $1", args![searched]).await?;
        tx.commit_seen().await?;
        Ok(true)
    }

    /// What a person wants to be asked again.
    pub async fn asked_again(&self) -> Result<HashSet<(MangaId, Provider)>, StoreError> {
        self.manga_and_providers("SELECT manga_id, provider FROM asked_again").await
    }

    /// These were compared again: from now on they are as any other.
    pub async fn was_asked_again(&self, what: &[(MangaId, Provider)]) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        for (manga, at) in what {
            tx.run("DELETE FROM asked_again WHERE manga_id = $1 AND provider = $2", args![*manga, *at]).await?;
        }
        tx.commit().await
    }

    async fn manga_and_providers(&self, text: &'static str) -> Result<HashSet<(MangaId, Provider)>, StoreError> {
        let rows: Vec<(Uuid, String)> = self.pool.all(text, args![]).await?;
        rows.into_iter().map(|(manga, at)| Ok((MangaId(manga), provider(&at)?))).collect()
    }
}

/// One manga is part of another from now on: what a person said of it, they said of that one.
pub(super) async fn follow_merge(tx: &mut Tx, gone: Arg, kept: Arg) -> Result<(), StoreError> {
    for text in [LINKS_FOLLOW, REJECTIONS_FOLLOW, NOWHERE_FOLLOWS] {
        tx.run(text, vec![gone.clone(), kept.clone()]).await?;
    }
    Ok(())
}

fn decided((how, manga, at, id, text, since): Row) -> Result<Decided, StoreError> {
    let said = match (how.as_str(), id) {
        ("linked", Some(id)) => Said::Linked(ExternalId(id), text),
        ("rejected", Some(id)) => Said::Rejected(ExternalId(id), text),
        _ => Said::Nowhere(text.unwrap_or_default()),
    };
    Ok(Decided { manga: MangaId(manga), provider: provider(&at)?, said, at: time(since) })
}

const DECIDED: &str = "WITH works AS (SELECT m.manga_id, i.integration_type AS provider, m.external_manga_id AS external_id, \
        coalesce(m.external_title, manga.title) AS title \
        FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id \
        JOIN manga ON manga.id = m.manga_id), \
    said AS (SELECT 'linked' AS how, l.manga_id, l.provider, l.external_id, w.title, l.at FROM links_by_hand l \
        JOIN works w ON w.manga_id = l.manga_id AND w.provider = l.provider AND w.external_id = l.external_id \
    UNION ALL SELECT 'rejected', r.manga_id, r.provider, r.external_id, coalesce(w.title, r.title), r.at \
        FROM rejected_pairs r LEFT JOIN works w ON w.provider = r.provider AND w.external_id = r.external_id \
        WHERE r.moved_to IS NULL AND (w.manga_id IS NULL OR w.manga_id <> r.manga_id) \
    UNION ALL SELECT 'nowhere', n.manga_id, n.provider, CAST(NULL AS VARCHAR(255)), n.reason, n.at \
        FROM without_counterpart n \
        WHERE NOT EXISTS (SELECT 1 FROM works w WHERE w.manga_id = n.manga_id AND w.provider = n.provider)) \
    SELECT how, manga_id, provider, external_id, said.title, at FROM said JOIN manga ON manga.id = said.manga_id \
    WHERE manga.merged_into IS NULL ORDER BY at DESC, manga_id, provider, how, external_id";
const BY_HAND: &str = "INSERT INTO links_by_hand (manga_id, provider, external_id, at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (manga_id, provider) DO UPDATE SET external_id = excluded.external_id, at = excluded.at";
const NO_COUNTERPART: &str = "INSERT INTO without_counterpart (manga_id, provider, reason, at) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (manga_id, provider) DO UPDATE SET reason = excluded.reason, at = excluded.at";
const COUNTERPART: &str = "DELETE FROM without_counterpart WHERE manga_id = $1 AND provider = $2";
const NO_CANDIDATE: &str = "DELETE FROM match_candidates WHERE manga_id = $1 AND provider = $2";
const REJECT: &str = "INSERT INTO rejected_pairs (manga_id, provider, external_id, at, title) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (manga_id, provider, external_id) DO NOTHING";
/// Said of a work that then got another id, it is taken back of both ids; said from the other side, there too.
const ALLOW: &str = "DELETE FROM rejected_pairs \
    WHERE (manga_id = $1 AND provider = $2 AND (external_id = $3 OR moved_to = $3)) \
    OR (EXISTS (SELECT 1 FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id \
        WHERE m.manga_id = rejected_pairs.manga_id AND i.integration_type = $2 AND m.external_manga_id = $3) \
    AND EXISTS (SELECT 1 FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id \
        WHERE m.manga_id = $1 AND i.integration_type = rejected_pairs.provider \
            AND m.external_manga_id = rejected_pairs.external_id))";
const AGAIN: &str =
    "INSERT INTO asked_again (manga_id, provider) VALUES ($1, $2) ON CONFLICT (manga_id, provider) DO NOTHING";
const LINKS_FOLLOW: &str = "INSERT INTO links_by_hand (manga_id, provider, external_id, at) \
    SELECT $2, provider, external_id, at FROM links_by_hand WHERE manga_id = $1 \
    ON CONFLICT (manga_id, provider) DO NOTHING";
const REJECTIONS_FOLLOW: &str = "INSERT INTO rejected_pairs (manga_id, provider, external_id, at, title, moved_to) \
    SELECT $2, provider, external_id, at, title, moved_to FROM rejected_pairs WHERE manga_id = $1 \
    ON CONFLICT (manga_id, provider, external_id) DO NOTHING";
const NOWHERE_FOLLOWS: &str = "INSERT INTO without_counterpart (manga_id, provider, reason, at) \
    SELECT $2, provider, reason, at FROM without_counterpart WHERE manga_id = $1 \
    ON CONFLICT (manga_id, provider) DO NOTHING";
