//! What `--help` teaches beyond the list of commands: how to begin, exit statuses, the environment.

/// After the short help.
pub(crate) const SHORT: &str = "\
Begin with:  kuroibara-cli doctor
`--help` in place of `-h` tells more: first steps, exit statuses, environment.";

/// After the long help.
pub(crate) const LONG: &str = "\
First steps:
  kuroibara-cli setup anilist --client-id 12345 --client-secret-stdin < secret.txt
  kuroibara-cli connect anilist                     # prints an address: open it and approve
  kuroibara-cli callback 'kuroibara://oauth/anilist?code=…&state=…'
  kuroibara-cli connect kitsu --username you@example.org
  kuroibara-cli sync --dry-run                      # the plan, and nothing else
  kuroibara-cli sync --yes                          # carry it out

Every day:
  kuroibara-cli library --search berserk
  kuroibara-cli edit anilist:30002 --chapters 52 --score 87
  kuroibara-cli sync
  kuroibara-cli watch                               # sync by itself until stopped

In scripts:
  kuroibara-cli sync --json | jq '.providers[].status'
  With --json an answer is one document on standard output, and an error is one object on standard error:
  {\"error\":{\"code\":\"busy\",\"message\":\"…\"}}. Logs and progress go to standard error.

Exit status:
  0  done; with `sync --dry-run`: the plan was made
  1  failed; with `doctor`: something needs attention
  2  wrong usage or bad input
  3  sign in again: every service that was asked for wants it
  4  a plan waits for your approval: see `plan`
  5  some services failed or want a new sign-in, or some entries were refused; the rest is done

Environment:
  KUROIBARA_DATA_DIR             database, covers, logs        [the platform's data directory]
  DATABASE_URL                   sqlite:PATH or postgresql://… [SQLite in the data directory]
  KUROIBARA_PASSPHRASE           seals the sign-ins where there is no keyring; asked for on a terminal
  ANILIST_CLIENT_ID, ANILIST_CLIENT_SECRET, MAL_CLIENT_ID, MAL_CLIENT_SECRET
                                 default API clients; what `setup` stored wins
  KUROIBARA_ANILIST_API_URL      [https://graphql.anilist.co]
  KUROIBARA_ANILIST_OAUTH_URL    [https://anilist.co/api/v2/oauth]
  KUROIBARA_MAL_API_URL          [https://api.myanimelist.net/v2]
  KUROIBARA_MAL_OAUTH_URL        [https://myanimelist.net/v1/oauth2]
  KUROIBARA_KITSU_API_URL        [https://kitsu.app/api/edge]
  KUROIBARA_KITSU_OAUTH_URL      [https://kitsu.app/api/oauth]
                                 any address but https is refused, unless it is this machine
  KUROIBARA_USER_AGENT           what Kuroibara calls itself, for a service that turns its name away
  NO_COLOR                       no colours";

/// After `setup --help`.
pub(crate) const SETUP: &str = "\
Register a client at the service first; its redirect address must be exactly kuroibara://oauth/PROVIDER. \
The secret comes on standard input, so that it stays out of your shell's history and the list of processes:
  kuroibara-cli setup anilist --client-id 12345 --client-secret-stdin < secret.txt
  kuroibara-cli setup myanimelist --client-id 0123456789abcdef
Kitsu needs no client.";

/// After `update --help`.
pub(crate) const UPDATE: &str = "\
MyAnimeList can't keep an entry private, so private entries are held back there unless --export-private true allows them. \
Examples:
  kuroibara-cli update kitsu --sync-ratings false
  kuroibara-cli update myanimelist --direction push --rule ask";

/// After `keep-in-step --help`.
pub(crate) const KEEP_IN_STEP: &str = "\
While it is off, what you change at one service's website comes into your library and goes to no other service; your own \
edits here go everywhere. Switching it on makes a plan that waits for your approval.";

/// After `guard --help`.
pub(crate) const GUARD: &str = "\
A sync that would lower, clear or remove more than this share of a service's titles, and more than five, waits for your \
approval and says how many they are; so does a list that comes back empty. 10 where nothing was chosen; your own edits do \
not count.
Example:
  kuroibara-cli guard 25";

/// After `connect --help`.
pub(crate) const CONNECT: &str = "\
AniList and MyAnimeList: open the address that is printed, approve, and give the address that you are sent to to \
`callback` within ten minutes. Kitsu takes your name and password, uses the password once and does not keep it:
  kuroibara-cli connect anilist
  kuroibara-cli connect kitsu --username you@example.org --password-stdin < password.txt";

/// After `callback --help`.
pub(crate) const CALLBACK: &str = "\
Example:
  kuroibara-cli callback 'kuroibara://oauth/myanimelist?code=…&state=…'
The address is good once and for ten minutes. Keep the quotes: the shell would take & for its own.";

/// After `sync --help`.
pub(crate) const SYNC: &str = "\
A first sync, and one that would lower, clear or remove much, waits for your approval (exit status 4): look at it with \
`plan` and carry it out with `plan apply`, or agree at once with --yes. The plan of --dry-run is the one that --yes \
carries out.
Examples:
  kuroibara-cli sync
  kuroibara-cli sync anilist kitsu --full
  kuroibara-cli sync --dry-run --json > plan.json";

/// After `edit --help`.
pub(crate) const EDIT: &str = "\
Completing an entry fills in the known totals and, where it is empty, today as the day you finished. \
Examples:
  kuroibara-cli edit anilist:30002 --chapters 52 --score 87
  kuroibara-cli edit kitsu:8 --status completed --finished 2024-05
  kuroibara-cli edit 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 --score none --notes ''";

/// After `plan --help`.
pub(crate) const PLAN: &str = "\
Examples:
  kuroibara-cli plan                        # look at it
  kuroibara-cli plan skip 3                 # not this time
  kuroibara-cli plan skip 3 --field score   # only the score not
  kuroibara-cli plan never 3                # not ever
  kuroibara-cli plan set 3 --score 80       # another value, everywhere
  kuroibara-cli plan accept 3               # after all, as it was proposed
  kuroibara-cli plan back                   # as it was before what you said last
  kuroibara-cli plan apply                  # carry out the rest
  kuroibara-cli plan apply 1 2              # only these
  kuroibara-cli plan nevers                 # what is never synced
  kuroibara-cli plan allow anilist:30002    # sync it after all

Exactly what was accepted is applied. A title that comes to something else by then is left as it is and waits again, marked. \
In scripts, --of RUN (`run_id` of `plan --json`) makes sure that the plan is still the one you looked at.";

/// After `conflicts --help`.
pub(crate) const CONFLICTS: &str = "\
Nothing that a question is about is written anywhere until it is answered. What loses is kept in `history`.

Where sides differ:         local (your library's values) or anilist, myanimelist, kitsu (that service's)
Where a title is missing:   keep (leave it so), remove, restore (add it back where it is missing)
                            A title gone at a service: remove takes it out of the library and the other services too.
                            A title you removed here: each service asks, and remove takes it away at that service.

Examples:
  kuroibara-cli conflicts
  kuroibara-cli conflicts --limit 20 --after 0192c0de-5c1a-7a4e-9f4e-2f0a6b1c9d10
  kuroibara-cli conflicts resolve 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 local
  kuroibara-cli conflicts resolve 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 keep --all-alike
  kuroibara-cli conflicts reopen 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11   # think again, before the next sync";

/// After `matches --help`.
pub(crate) const MATCHES: &str = "\
What is certainly the same is linked by itself. What is only likely waits here, and nothing of it is written anywhere. \
`search` asks the services for titles that are to go there and that no list and no id knows there, a few at a time and each \
once a month. What you say holds until you take it back: a rejected pair is never linked by itself. `decided` shows what you \
said, `reopen` has it compared anew with the next sync, and `link` and `unlink` change a link.

Examples:
  kuroibara-cli matches
  kuroibara-cli matches search
  kuroibara-cli matches accept 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11
  kuroibara-cli matches ignore 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 --reason 'a fan comic'
  kuroibara-cli matches decided
  kuroibara-cli matches reopen anilist:30002 kitsu:8            # it may be that one after all
  kuroibara-cli matches reopen anilist:30002 kitsu              # it may be at Kitsu after all";

/// After `history --help`.
pub(crate) const HISTORY: &str = "\
With a title, a service or a kind all that was ever done is searched, and changes are shown without their runs. \
A title is found by any of its names.

Kinds:  came (from a service into the library), sent (to a service), yours (your own edits and decisions),
        lost (what gave way in a conflict; kept here so that nothing is lost)

Examples:
  kuroibara-cli history --run 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11
  kuroibara-cli history --search berserk --at kitsu
  kuroibara-cli history --kind lost --limit 200";

/// After `undo --help`.
pub(crate) const UNDO: &str = "\
Values and who had brought them come back in your library, and the next sync carries them to the services: to \
all of them where they are kept in step, else to those that had held them. What a sync changed at a service \
alone goes back there alone. Nothing is ever deleted at a service: a title that came from one leaves the library \
and stays there as it was. What was changed again since is left as it is.

Examples:
  kuroibara-cli history                                        # shows the ids
  kuroibara-cli undo 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11
  kuroibara-cli undo --since 2026-11-22T14:00:00Z";

/// After `snapshots --help`.
pub(crate) const SNAPSHOTS: &str = "\
Before a sync first writes to a list, the list is kept as it was: the newest ten of each service, in at most 16 MB. Bringing \
one back is an edit like any other: it can be taken back, nothing is ever deleted at a service, and what was changed since is \
left as it is, unless --force says otherwise.

Examples:
  kuroibara-cli snapshots
  kuroibara-cli snapshots show 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11
  kuroibara-cli snapshots show 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 --search berserk
  kuroibara-cli snapshots restore 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 anilist:30002
  kuroibara-cli snapshots restore 0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11 --force";

/// After `status --help`.
pub(crate) const STATUS: &str = "\
REQUESTS are those of the last 24 hours. Kuroibara keeps to what each service allows: AniList 30 a minute at present, a third \
of what it promises, and MyAnimeList about one a second. What has no room goes out a minute later, so a long list takes a few \
minutes the first time. Where a service hides or cuts off a part of your list, that is said below.

Examples:
  kuroibara-cli status
  kuroibara-cli status --requests          # hour by hour
  kuroibara-cli status --json | jq '.accounts[].notices'";

/// After `watch --help`.
pub(crate) const WATCH: &str = "\
Reads the lists every half hour and sends edits, those of other processes too, a few seconds after the last one; only \
services with --auto-sync true take part. Ctrl-C ends it when the sync that runs has ended, twice at once.";

/// After `completions --help`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  kuroibara-cli completions bash > ~/.local/share/bash-completion/completions/kuroibara-cli
  kuroibara-cli completions zsh  > ~/.zfunc/_kuroibara-cli
  kuroibara-cli completions fish > ~/.config/fish/completions/kuroibara-cli.fish";
