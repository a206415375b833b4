//! Reading: a user's manga list and the search, cut into pages (myanimelist.md sections 2 and 3). Pure.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::entry::{Entry, Status};
use super::fields::Fields;
use super::knobs::Odd;
use super::refusal::Refusal;
use super::state::State;
use super::title::Title;
use crate::params::Params;
use crate::search;

/// Part of a longer answer, and whether there is more on either side.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Value>,
    offset: usize,
    limit: usize,
    total: usize,
}

impl Page {
    /// Which page it is, from 1.
    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.offset / self.limit.max(1) + 1).unwrap_or(u32::MAX)
    }

    /// `data` and `paging`; the addresses are absolute, and absent at the ends (section 2).
    pub(super) fn body(self, address: &str, query: &Params) -> Value {
        let link = |offset: usize| json!(format!("{address}?{}", query.with("offset", &offset.to_string())));
        let mut paging = json!({});
        if self.offset > 0 {
            paging["previous"] = link(self.offset.saturating_sub(self.limit));
        }
        if self.offset + self.limit < self.total {
            paging["next"] = link(self.offset + self.limit);
        }
        json!({ "data": self.rows, "paging": paging })
    }
}

impl State {
    /// `GET /users/{name}/mangalist` (section 3).
    pub(super) fn manga_list(&self, account: i64, query: &Params) -> Result<Page, Refusal> {
        let window = self.window(query, 1000)?;
        let rows = self.sorted(account, query)?;
        let fields = Fields::parse(query.get("fields").unwrap_or_default());
        let status = fields.within("list_status").cloned().unwrap_or_default();
        let page = rows.iter().skip(self.odd(window.offset)).take(window.limit);
        let row = |(title, entry): &Row<'_>| json!({ "node": title.node(&fields, None), "list_status": entry.selected(&status) });
        Ok(Page { rows: page.map(row).collect(), offset: window.offset, limit: window.limit, total: rows.len() })
    }

    /// `GET /manga?q=` (section 3).
    pub(super) fn search(&self, caller: Option<i64>, query: &Params) -> Result<Page, Refusal> {
        let window = self.window(query, 100)?;
        let text = query.get("q").unwrap_or_default();
        if !(3..=64).contains(&text.chars().count()) {
            return Err(Refusal::BadRequest("invalid q"));
        }
        let fields = Fields::parse(query.get("fields").unwrap_or_default());
        let shown = self.titles.values().filter(|title| visible(title, query));
        let hits = search::best(text, shown, Title::names);
        let page = hits.iter().skip(window.offset).take(window.limit);
        let row = |title: &&Title| json!({ "node": self.node(title, caller, &fields) });
        Ok(Page { rows: page.map(row).collect(), offset: window.offset, limit: window.limit, total: hits.len() })
    }

    /// A manga with the caller's own entry where that was asked for and exists (section 3).
    pub(super) fn node(&self, title: &Title, caller: Option<i64>, fields: &Fields) -> Value {
        let own = fields.within("my_list_status").and_then(|wanted| {
            let entry = self.lists.get(&caller?)?.get(&title.id)?;
            Some(entry.selected(wanted))
        });
        title.node(fields, own)
    }

    fn sorted(&self, account: i64, query: &Params) -> Result<Vec<Row<'_>>, Refusal> {
        let status = match query.get("status") {
            Some(name) => Some(Status::parse(name).ok_or(Refusal::BadRequest("invalid status"))?),
            None => None,
        };
        let list = self.lists.get(&account).into_iter().flatten();
        let known = list.filter_map(|(id, entry)| Some((self.titles.get(id)?, entry)));
        let listed = known.filter(|(_, entry)| status.is_none_or(|status| entry.listed_as() == status));
        let mut rows: Vec<Row<'_>> = listed.filter(|(title, _)| visible(title, query)).collect();
        sort(&mut rows, query.get("sort"))?;
        Ok(rows)
    }

    /// Default 100; beyond the maximum the real answer is not verified, so it is a knob (section 8).
    fn window(&self, query: &Params, most: usize) -> Result<Window, Refusal> {
        let limit = number(query, "limit", 100, Refusal::BadRequest("invalid limit"))?;
        let offset = number(query, "offset", 0, Refusal::BadRequest("invalid offset"))?;
        if limit == 0 || (limit > most && !self.knobs.clamp_limits) {
            return Err(Refusal::BadRequest("invalid limit"));
        }
        Ok(Window { offset, limit: limit.min(most) })
    }

    /// Rows may repeat or go missing where one page ends, when the list changes meanwhile (section 3).
    fn odd(&self, offset: usize) -> usize {
        match self.knobs.pages {
            Odd::Repeat if offset > 0 => offset - 1,
            Odd::Miss if offset > 0 => offset + 1,
            Odd::Never | Odd::Repeat | Odd::Miss => offset,
        }
    }
}

type Row<'a> = (&'a Title, &'a Entry);

struct Window {
    offset: usize,
    limit: usize,
}

/// Gray and black titles show only with `nsfw=true` (section 2).
fn visible(title: &Title, query: &Params) -> bool {
    title.nsfw == "white" || query.get("nsfw") == Some("true")
}

/// The directions are fixed (section 3). Without a sort the order is not documented: by title, as the website.
fn sort(rows: &mut [Row<'_>], by: Option<&str>) -> Result<(), Refusal> {
    match by {
        Some("list_updated_at") => {
            rows.sort_by_key(|(title, entry)| (Reverse::<DateTime<Utc>>(entry.updated_at), title.id))
        }
        Some("list_score") => rows.sort_by_key(|(title, entry)| (Reverse(entry.score), title.id)),
        Some("manga_start_date") => rows.sort_by_key(|(title, _)| (Reverse(title.year), title.id)),
        Some("manga_id") => rows.sort_by_key(|(title, _)| title.id),
        Some("manga_title") | None => {
            rows.sort_by(|(left, _), (right, _)| left.title.cmp(&right.title).then(left.id.cmp(&right.id)))
        }
        Some(_) => return Err(Refusal::BadRequest("invalid sort")),
    }
    Ok(())
}

fn number(query: &Params, name: &str, default: usize, error: Refusal) -> Result<usize, Refusal> {
    query.get(name).map_or(Ok(default), |text| text.parse().map_err(|_| error))
}
