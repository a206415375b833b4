//! After a whole journey no token, secret or password can be found in the data directory, the database, the logs or what
//! the program said: not plain, not as base64 and not as hex.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine as _};
use kuroibara_core::Provider;
use kuroibara_engine::{
    Engine,
    clock::{Clock, SystemClock},
    config::Config,
    store::{Db, Integration},
    vault::Place,
};
use kuroibara_sim::{Account, READER};

use crate::world::{PASSPHRASE, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_left_in_the_open_on_sqlite() {
    no_secret_is_left_in_the_open(World::with(60, 15).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_left_in_the_open_on_postgresql() {
    let Some(world) = World::on_postgres(60, 15).await else { return };
    no_secret_is_left_in_the_open(world).await;
}

async fn no_secret_is_left_in_the_open(mut world: World) {
    world.env.insert("KUROIBARA_LOG".into(), "trace".into());
    // So short a life makes every command renew the tokens.
    world.sim.myanimelist.set_knobs(|knobs| knobs.expires_in = 200);
    let mut secrets = known_secrets(&world);
    let mut said = journey(&world, &mut secrets).await;
    secrets.extend(stored_secrets(&world).await);
    assert!(secrets.len() > 15, "{}", secrets.len());
    let needles = Needles::of(&secrets);
    assert_eq!(needles.found_in(PASSPHRASE.as_bytes()).as_deref(), Some(PASSPHRASE), "the search itself works");
    said.extend(world.database_text().await.into_bytes());
    for (place, bytes) in files(world.data.path()).into_iter().chain([("what was said".to_owned(), said)]) {
        assert_eq!(needles.found_in(&bytes), None, "in {place}");
    }
    world.end().await;
}

/// What a test knows beforehand.
fn known_secrets(world: &World) -> BTreeSet<String> {
    let variables = world.env.iter().filter(|(name, _)| name.contains("SECRET") || name.contains("PASSPHRASE"));
    let account = Account::all()[0].clone();
    variables.map(|(_, value)| value.clone()).chain([account.password, "not-the-password".into()]).collect()
}

/// Everything that touches secrets, good and bad. Answers what the program said, but for the begun sign-ins, whose
/// addresses are meant to be shown.
async fn journey(world: &World, secrets: &mut BTreeSet<String>) -> Vec<u8> {
    let secret = world.env["ANILIST_CLIENT_SECRET"].clone();
    let id = world.env["ANILIST_CLIENT_ID"].clone();
    let mut said = Vec::new();
    let mut keep = |ran: crate::world::Ran| said.extend(format!("{}{}", ran.out, ran.err).into_bytes());
    keep(world.run_with(&["setup", "anilist", "--client-id", &id, "--client-secret-stdin"], &secret).await);
    for provider in ["anilist", "myanimelist", "anilist"] {
        let begun = world.answer(&["connect", provider]).await;
        let page = begun["authorize_url"].as_str().unwrap();
        let address = world.approve(provider, page);
        secrets.extend(parameters(page, &["state", "code_challenge"]).chain(parameters(&address, &["code", "state"])));
        keep(world.run(&["callback", &address]).await);
        keep(world.run(&["callback", &address]).await);
        secrets.extend(stored_secrets(world).await);
    }
    // One that is begun and never finished.
    world.answer(&["connect", "myanimelist"]).await;
    let kitsu = ["connect", "kitsu", "--username", "reader", "--password-stdin"];
    keep(world.run_with(&kitsu, "not-the-password").await);
    keep(world.run_with(&kitsu, &Account::all()[0].password).await);
    for arguments in [&["sync"][..], &["plan", "apply"], &["sync", "--full"], &["settings"], &["doctor"], &["history"]]
    {
        keep(world.run(arguments).await);
        secrets.extend(stored_secrets(world).await);
    }
    world.sim.kitsu.expire_tokens(READER);
    world.sim.anilist.revoke_tokens(READER);
    keep(world.run(&["sync"]).await);
    secrets.extend(stored_secrets(world).await);
    keep(world.run(&["disconnect", "myanimelist"]).await);
    said
}

/// The values of these parameters of an address.
fn parameters<'a>(address: &'a str, names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let pairs = address.split(['?', '&', '#']).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| names.contains(name)).map(|(_, value)| value.to_owned())
}

/// What is sealed now, opened as the program would.
async fn stored_secrets(world: &World) -> BTreeSet<String> {
    let config = Config::from_env(|name| world.env.get(name).cloned()).unwrap();
    let url = config.database_url.clone();
    let db = Db::open(url.as_ref().map(|url| url.reveal()), &config.data_dir, SystemClock.now()).await.unwrap();
    let keyring = config.keyring();
    let engine = Engine::open(config, Arc::new(SystemClock), keyring).await.unwrap();
    let mut secrets = BTreeSet::new();
    for provider in Provider::ALL {
        let integration = db.integration(provider).await.unwrap();
        for (column, sealed) in sealed(&integration) {
            let place = Place::new(integration.id, column);
            secrets.insert(engine.vault().open(&place, sealed).await.unwrap().reveal().to_owned());
        }
    }
    engine.close().await;
    db.close().await;
    secrets
}

fn sealed(integration: &Integration) -> impl Iterator<Item = (&'static str, &str)> {
    let Integration { access_token, refresh_token, client_secret, .. } = integration;
    let columns = [("access_token", access_token), ("refresh_token", refresh_token), ("client_secret", client_secret)];
    columns.into_iter().filter_map(|(column, sealed)| Some((column, sealed.as_ref()?.0.as_str())))
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

/// All forms of all secrets, found by their first bytes.
struct Needles<'a>(HashMap<u64, Vec<(Vec<u8>, &'a str)>>);

/// How many bytes find a needle.
const HEAD: usize = 8;

impl<'a> Needles<'a> {
    fn of(secrets: &'a BTreeSet<String>) -> Self {
        let mut heads: HashMap<u64, Vec<(Vec<u8>, &str)>> = HashMap::new();
        for secret in secrets {
            for form in forms(secret.as_bytes()) {
                heads.entry(head(&form[..HEAD])).or_default().push((form, secret));
            }
        }
        Self(heads)
    }

    /// The first secret that these bytes hold.
    fn found_in(&self, bytes: &[u8]) -> Option<String> {
        bytes.windows(HEAD).enumerate().find_map(|(at, window)| {
            let candidates = self.0.get(&head(window))?;
            candidates.iter().find(|(form, _)| bytes[at..].starts_with(form)).map(|(_, secret)| (*secret).to_owned())
        })
    }
}

fn head(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |head, byte| head << 8 | u64::from(*byte))
}

/// The secret plain, as hex, and as base64 wherever it may stand in an encoded text.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    for before in 0..3 {
        let shifted = [&vec![0; before], secret].concat();
        // The first characters depend on what stands before, the last ones on what follows.
        let whole = (before * 8).div_ceil(6)..shifted.len() * 8 / 6;
        for encoded in [BASE64_STANDARD.encode(&shifted), BASE64_URL_SAFE.encode(&shifted)] {
            forms.push(encoded.as_bytes()[whole.clone()].to_vec());
        }
    }
    forms
}

#[test]
fn a_secret_is_found_in_every_form_and_place() {
    let secrets = BTreeSet::from(["a-token-of-some-length".to_owned()]);
    let needles = Needles::of(&secrets);
    let secret = "a-token-of-some-length";
    let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    for before in ["", "x", "xy", "xyz"] {
        let around = format!("{before}{secret} and more");
        let texts = [
            around.clone(),
            BASE64_STANDARD.encode(&around),
            BASE64_URL_SAFE.encode(&around),
            format!("{before}{hex}"),
        ];
        for text in texts {
            assert_eq!(needles.found_in(text.as_bytes()).as_deref(), Some(secret), "{text}");
        }
    }
    assert_eq!(needles.found_in(b"a-token-of-another-length and much more text"), None);
}
