//! The words that a person types: commands, their flags and what `--help` says of them. Holds no behaviour.

use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;
use kuroibara_core::{
    Direction, Field, Group, PartialDate, Provider, RemovalPolicy, Rule, RunId, Score, Status, Time,
    merge::decide::Answer,
};
use kuroibara_engine::history::ChangeKind;

use crate::{
    help,
    values::{self, Place, Work},
};

/// Keeps your manga lists in step across AniList, MyAnimeList and Kitsu.
#[derive(Debug, Parser)]
#[command(name = "kuroibara-cli", version, after_help = help::SHORT, after_long_help = help::LONG)]
pub(crate) struct Cli {
    /// Answer with one JSON document on standard output; errors are one JSON object on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What there is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is connected and what you chose
    Settings,
    /// Store the API client that you registered at a service
    #[command(after_help = help::SETUP)]
    Setup(Setup),
    /// Change how one service takes part
    #[command(after_help = help::UPDATE)]
    Update(Box<Update>),
    /// Say whether what changes at one service goes to the others too
    #[command(after_help = help::KEEP_IN_STEP)]
    KeepInStep {
        /// Whether it does
        #[arg(action = ArgAction::Set, value_name = "true|false")]
        on: bool,
    },
    /// Choose how much a sync may take away without asking
    #[command(after_help = help::GUARD)]
    Guard {
        /// The share of a service's titles that may be lowered, cleared or removed, in per cent: 1 to 100
        #[arg(value_name = "PERCENT", value_parser = values::count, allow_negative_numbers = true)]
        percent: u32,
    },
    /// Sign in at a service
    #[command(after_help = help::CONNECT)]
    Connect(Connect),
    /// Finish a sign-in with the address that the browser was sent to
    #[command(after_help = help::CALLBACK)]
    Callback {
        /// The whole address, in quotes; without one, or with `-`, it is read from standard input
        #[arg(value_name = "ADDRESS")]
        address: Option<String>,
    },
    /// Bring the library and the services to agree
    #[command(after_help = help::SYNC)]
    Sync(Sync),
    /// List your library
    Library(Library),
    /// Change an entry; the next sync carries it everywhere
    #[command(after_help = help::EDIT)]
    Edit(Edit),
    /// Look for a manga at a service
    Search {
        /// Where to look
        #[arg(value_parser = values::provider())]
        provider: Provider,
        /// What to look for
        #[arg(value_parser = values::query)]
        query: String,
        /// The most results to show
        #[arg(long, default_value_t = 10, value_parser = values::limit, allow_hyphen_values = true)]
        limit: u32,
    },
    /// Add a manga to your library
    Add {
        /// The manga, for example anilist:30002
        #[arg(value_name = "PROVIDER:ID", value_parser = values::work)]
        work: Work,
    },
    /// Take a manga out of your library; the services are asked about at the next sync
    Remove {
        #[command(flatten)]
        manga: Manga,
    },
    /// Say that a manga is the same as that one at a service
    Link {
        #[command(flatten)]
        manga: Manga,
        /// The same manga there, for example kitsu:8
        #[arg(value_name = "PROVIDER:ID", value_parser = values::work)]
        work: Work,
    },
    /// Say that a manga is not what it is linked to at a service
    Unlink {
        #[command(flatten)]
        manga: Manga,
        /// Where the link is wrong
        #[arg(value_parser = values::provider())]
        provider: Provider,
    },
    /// Show the plan that waits for your approval, carry it out, or leave parts of it out
    #[command(after_help = help::PLAN)]
    Plan {
        #[command(subcommand)]
        step: Option<PlanStep>,
    },
    /// Show the questions that only you can answer, or answer one
    #[command(after_help = help::CONFLICTS)]
    #[command(args_conflicts_with_subcommands = true)]
    Conflicts {
        #[command(subcommand)]
        step: Option<ConflictStep>,
        /// The most questions to show; all without it
        #[arg(long, value_name = "N", value_parser = values::limit, allow_hyphen_values = true)]
        limit: Option<u32>,
        /// Only those behind this one, the last that you have seen
        #[arg(long, value_name = "ID", value_parser = values::id)]
        after: Option<uuid::Uuid>,
    },
    /// Show titles that may be the same at two services, or say whether they are
    #[command(after_help = help::MATCHES)]
    Matches {
        #[command(subcommand)]
        step: Option<MatchStep>,
    },
    /// Show what was done, the newest first
    #[command(after_help = help::HISTORY)]
    History(History),
    /// Take back a change, a whole run, or everything since a moment; the next sync carries it to the services
    #[command(after_help = help::UNDO)]
    Undo(Undo),
    /// Show the lists as they were before a sync wrote to them, or bring one back
    #[command(after_help = help::SNAPSHOTS)]
    Snapshots {
        #[command(subcommand)]
        step: Option<SnapshotStep>,
    },
    /// Show how each account stands: how long its sign-in lasts, what waits to be sent, and how much it was asked in a day
    #[command(after_help = help::STATUS)]
    Status {
        /// Show the requests of each hour too
        #[arg(long)]
        requests: bool,
    },
    /// Have what a service refused tried again by the next sync: all of it, or only one manga
    Retry {
        /// The manga: its id in the library, or PROVIDER:ID
        manga: Option<String>,
    },
    /// Check the set-up and say what to do
    Doctor,
    /// Sync by itself until stopped, one line of JSON per event (sentences on a terminal without --json)
    #[command(after_help = help::WATCH)]
    Watch,
    /// Forget a service's tokens; your library stays
    Disconnect {
        /// The service
        #[arg(value_parser = values::provider())]
        provider: Provider,
    },
    /// Seal the stored secrets with a new key, and with a new passphrase where one is used
    RotateKey {
        /// Read the new passphrase from the first line of standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Print a script that completes commands in your shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A manga of the library.
#[derive(Debug, Args)]
pub(crate) struct Manga {
    /// The manga: its id in the library, or PROVIDER:ID, for example anilist:30002
    #[arg(value_name = "MANGA", value_parser = values::manga)]
    pub(crate) name: String,
}

/// `setup`
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The service
    #[arg(value_parser = values::provider())]
    pub(crate) provider: Provider,
    /// The client's id as the service shows it
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,
    /// Read the client's secret from the first line of standard input
    #[arg(long)]
    pub(crate) client_secret_stdin: bool,
}

/// `update`
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// The service
    #[arg(value_parser = values::provider())]
    pub(crate) provider: Provider,
    /// Whether this service takes part at all
    #[arg(long, value_name = "true|false")]
    pub(crate) sync_enabled: Option<bool>,
    /// Whether changes travel by themselves while `watch` or the application runs
    #[arg(long, value_name = "true|false")]
    pub(crate) auto_sync: Option<bool>,
    /// Whether scores take part
    #[arg(long, value_name = "true|false")]
    pub(crate) sync_ratings: Option<bool>,
    /// Whether the status takes part
    #[arg(long, value_name = "true|false")]
    pub(crate) sync_status: Option<bool>,
    /// Whether chapters, volumes and rereads take part
    #[arg(long, value_name = "true|false")]
    pub(crate) sync_reading_progress: Option<bool>,
    /// Which way changes travel
    #[arg(long, value_parser = values::words::<Direction>(&["both", "pull", "push"]))]
    pub(crate) direction: Option<Direction>,
    /// Who wins when two sides changed the same thing
    #[arg(long, value_parser = values::words::<Rule>(&["newest", "furthest", "local", "remote", "ask"]))]
    pub(crate) rule: Option<Rule>,
    /// Another rule for one group of fields, such as `score=ask`; `score=same` takes it away. May be given several times.
    /// Groups: reading_state, score, started_on, notes, private
    #[arg(long, value_name = "GROUP=RULE", value_parser = values::own_rule)]
    pub(crate) rule_of: Vec<(Group, Option<Rule>)>,
    /// What happens there when you remove a manga here
    #[arg(long, value_parser = values::words::<RemovalPolicy>(&["ask", "follow", "keep"]))]
    pub(crate) removal: Option<RemovalPolicy>,
    /// Whether private entries may go where privacy can't be kept
    #[arg(long, value_name = "true|false")]
    pub(crate) export_private: Option<bool>,
    /// Whether volumes are kept in Kitsu's field for owned volumes
    #[arg(long, value_name = "true|false")]
    pub(crate) volumes: Option<bool>,
}

/// `connect`
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The service
    #[arg(value_parser = values::provider())]
    pub(crate) provider: Provider,
    /// Your e-mail address or user name, where the service wants a password (Kitsu)
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Read the password from the first line of standard input; without it you are asked on the terminal
    #[arg(long, requires = "username")]
    pub(crate) password_stdin: bool,
}

/// `sync`
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The services; all that are connected when none is named
    #[arg(value_name = "PROVIDER", value_parser = values::provider())]
    pub(crate) providers: Vec<Provider>,
    /// Read every list whole, which also shows what was removed there
    #[arg(long)]
    pub(crate) full: bool,
    /// Show the plan and write to no list
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also carry out what would wait for your approval
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `library`
#[derive(Debug, Args)]
pub(crate) struct Library {
    /// Only titles that contain this, in any of their languages
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only entries of this status; may be given several times
    #[arg(long, value_name = "STATUS", value_parser = values::status())]
    pub(crate) status: Vec<Status>,
    /// Only titles of which a service holds something else, or that wait to be sent
    #[arg(long)]
    pub(crate) differs: bool,
    /// The most entries to show; all without it
    #[arg(long, value_name = "N", value_parser = values::limit, allow_hyphen_values = true)]
    pub(crate) limit: Option<u32>,
    /// How many entries to leave out before
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = values::count, allow_hyphen_values = true)]
    pub(crate) offset: u32,
}

/// `history`
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Only this run
    #[arg(long, value_name = "RUN", value_parser = values::run)]
    pub(crate) run: Option<RunId>,
    /// Only the changes of the titles one of whose names holds this
    #[arg(long, value_name = "TEXT", conflicts_with = "run")]
    pub(crate) search: Option<String>,
    /// Only the changes at this service, and those with a value that it brought
    #[arg(long, value_name = "PROVIDER", value_parser = values::provider(), conflicts_with = "run")]
    pub(crate) at: Option<Provider>,
    /// Only the changes that came from a service, that were sent to one, that you made, or that lost a conflict
    #[arg(long, value_parser = values::words::<ChangeKind>(&["came", "sent", "yours", "lost"]), conflicts_with = "run")]
    pub(crate) kind: Option<ChangeKind>,
    /// The most runs, and the most changes, to show
    #[arg(long, default_value_t = 50, value_parser = values::limit, allow_hyphen_values = true)]
    pub(crate) limit: u32,
}

/// `edit`
#[derive(Debug, Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    pub(crate) manga: Manga,
    #[command(flatten)]
    pub(crate) changes: Changes,
}

/// What to change of an entry; at least one thing.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Changes {
    /// Where you stand
    #[arg(long, value_parser = values::status())]
    pub(crate) status: Option<Status>,
    /// Chapters read
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    pub(crate) chapters: Option<u32>,
    /// Volumes read
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    pub(crate) volumes: Option<u32>,
    /// Your rating, 1 to 100, or none
    #[arg(long, value_name = "N|none", value_parser = values::or_none::<Score>(values::score), allow_hyphen_values = true)]
    pub(crate) score: Option<values::OrNone<Score>>,
    /// How often you read it again, to the end
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    pub(crate) rereads: Option<u32>,
    /// When you began: YYYY, YYYY-MM or YYYY-MM-DD, or none
    #[arg(long, value_name = "DATE|none", value_parser = values::or_none::<PartialDate>(values::date), allow_hyphen_values = true)]
    pub(crate) started: Option<values::OrNone<PartialDate>>,
    /// When you read the last chapter for the first time, or none
    #[arg(long, value_name = "DATE|none", value_parser = values::or_none::<PartialDate>(values::date), allow_hyphen_values = true)]
    pub(crate) finished: Option<values::OrNone<PartialDate>>,
    /// Your notes; an empty text removes them
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) notes: Option<String>,
    /// Whether others may not see the entry
    #[arg(long, value_name = "true|false")]
    pub(crate) private: Option<bool>,
}

/// `plan …`
#[derive(Debug, Subcommand)]
pub(crate) enum PlanStep {
    /// Leave a row, or fields of it, out this time
    Skip(PlanPart),
    /// Leave a row's title, or fields of it, out for ever
    Never(PlanPart),
    /// Take a row, or fields of it, in again, as they were proposed
    Accept(PlanPart),
    /// Put another value in the place of the one that a row proposes; it goes everywhere
    Set {
        /// The row's number
        #[arg(value_name = "ROW", value_parser = values::limit, allow_negative_numbers = true)]
        row: u32,
        #[command(flatten)]
        value: Changes,
        #[command(flatten)]
        of: OfPlan,
    },
    /// Take back what was said last of the plan
    Back(OfPlan),
    /// Carry the plan out
    Apply {
        /// Only these rows; the whole plan but what was left out when none is named
        #[arg(value_name = "ROW", value_parser = values::limit, allow_negative_numbers = true)]
        rows: Vec<u32>,
        #[command(flatten)]
        of: OfPlan,
    },
    /// Show what is never synced
    Nevers,
    /// Sync a title, or one field of it, after all
    Allow {
        /// The manga, as `plan nevers` shows it, for example anilist:30002
        #[arg(value_name = "PROVIDER:ID", value_parser = values::work)]
        work: Work,
        /// The field; without one the whole title
        #[arg(long, value_parser = values::field)]
        field: Option<Field>,
    },
}

/// A part of the plan that waits.
#[derive(Debug, Args)]
pub(crate) struct PlanPart {
    /// The row's number
    #[arg(value_name = "ROW", value_parser = values::limit, allow_negative_numbers = true)]
    pub(crate) row: u32,
    /// Only this field, such as score
    #[arg(long, value_parser = values::field, conflicts_with = "group")]
    pub(crate) field: Option<Field>,
    /// Only the fields of this group
    #[arg(long, value_parser = values::words::<Group>(&["reading_state", "score", "started_on", "notes", "private"]))]
    pub(crate) group: Option<Group>,
    #[command(flatten)]
    pub(crate) of: OfPlan,
}

/// Which plan was looked at.
#[derive(Debug, Args)]
pub(crate) struct OfPlan {
    /// Only if the plan that waits is still that of this run
    #[arg(long = "of", value_name = "RUN", value_parser = values::run)]
    pub(crate) run: Option<RunId>,
}

/// What to do about a question.
#[derive(Debug, Subcommand)]
pub(crate) enum ConflictStep {
    /// Answer a question; the next sync carries it out
    Resolve {
        /// The question's id, as `conflicts` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
        /// Whose values to take, or what becomes of a title that is missing somewhere
        #[arg(value_name = "local|PROVIDER|keep|remove|restore", value_parser = values::answer)]
        answer: Answer,
        /// Answer every question of this kind alike
        #[arg(long)]
        all_alike: bool,
    },
    /// Take an answer back, with those given alike, while no sync has carried it out; later `undo ID` takes back what it
    /// changed
    Reopen {
        /// The question's id, as `conflicts` showed it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
    },
}

/// What to do with a kept list.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotStep {
    /// Show what a list said
    Show {
        /// The snapshot's id, as `snapshots` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
        /// Only titles that hold this text
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
        /// The most titles to show; all without it
        #[arg(long, value_name = "N", value_parser = values::limit, allow_hyphen_values = true)]
        limit: Option<u32>,
        /// How many titles to leave out before
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = values::count, allow_hyphen_values = true)]
        offset: u32,
    },
    /// Bring back what a list said of a manga, or of all; the next sync carries it to the services
    Restore {
        /// The snapshot's id, as `snapshots` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
        /// Only this manga: its id in the library, or PROVIDER:ID
        #[arg(value_name = "MANGA", value_parser = values::manga)]
        manga: Option<String>,
        /// Also where something newer stands
        #[arg(long)]
        force: bool,
    },
}

/// What to say about titles that may be the same.
#[derive(Debug, Subcommand)]
pub(crate) enum MatchStep {
    /// They are the same: link them
    Accept {
        /// The match's id, as `matches` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
    },
    /// They are not the same: never link them
    Reject {
        /// The match's id, as `matches` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
    },
    /// Search the services for titles that lack their counterpart, a few at a time
    Search,
    /// The title has no counterpart at that service: look for none any more
    Ignore {
        /// The match's id, as `matches` shows it
        #[arg(value_parser = values::id)]
        id: uuid::Uuid,
        /// Why, for yourself
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Show what you said: what you linked, what you rejected, and what has no counterpart
    Decided,
    /// Take back that a title is not that one, or has no counterpart at a service: it is compared anew with the next sync
    Reopen {
        #[command(flatten)]
        manga: Manga,
        /// What was said to be another work, for example kitsu:8, or the service where it was said to have no counterpart
        #[arg(value_name = "PROVIDER[:ID]", value_parser = values::place)]
        place: Place,
    },
}

/// What to take back.
#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// A run's or a change's id, as `history` shows it; or give `--since`
    #[arg(value_name = "RUN_OR_CHANGE", value_parser = values::id, required_unless_present = "since")]
    pub(crate) id: Option<uuid::Uuid>,
    /// Everything since then, such as 2026-11-22T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = values::moment, conflicts_with = "id")]
    pub(crate) since: Option<Time>,
    /// Also where something newer stands
    #[arg(long)]
    pub(crate) force: bool,
}
