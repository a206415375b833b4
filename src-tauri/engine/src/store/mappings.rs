//! Tables `external_manga_mappings` and `intents`: which id a manga has at a provider, the base, what was last read there
//! and the write that has no answer yet.

use kuroibara_core::{
    Base, EntryId, Fields, IntegrationId, Intent, MangaId, MappingId, Observation, Remote, Time, Totals,
};

use super::{
    StoreError,
    change::{Change, NewLink},
    sql::{Arg, args},
    text::{Word, from_json, json, nanos, some_time, time},
};

/// The longest title that the specification's column takes, in characters.
const LONGEST_TITLE: usize = 500;

/// The arguments of [`INSERT`].
pub(super) fn new_row(id: MappingId, manga: MangaId, link: &NewLink, now: Time) -> Vec<Arg> {
    let title: Option<String> = link.title.as_ref().map(|title| title.chars().take(LONGEST_TITLE).collect());
    args![id, link.integration, manga, link.external_id.as_str(), title, now, link.source.word()]
}

/// The arguments of [`READ`].
pub(super) fn read_row(id: MappingId, remote: &Remote, at: Time) -> Result<Vec<Arg>, StoreError> {
    let (word, seen) = match remote {
        Remote::Unknown => ("unknown", None),
        Remote::Absent => ("absent", None),
        Remote::Present(seen) => ("present", Some(seen)),
    };
    let fields = seen.map(|seen| json("remote_fields", &seen.fields)).transpose()?;
    let entry_id = seen.and_then(|seen| seen.entry_id.as_ref()).map(EntryId::as_str);
    let times = [seen.map(|seen| nanos(seen.updated_at)), seen.and_then(|seen| seen.read_before).map(nanos)];
    let [updated_at, read_before] = times;
    Ok(args![id, word, fields, entry_id, updated_at, read_before, at])
}

/// What was last read, out of its columns.
pub(super) fn remote(
    word: &str,
    fields: Option<&str>,
    entry_id: Option<String>,
    updated_at: Option<i64>,
    read_before: Option<i64>,
) -> Result<Remote, StoreError> {
    match word {
        "unknown" => Ok(Remote::Unknown),
        "absent" => Ok(Remote::Absent),
        "present" => {
            let bad = || StoreError::Unintelligible { column: "remote_fields" };
            let fields: Fields = from_json("remote_fields", fields.ok_or_else(bad)?)?;
            let updated_at = time(updated_at.ok_or_else(bad)?);
            let (entry_id, read_before) = (entry_id.map(EntryId), some_time(read_before));
            Ok(Remote::Present(Observation { fields, entry_id, updated_at, read_before }))
        }
        _ => Err(StoreError::Unintelligible { column: "remote" }),
    }
}

/// The arguments of [`BASE`]; none: the base stays.
pub(super) fn base_row(id: MappingId, base: &Change<Base>) -> Result<Option<Vec<Arg>>, StoreError> {
    Ok(match base {
        Change::Keep => None,
        Change::Set(base) => Some(args![id, json("base", base)?]),
        Change::Clear => Some(args![id, None::<String>]),
    })
}

/// The arguments of [`PUT_INTENT`].
pub(super) fn intent_row(id: MappingId, intent: &Intent) -> Result<Vec<Arg>, StoreError> {
    Ok(args![id, json("intents.body", intent)?])
}

/// The arguments of [`TOTALS`].
pub(super) fn totals_row(id: MappingId, totals: Totals) -> Vec<Arg> {
    args![id, totals.chapters, totals.volumes]
}

/// Where a mapping stands now.
#[derive(sqlx::FromRow)]
pub(super) struct Place {
    pub(super) id: uuid::Uuid,
    pub(super) manga_id: uuid::Uuid,
    pub(super) integration_id: uuid::Uuid,
    pub(super) external_manga_id: String,
}

impl Place {
    /// Where it is a mapping to.
    pub(super) fn integration(&self) -> IntegrationId {
        IntegrationId(self.integration_id)
    }
}

/// The mappings of these keys.
pub(super) const BY_ID: &str =
    "SELECT id, manga_id, integration_id, external_manga_id FROM external_manga_mappings WHERE id IN {}";
/// The mappings of these manga.
pub(super) const BY_MANGA: &str =
    "SELECT id, manga_id, integration_id, external_manga_id FROM external_manga_mappings WHERE manga_id IN {}";
/// The mappings of these works, at any integration.
pub(super) const BY_WORK: &str =
    "SELECT id, manga_id, integration_id, external_manga_id FROM external_manga_mappings WHERE external_manga_id IN {}";
/// Makes mappings.
pub(super) const INSERT: &str = "INSERT INTO external_manga_mappings \
    (id, integration_id, manga_id, external_manga_id, external_title, created_at, source) VALUES {}";
/// Deletes mappings, with all that hangs on them.
pub(super) const DELETE: &str = "DELETE FROM external_manga_mappings WHERE id IN {}";
/// Gives a mapping to another manga.
pub(super) const MOVE: &str = "UPDATE external_manga_mappings SET manga_id = $2 WHERE id = $1";
/// Stores what was read. `VALUES` names its columns alike on both databases.
pub(super) const READ: &str = "UPDATE external_manga_mappings SET remote = v.column2, remote_fields = v.column3, \
    remote_entry_id = v.column4, remote_updated_at = v.column5, remote_read_before = v.column6, \
    remote_read_at = v.column7 FROM (VALUES {}) AS v WHERE external_manga_mappings.id = v.column1";
/// Stores agreements.
pub(super) const BASE: &str = "UPDATE external_manga_mappings SET base = v.column2 FROM (VALUES {}) AS v \
    WHERE external_manga_mappings.id = v.column1";
/// Stores how long works are.
pub(super) const TOTALS: &str = "UPDATE external_manga_mappings SET total_chapters = v.column2, \
    total_volumes = v.column3 FROM (VALUES {}) AS v WHERE external_manga_mappings.id = v.column1";
/// Marks what is still to be merged.
pub(super) const UNSETTLED: &str = "UPDATE external_manga_mappings SET unsettled = v.column2 FROM (VALUES {}) AS v \
    WHERE external_manga_mappings.id = v.column1";
/// Stores writes that are about to leave.
pub(super) const PUT_INTENT: &str = "INSERT INTO intents (mapping_id, body) VALUES {} \
    ON CONFLICT (mapping_id) DO UPDATE SET body = excluded.body";
/// Forgets writes whose answers are stored.
pub(super) const DROP_INTENT: &str = "DELETE FROM intents WHERE mapping_id IN {}";
