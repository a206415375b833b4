//! Writing JSON:API documents: resources by fieldset, linkage for what is included, page links and counts (kitsu.md
//! section 2). Knows no rule of the library.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::oauth::email;
use super::query::{Include, Query};
use super::state::{State, User, Viewer};

/// One resource: its kind and id.
pub(super) type Name = (Kind, i64);

/// A document being written.
pub(super) struct Document<'a> {
    state: &'a State,
    viewer: Viewer,
    query: &'a Query,
    /// The API's own address.
    base: &'a str,
    included: Vec<Value>,
    seen: HashSet<Name>,
}

impl<'a> Document<'a> {
    pub(super) fn new(state: &'a State, viewer: Viewer, query: &'a Query, base: &'a str) -> Self {
        Self { state, viewer, query, base, included: Vec::new(), seen: HashSet::new() }
    }

    /// A document of one resource.
    pub(super) fn one(mut self, name: Name) -> Value {
        let data = self.resource(name, &self.query.include);
        self.finish(json!({ "data": data }))
    }

    /// A document of the query's page of `names`, served at `path`; `meta` gets the count.
    pub(super) fn page(mut self, names: &[Name], path: &str, mut meta: Value) -> Value {
        let page = names.iter().skip(self.query.offset).take(self.query.limit);
        let data: Vec<Value> = page.map(|name| self.resource(*name, &self.query.include)).collect();
        meta["count"] = json!(names.len());
        let links = self.links(names.len(), path);
        self.finish(json!({ "data": data, "meta": meta, "links": links }))
    }

    fn finish(self, mut document: Value) -> Value {
        if !self.included.is_empty() {
            document["included"] = Value::Array(self.included);
        }
        document
    }

    /// Absolute; `next` is absent on the last page (section 2).
    fn links(&self, total: usize, path: &str) -> Value {
        let (offset, limit) = (self.query.offset, self.query.limit);
        let at = |offset: usize| json!(format!("{}{path}?{}", self.base, self.query.at(offset)));
        let mut links = json!({ "first": at(0), "last": at(total.saturating_sub(limit)) });
        if offset > 0 {
            links["prev"] = at(offset.saturating_sub(limit));
        }
        if offset + limit < total {
            links["next"] = at(offset + limit);
        }
        links
    }

    fn resource(&mut self, (kind, id): Name, include: &Include) -> Value {
        let address = format!("{}/{}/{id}", self.base, kind.path());
        let query = self.query;
        let mut resource = Map::new();
        let attributes = query.shown(kind).attributes.iter();
        let attributes = attributes.filter_map(|name| Some(((*name).to_owned(), self.attribute((kind, id), name)?)));
        resource.insert("attributes".into(), attributes.collect::<Map<_, _>>().into());
        let names = query.shown(kind).relationships.iter();
        let relationships =
            names.map(|name| ((*name).to_owned(), self.relationship((kind, id), name, &address, include)));
        let relationships: Map<_, _> = relationships.collect();
        if !relationships.is_empty() {
            resource.insert("relationships".into(), relationships.into());
        }
        resource.insert("id".into(), json!(id.to_string()));
        resource.insert("type".into(), json!(kind.name()));
        resource.insert("links".into(), json!({ "self": address }));
        Value::Object(resource)
    }

    fn attribute(&self, (kind, id): Name, name: &str) -> Option<Value> {
        match kind {
            Kind::LibraryEntries => Some(self.state.entries.get(&id)?.attribute(name)),
            Kind::Manga => Some(self.state.manga.get(&id)?.attribute(name)),
            Kind::Mappings => Some(self.state.mappings.get(id)?.attribute(name)),
            Kind::Users => user(self.state.users.get(&id)?, self.viewer, name),
        }
    }

    /// Linkage appears only for included relationships (section 2).
    fn relationship(&mut self, from: Name, name: &'static str, address: &str, include: &Include) -> Value {
        let links =
            json!({ "self": format!("{address}/relationships/{name}"), "related": format!("{address}/{name}") });
        let Some(inner) = include.0.get(name) else {
            return json!({ "links": links });
        };
        let data = match self.related(from, name) {
            Related::One(target) => target.map_or(Value::Null, |target| self.linked(target, inner)),
            Related::Many(targets) => targets.into_iter().map(|target| self.linked(target, inner)).collect(),
        };
        json!({ "links": links, "data": data })
    }

    /// Puts the resource among the included ones, once.
    fn linked(&mut self, name: Name, include: &Include) -> Value {
        if self.seen.insert(name) {
            let resource = self.resource(name, include);
            self.included.push(resource);
        }
        json!({ "type": name.0.name(), "id": name.1.to_string() })
    }

    /// What a relationship leads to, as far as the viewer may see it: a hidden manga is null (section 6, inferred).
    fn related(&self, (kind, id): Name, name: &str) -> Related {
        let shown = |manga: i64| self.state.shows(self.viewer, manga).then_some((Kind::Manga, manga));
        match (kind, name) {
            (Kind::LibraryEntries, "manga" | "media") => {
                Related::One(self.state.entries.get(&id).and_then(|entry| shown(entry.manga)))
            }
            (Kind::LibraryEntries, "user") => {
                Related::One(self.state.entries.get(&id).map(|entry| (Kind::Users, entry.user)))
            }
            (Kind::Mappings, "item") => {
                Related::One(self.state.mappings.get(id).and_then(|mapping| shown(mapping.manga)))
            }
            (Kind::Manga, "mappings") => {
                Related::Many(self.state.mappings.of(id).iter().map(|id| (Kind::Mappings, *id)).collect())
            }
            (Kind::LibraryEntries | Kind::Mappings | Kind::Manga | Kind::Users, _) => Related::One(None),
        }
    }
}

enum Related {
    One(Option<Name>),
    Many(Vec<Name>),
}

/// Private attributes appear on one's own record only (section 4).
fn user(user: &User, viewer: Viewer, name: &str) -> Option<Value> {
    let own = viewer.account == Some(user.account.id);
    match name {
        "name" | "slug" => Some(json!(user.account.name)),
        "createdAt" => Some(json!("2015-04-01T00:00:00.000Z")),
        "email" => own.then(|| json!(email(&user.account))),
        "ratingSystem" => own.then(|| json!(user.rating_system)),
        "sfwFilter" => own.then(|| json!(user.sfw_filter)),
        "titleLanguagePreference" => own.then(|| json!("canonical")),
        "timeZone" | "country" => own.then_some(Value::Null),
        _ => None,
    }
}
