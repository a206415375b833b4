//! The library: seen, edited, added to, linked.

use kuroibara_core::{Field, Fields, Provider, Value};
use kuroibara_engine::store::LibraryQuery;
use serde_json::json;

use super::Desk;
use crate::{
    args::{Changes, Edit, Library, Manga},
    exit::Exit,
    failure::Failure,
    show,
    values::Work,
};

impl Desk<'_> {
    pub(super) async fn library(&self, args: &Library) -> Result<Exit, Failure> {
        let query = LibraryQuery {
            search: args.search.clone(),
            statuses: args.status.clone(),
            differs: args.differs,
            limit: args.limit.unwrap_or(u32::MAX),
            offset: args.offset,
            ..LibraryQuery::default()
        };
        self.voice.say(&self.engine.library(&query).await?, show::library)
    }

    pub(super) async fn edit(&self, args: &Edit) -> Result<Exit, Failure> {
        let manga = self.engine.find(&args.manga.name).await?;
        self.voice.say(&self.engine.edit(manga, &fields(&args.changes)).await?, show::entry)
    }

    pub(super) async fn search(&self, provider: Provider, query: &str, limit: u32) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.search(provider, query, limit as usize).await?, show::hits)
    }

    pub(super) async fn add(&self, work: &Work) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.add(work.provider, &work.id).await?, show::entry)
    }

    pub(super) async fn remove(&self, manga: &Manga) -> Result<Exit, Failure> {
        self.engine.remove(self.engine.find(&manga.name).await?).await?;
        self.voice.say(&json!({ "removed": true }), |_, _| show::REMOVED.into())
    }

    pub(super) async fn link(&self, manga: &Manga, work: &Work) -> Result<Exit, Failure> {
        let manga = self.engine.find(&manga.name).await?;
        self.voice.say(&self.engine.link(manga, work.provider, &work.id).await?, show::entry)
    }

    pub(super) async fn unlink(&self, manga: &Manga, provider: Provider) -> Result<Exit, Failure> {
        let manga = self.engine.find(&manga.name).await?;
        self.voice.say(&self.engine.unlink(manga, provider).await?, show::entry)
    }
}

/// The fields that were given.
pub(super) fn fields(args: &Changes) -> Fields {
    let notes = args.notes.as_ref().map(|text| Value::Text((!text.is_empty()).then(|| text.as_str().into())));
    let given = [
        (Field::Status, args.status.map(Value::Status)),
        (Field::Chapters, args.chapters.map(Value::Count)),
        (Field::Volumes, args.volumes.map(Value::Count)),
        (Field::Rereads, args.rereads.map(Value::Count)),
        (Field::Score, args.score.map(|score| Value::Score(score.0))),
        (Field::StartedOn, args.started.map(|date| Value::Date(date.0))),
        (Field::FinishedOn, args.finished.map(|date| Value::Date(date.0))),
        (Field::Notes, notes),
        (Field::Private, args.private.map(Value::Flag)),
    ];
    given.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}
