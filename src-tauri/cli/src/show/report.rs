//! What a sync did or would do, and plans.

use kuroibara_core::{
    Provider,
    plan::{Action, FieldChange},
};
use kuroibara_engine::{
    providers::Notice,
    sync::report::{PlanRow, ProviderReport, ProviderStatus, Report},
};

use super::{cause, paragraphs, value_text, word};
use crate::table::{Look, Table, Tone, plain, truncated};

/// So many rows of a plan that was carried out are shown; `history` has them all.
const MOST_DONE: usize = 50;
/// A value in a row is no wider, in columns: notes can be long.
pub(super) const VALUE_WIDTH: usize = 40;

/// What a sync did, or with a dry run would do.
pub(crate) fn report(dry_run: bool) -> impl FnOnce(&Report, Look) -> String {
    move |report, look| {
        if report.providers.is_empty() {
            return "Nothing is connected, so there is nothing to sync. Begin with `setup` and `connect`.".into();
        }
        let most = if report.applied { MOST_DONE } else { usize::MAX };
        paragraphs([
            providers(report, look),
            rows(&report.plan, most, look),
            remarks(report, look),
            next(report, dry_run),
        ])
    }
}

fn providers(report: &Report, look: Look) -> String {
    let columns =
        ["SERVICE", "STATUS", "PULLED", "NEW HERE", "PUSHED", "NEW THERE", "REMOVED", "QUESTIONS", "HELD", "REQUESTS"];
    let mut table = Table::new(look, &columns);
    for (provider, one) in &report.providers {
        let number = |number: usize| (number.to_string(), if number == 0 { Tone::Quiet } else { Tone::Plain });
        table.toned_row([
            (provider.title().into(), Tone::Plain),
            (word(&one.status), tone(one.status)),
            number(one.pulled),
            number(one.created_local),
            number(one.pushed),
            number(one.created_remote),
            number(one.removed),
            number(one.conflicts),
            number(one.held),
            number(one.requests as usize),
        ]);
    }
    table.text()
}

/// Rows of a plan, at most so many.
fn rows(plan: &[PlanRow], most: usize, look: Look) -> String {
    let mut table = Table::new(look, &["SERVICE", "CHANGE", "TITLE", "WHAT", "WHY", "ROW"]);
    for row in plan.iter().take(most) {
        table.row([
            row.provider.title().into(),
            change(row.action).into(),
            truncated(&row.title, look.title_width()),
            row.fields.iter().map(|field| said(row.action, field)).collect::<Vec<_>>().join(", "),
            why(row),
            format!("{}:{}", row.provider, row.external_id),
        ]);
    }
    if table.is_empty() {
        return String::new();
    }
    let rest = match plan.len().saturating_sub(most) {
        0 => String::new(),
        rest => format!("\n… and {rest} more: `history` shows them all."),
    };
    table.text() + &rest
}

/// Who changed it last, and when.
fn why(row: &PlanRow) -> String {
    let newest = row.fields.iter().max_by_key(|one| one.at).map(|one| cause(one.origin, one.at, one.brought_back));
    newest.or(row.at.zip(row.origin).map(|(at, origin)| cause(origin, at, false))).unwrap_or_default()
}

/// What went wrong, what stands in the way, what the reader should know.
fn remarks(report: &Report, look: Look) -> String {
    let of = |(provider, one): (&Provider, &ProviderReport)| {
        let errors = one
            .errors
            .iter()
            .map(|error| format!("{} {}", look.toned("!", Tone::Bad), told(*provider, &error.message)));
        let notices =
            one.notices.iter().map(|notice| format!("{} {}", look.toned("i", Tone::Attention), notice_text(*notice)));
        let held =
            (one.held > 0).then(|| format!("{} {}", look.toned("i", Tone::Attention), held_text(*provider, one)));
        let refused = (one.refused > 0 && one.errors.is_empty())
            .then(|| format!("{} {}", look.toned("i", Tone::Attention), refused_text(*provider, one.refused)));
        let gone =
            (one.gone > 0).then(|| format!("{} {}", look.toned("i", Tone::Attention), gone_text(*provider, one.gone)));
        errors.chain(notices).chain(held).chain(refused).chain(gone).collect::<Vec<_>>()
    };
    report.providers.iter().flat_map(of).collect::<Vec<_>>().join("\n")
}

/// What went wrong, with the service's name before it unless it begins with that.
fn told(provider: Provider, message: &str) -> String {
    let (name, message) = (provider.title(), plain(message));
    if message.starts_with(name) { message.to_string() } else { format!("{name}: {message}") }
}

/// What there is to do now.
fn next(report: &Report, dry_run: bool) -> String {
    let any = |wanted: ProviderStatus| report.providers.values().any(|one| one.status == wanted);
    match () {
        () if dry_run && report.questions > 0 => format!("{} {}", of_a_dry_run(report), asked_text(report.questions)),
        () if dry_run => of_a_dry_run(report).into(),
        () if any(ProviderStatus::NeedsApproval) => {
            "This waits for your approval: look at it with `plan`, carry it out with `plan apply`.".into()
        }
        () if any(ProviderStatus::SignInAgain) => "Sign in again with `connect`; your edits wait until then.".into(),
        () if report.questions > 0 => asked_text(report.questions),
        () if report.plan.is_empty() && !any(ProviderStatus::Failed) => {
            let all_agree = report.providers.values().all(|one| one.held == 0 && one.refused == 0);
            let begin = if all_agree { "All sides agree; there" } else { "There" };
            format!("{begin} was nothing to do.")
        }
        () => String::new(),
    }
}

fn of_a_dry_run(report: &Report) -> &'static str {
    if report.plan.is_empty() {
        "There is nothing to do."
    } else {
        "Nothing was written. Carry it out with `sync --yes`."
    }
}

fn asked_text(questions: usize) -> String {
    match questions {
        1 => "1 question waits for you: see `conflicts`.".into(),
        questions => format!("{questions} questions wait for you: see `conflicts`."),
    }
}

fn tone(status: ProviderStatus) -> Tone {
    match status {
        ProviderStatus::Success => Tone::Good,
        ProviderStatus::Partial | ProviderStatus::NeedsApproval => Tone::Attention,
        ProviderStatus::Failed | ProviderStatus::SignInAgain => Tone::Bad,
        ProviderStatus::Skipped => Tone::Quiet,
    }
}

/// What becomes of a title, as seen from here.
pub(super) fn change(action: Action) -> &'static str {
    match action {
        Action::Pull => "→ here",
        Action::Push => "here →",
        Action::CreateLocal => "new here",
        Action::CreateRemote => "new there",
        Action::RemoveLocal => "gone here",
        Action::RemoveRemote => "gone there",
        Action::Link => "link",
    }
}

/// A field's change in few words; of a new entry only what it will be.
fn said(action: Action, change: &FieldChange) -> String {
    let value = |value: &Option<kuroibara_core::Value>| {
        let text = value
            .as_ref()
            .map_or_else(|| "?".into(), |value| value_text(&serde_json::to_value(value).unwrap_or_default()));
        truncated(&text, VALUE_WIDTH)
    };
    let name = field_name(change.field);
    match action {
        Action::CreateLocal | Action::CreateRemote => format!("{name} {}", value(&change.after)),
        Action::Pull | Action::Push | Action::RemoveLocal | Action::RemoveRemote | Action::Link => {
            format!("{name} {} → {}", value(&change.before), value(&change.after))
        }
    }
}

/// A field, as a person calls it.
pub(super) fn field_name(field: &str) -> String {
    field.trim_end_matches("_read").replace('_', " ")
}

/// How many entries are held back, the first few by name.
fn held_text(provider: Provider, one: &ProviderReport) -> String {
    let (entries, are) =
        if one.held == 1 { ("1 entry".to_owned(), "is") } else { (format!("{} entries", one.held), "are") };
    let mut titles: Vec<String> = one.held_titles.iter().map(|title| truncated(title, VALUE_WIDTH)).collect();
    if one.held > titles.len() {
        titles.push("…".into());
    }
    format!(
        "{}: {entries} {are} held back in part: {}. `keep-in-step --help` and `update --help` say why.",
        provider.title(),
        titles.join(", ")
    )
}

fn refused_text(provider: Provider, titles: usize) -> String {
    let (titles, are) = if titles == 1 { ("1 title".to_owned(), "is") } else { (format!("{titles} titles"), "are") };
    format!(
        "{}: {titles} that it refused {are} set aside: `status` says why, `retry` has them tried again.",
        provider.title()
    )
}

fn gone_text(provider: Provider, titles: usize) -> String {
    let titles = if titles == 1 { "1 title".to_owned() } else { format!("{titles} titles") };
    format!(
        "{}: of {titles} of the plan nothing was left to do: done already, or not there any more.",
        provider.title()
    )
}

pub(super) fn notice_text(notice: Notice) -> &'static str {
    match notice {
        Notice::SfwFilterOn => {
            "Kitsu hides adult titles from you and from Kuroibara, so an entry that is missing there is never taken for a \
             removed one. Switch the filter off in Kitsu's settings to sync them."
        }
        Notice::ListCutShort => "AniList hands out 11,000 entries at most; the rest of your list is left as it is.",
    }
}
