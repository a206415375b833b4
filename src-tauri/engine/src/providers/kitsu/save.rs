//! Creating, changing and removing entries (kitsu.md §5.4, §5.5). What Kitsu changes by itself while it saves is not
//! judged here: the answer is passed on as it is.

use kuroibara_core::{EntryId, ExternalId, Field, Fields, Status, Value};
use reqwest::{Method, StatusCode, header};
use serde_json::{Map, Value as Json, json};
use url::Url;

use super::{
    JSON_API, Kitsu, PROVIDER,
    document::{Document, LibraryEntry},
    entry::{changed, created, saved, shape},
    numeric, refusal,
};
use crate::{
    http::{HttpError, Repeat, Reply},
    providers::{ApiError, Removal, Saved, Session, Write, answer},
};

impl Kitsu {
    pub(super) async fn save_one(&self, session: &Session<'_>, write: &Write) -> Result<Saved, ApiError> {
        match (&write.entry_id, &write.before) {
            (Some(id), before) => self.update(session, (&write.id, id), before.as_ref(), &write.fields).await,
            (None, None) => self.create(session, write).await,
            (None, Some(before)) => {
                let id = self.known_entry(session, &write.id).await?.ok_or(ApiError::NotFound(PROVIDER))?;
                self.update(session, (&write.id, &id), Some(before), &write.fields).await
            }
        }
    }

    /// What is not there any more counts as removed, unless Kitsu only said so because it took us for somebody else.
    pub(super) async fn remove_one(&self, session: &Session<'_>, removal: &Removal) -> Result<(), ApiError> {
        let id = match &removal.entry_id {
            Some(id) => Some(id.clone()),
            None => self.known_entry(session, &removal.id).await?,
        };
        let Some(id) = id else { return Ok(()) };
        let request = self.request(Method::DELETE, self.entry_address(&id)?, Some(session.token));
        let reply = self.send("remove", request, Repeat::Safe).await?;
        match reply.status {
            status if status.is_success() => Ok(()),
            _ => match self.meant(session, &removal.id, &reply).await {
                ApiError::NotFound(_) => Ok(()),
                error => Err(error),
            },
        }
    }

    /// Kitsu keeps one entry per manga, so a creation can't happen twice: whenever it may have happened, we look. What is
    /// there, because the request arrived or somebody was faster, is brought to what was wanted; if nothing is, we ask
    /// once more. An error says that the answer was lost as long as any attempt may have arrived.
    async fn create(&self, session: &Session<'_>, write: &Write) -> Result<Saved, ApiError> {
        let lost = match self.try_to_create(session, write).await {
            Err(error) if may_have_arrived(&error) => error,
            outcome => return outcome,
        };
        let second = match self.adopt(session, write).await {
            Ok(Some(saved)) => return Ok(saved),
            Ok(None) => self.try_to_create(session, write).await,
            Err(error) => Err(error),
        };
        second.map_err(|error| if matches!(error, ApiError::Http(_)) { lost } else { error })
    }

    async fn try_to_create(&self, session: &Session<'_>, write: &Write) -> Result<Saved, ApiError> {
        let manga = numeric(write.id.as_str()).ok_or(ApiError::NotFound(PROVIDER))?;
        let body = json!({"data": {
            "type": "libraryEntries",
            "attributes": created(&write.fields, &shape(session)),
            "relationships": {
                "user": {"data": {"type": "users", "id": session.account_id}},
                "manga": {"data": {"type": "manga", "id": manga}},
            },
        }});
        let reply = self.write("create", Method::POST, self.at(&["library-entries"]), session, &body).await?;
        if reply.status.is_success() {
            return self.answered(session, &reply);
        }
        if !refusal::is_duplicate(&reply) {
            return Err(self.meant(session, &write.id, &reply).await);
        }
        self.adopt(session, write).await?.ok_or_else(hidden)
    }

    /// Brings the entry that is there to what was wanted; none when we can't see any.
    async fn adopt(&self, session: &Session<'_>, write: &Write) -> Result<Option<Saved>, ApiError> {
        let Some(there) = self.entry_of(session, &write.id).await? else { return Ok(None) };
        let there = saved(&there, &shape(session)).ok_or_else(unreadable)?;
        let missing = missing(&write.fields, &there.fields);
        let id = there.entry_id.as_ref().filter(|_| !missing.is_empty());
        match id {
            None => Ok(Some(there)),
            Some(id) => self.update(session, (&write.id, id), Some(&there.fields), &missing).await.map(Some),
        }
    }

    /// Whether a lost answer's change arrived is for the next reading to find out: it is not sent again blindly.
    async fn update(
        &self,
        session: &Session<'_>,
        (manga, id): (&ExternalId, &EntryId),
        before: Option<&Fields>,
        fields: &Fields,
    ) -> Result<Saved, ApiError> {
        let attributes: Map<String, Json> = changed(fields, before, &shape(session));
        let body = json!({"data": {"type": "libraryEntries", "id": id.as_str(), "attributes": attributes}});
        let url = self.entry_address(id)?;
        let reply = self.write("save", Method::PATCH, url, session, &body).await?;
        match reply.status.is_success() {
            true => self.answered(session, &reply),
            false => Err(self.meant(session, manga, &reply).await),
        }
    }

    /// Never repeated by itself: whether it may be is decided by what it does.
    async fn write(
        &self,
        route: &'static str,
        method: Method,
        url: Url,
        session: &Session<'_>,
        body: &Json,
    ) -> Result<Reply, ApiError> {
        let request = self.request(method, url, Some(session.token)).header(header::CONTENT_TYPE, JSON_API);
        self.send(route, request.body(body.to_string()), Repeat::Never).await
    }

    fn answered(&self, session: &Session<'_>, reply: &Reply) -> Result<Saved, ApiError> {
        let document: Document<LibraryEntry> = answer::read(PROVIDER, reply, "the saved entry")?;
        saved(&document.data, &shape(session)).ok_or_else(unreadable)
    }

    /// The error that an answer to a write means. To an unknown token Kitsu says “not permitted”, and of a private entry
    /// “not found”, as it does of what its filter hides (kitsu.md §1, §5.3).
    async fn meant(&self, session: &Session<'_>, manga: &ExternalId, reply: &Reply) -> ApiError {
        let doubt = match reply.status {
            StatusCode::FORBIDDEN => self.owner(session, None).await.err(),
            StatusCode::NOT_FOUND => self.certainly_absent(session, manga).await.err(),
            _ => None,
        };
        doubt.unwrap_or_else(|| refusal::meant(reply))
    }

    async fn known_entry(&self, session: &Session<'_>, manga: &ExternalId) -> Result<Option<EntryId>, ApiError> {
        let found = self.entry_of(session, manga).await?.map(|entry| EntryId(entry.id));
        if found.is_none() {
            self.certainly_absent(session, manga).await?;
        }
        Ok(found)
    }

    /// Makes sure that an entry which was not found is not there: we are who we think, and it is not just hidden.
    async fn certainly_absent(&self, session: &Session<'_>, manga: &ExternalId) -> Result<(), ApiError> {
        let asked: Vec<_> = numeric(manga.as_str()).into_iter().collect();
        let unsure = self.maybe_hidden(session, None, &asked).await?;
        if unsure.is_empty() { Ok(()) } else { Err(hidden()) }
    }

    fn entry_address(&self, id: &EntryId) -> Result<Url, ApiError> {
        let id = numeric(id.as_str()).ok_or(ApiError::NotFound(PROVIDER))?;
        Ok(self.at(&["library-entries", id]))
    }
}

/// The wanted fields that the entry does not show yet. Chapters of a completed entry are Kitsu's own (kitsu.md §5.7):
/// asking for others would only undo the completion.
fn missing(wanted: &Fields, there: &Fields) -> Fields {
    let completed = Some(&Value::Status(Status::Completed));
    let done = wanted.get(Field::Status) == completed && there.get(Field::Status) == completed;
    let differs = |field: Field, value: &Value| there.get(field) != Some(value) && !(done && field == Field::Chapters);
    wanted.iter().filter(|(field, value)| differs(*field, value)).map(|(field, value)| (field, value.clone())).collect()
}

fn may_have_arrived(error: &ApiError) -> bool {
    matches!(error, ApiError::Http(HttpError::AnswerLost { .. } | HttpError::Outage { status: 500.., .. }))
}

fn hidden() -> ApiError {
    answer::refused(PROVIDER, "it hides entries of adult titles while the account's SFW filter is on")
}

fn unreadable() -> ApiError {
    answer::unreadable(PROVIDER, "the saved entry's status")
}
