//! The demo journey: a person connects three accounts, looks at the plan, syncs, edits and syncs again, all of it in this
//! terminal and against simulated services. It types only commands that a reader could type, and shows each of them.

mod stage;

use crate::postgres::Postgres;
use crate::setup;
use crate::step::Failure;
use serde_json::{Value, json};
use stage::{Stage, say};

/// What `cargo xtask run` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Another seed gives other lists.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// How many entries each of the three lists has.
    #[arg(long, default_value_t = 30)]
    pub(crate) entries: usize,
    /// Keep the library in a PostgreSQL server that is started for it, instead of an SQLite file.
    #[arg(long)]
    postgres: bool,
}

/// Plays the journey from the first sign-in to the last disconnect.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    setup::install(if options.postgres { &[setup::BUILD, setup::SERVICES] } else { &[setup::BUILD] })?;
    let postgres = options.postgres.then(Postgres::start).transpose()?;
    let stage = Stage::set(options, postgres.as_ref().map(Postgres::url))?;
    connect(&stage)?;
    first_sync(&stage)?;
    let title = edit_here(&stage)?;
    edit_on_a_website(&stage, &title)?;
    leave(&stage)
}

fn connect(stage: &Stage) -> Result<(), Failure> {
    say(
        "Three simulated services are running on this machine, each with a list of its own. Nothing real is asked for \
         anything. First their accounts are connected: AniList with an API client and its secret.",
    );
    let [id, secret] = ["ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET"].map(|name| stage.told(name));
    stage.types_secret(&["setup", "anilist", "--client-id", id, "--client-secret-stdin"], secret)?;
    sign_in(stage, "anilist", "ANILIST")?;
    say("MyAnimeList has clients that need no secret.");
    stage.types(&["setup", "myanimelist", "--client-id", "sim-mal-public-client"])?;
    sign_in(stage, "myanimelist", "MAL")?;
    say("Kitsu asks for name and password. The password comes on standard input, is used once and not kept.");
    stage.types_secret(&["connect", "kitsu", "--username", "reader", "--password-stdin"], "reader-password")?;
    stage.types(&["settings"])
}

/// Signs in at a service with a page of its own: the person approves it in a browser and is sent back.
fn sign_in(stage: &Stage, provider: &str, prefix: &str) -> Result<(), Failure> {
    let asked = stage.answer(&["connect", provider])?;
    say("That address opens in a browser. Here the demo presses “Approve” on it and takes the address that follows.");
    let redirect = stage.at_website(prefix, "POST", "approve", &json!({"url": asked["authorize_url"]}))?;
    stage.types(&["callback", redirect["redirect"].as_str().unwrap_or_default()])
}

fn first_sync(stage: &Stage) -> Result<(), Failure> {
    say("A first sync writes nothing before you agree. This is what it would do:");
    stage.types(&["sync", "--dry-run"])?;
    say("Agreed. The same plan, carried out:");
    stage.types(&["sync", "--yes"])?;
    say("All sides agree now, so another sync finds nothing to write.");
    stage.types(&["sync"])?;
    stage.types(&["library", "--limit", "12"])
}

/// Reads a chapter and rates the title, here. Returns the title's entry.
fn edit_here(stage: &Stage) -> Result<Value, Failure> {
    let library = stage.quiet_answer(&["library"])?;
    let title =
        library["entries"].as_array().into_iter().flatten().find(|entry| everywhere_and_being_read(stage, entry));
    let Some(title) = title.cloned() else {
        return Err(Failure("no title is being read at all three services; try another --seed".into()));
    };
    say(&format!("Two chapters of “{}” are read, and it gets 87 of 100.", title["title"].as_str().unwrap_or("it")));
    let id = title["manga_id"].as_str().unwrap_or_default();
    let chapters = (title["chapters_read"].as_u64().unwrap_or(0) + 2).to_string();
    stage.types(&["edit", id, "--chapters", &chapters, "--score", "87"])?;
    say("One sync carries it to all three, each in its own scale: 87, 9 and 17 of 20.");
    stage.types(&["sync"])?;
    Ok(title)
}

/// Whether all three lists have the title, and nothing keeps two more chapters from being read.
fn everywhere_and_being_read(stage: &Stage, entry: &Value) -> bool {
    let services = [("anilist", "ANILIST"), ("myanimelist", "MAL"), ("kitsu", "KITSU")];
    let listed = |(provider, service): &(&str, &str)| {
        entry["mappings"][provider].as_str().is_some_and(|id| stage.is_listed(service, id))
    };
    let open = entry["total_chapters"].is_null() && entry["status"] == "reading" && entry["private"] == false;
    open && services.iter().all(listed)
}

fn edit_on_a_website(stage: &Stage, title: &Value) -> Result<(), Failure> {
    say(
        "On MyAnimeList's website somebody writes a comment and reads one more chapter. Services are kept in step once you \
         say so:",
    );
    let id = title["mappings"]["myanimelist"].as_str().unwrap_or_default();
    let chapters = title["chapters_read"].as_u64().unwrap_or(0) + 3;
    let changes = json!({"num_chapters_read": chapters, "comments": "Better with every chapter."});
    stage.at_website("MAL", "PATCH", &format!("entries/{id}"), &changes)?;
    stage.types(&["keep-in-step", "true"])?;
    stage.types(&["sync", "--yes"])?;
    stage.types(&["history", "--limit", "8"])
}

fn leave(stage: &Stage) -> Result<(), Failure> {
    say("Disconnecting erases the tokens. The library stays.");
    stage.types(&["disconnect", "kitsu"])?;
    stage.types(&["settings"])?;
    say(
        "That was the whole journey. `kuroibara-cli --help` tells about every command; README.md says how to connect your \
         own accounts.",
    );
    Ok(())
}
