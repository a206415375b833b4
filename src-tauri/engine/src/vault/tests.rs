//! The laws of sealing, with a keyring and a key table in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::clock::ManualClock;

/// A key table, and the sealed texts of a database.
#[derive(Default)]
struct Tables {
    keys: Mutex<BTreeMap<String, WrappedKey>>,
    texts: Mutex<BTreeMap<Place, String>>,
    /// Another process that is quicker, once: the row it adds before ours.
    quicker: Mutex<Option<WrappedKey>>,
}

#[async_trait::async_trait]
impl KeyStore for Tables {
    async fn load_wrapped(&self) -> Result<Vec<WrappedKey>, StoreFault> {
        Ok(self.keys.lock().unwrap().values().cloned().collect())
    }

    async fn store_wrapped(&self, key: &WrappedKey) -> Result<bool, StoreFault> {
        let mut keys = self.keys.lock().unwrap();
        if let Some(quicker) = self.quicker.lock().unwrap().take() {
            keys.insert(quicker.id.clone(), quicker);
        }
        let free = !keys.contains_key(&key.id);
        keys.entry(key.id.clone()).or_insert_with(|| key.clone());
        Ok(free)
    }

    async fn drop_wrapped(&self, id: &str) -> Result<(), StoreFault> {
        self.keys.lock().unwrap().remove(id);
        Ok(())
    }
}

#[async_trait::async_trait]
impl SealedTexts for Tables {
    async fn all(&self) -> Result<Vec<(Place, String)>, StoreFault> {
        Ok(self.texts.lock().unwrap().iter().map(|(place, text)| (place.clone(), text.clone())).collect())
    }

    async fn replace(&self, place: &Place, old: &str, new: &str) -> Result<(), StoreFault> {
        if let Some(text) = self.texts.lock().unwrap().get_mut(place).filter(|text| *text == old) {
            *text = new.to_owned();
        }
        Ok(())
    }
}

/// A database and a machine's keyring; vaults over them come and go as processes do.
#[derive(Default)]
struct Machine {
    tables: Arc<Tables>,
    keyring: Arc<MemoryKeyring>,
}

impl Machine {
    fn without_keyring() -> Self {
        let machine = Self::default();
        machine.keyring.set_trouble(Some(NoKeyring::NoBus));
        machine
    }

    /// Another machine with the same database.
    fn other(&self) -> Self {
        Self { tables: self.tables.clone(), keyring: Arc::default() }
    }

    fn vault(&self, home: Home) -> Vault {
        let clock = ManualClock::new(Time::from_timestamp(1_800_000_000, 0).unwrap());
        let vault = Vault::new(self.tables.clone(), self.keyring.clone(), home, Arc::new(clock));
        Vault { cost: Cost::CHEAP, ..vault }
    }

    fn vault_with(&self, home: Home, passphrase: &str) -> Vault {
        let vault = self.vault(home);
        vault.give_passphrase(Secret::new(passphrase));
        vault
    }
}

fn place() -> Place {
    Place::new("integration-1", "access_token")
}

fn token() -> Secret {
    Secret::new("a-token")
}

#[tokio::test]
async fn a_secret_opens_in_another_process_on_this_machine() {
    let machine = Machine::default();
    let sealed = machine.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    assert!(!sealed.contains("a-token"));
    assert_eq!(machine.vault(Home::Device).open(&place(), &sealed).await.unwrap().reveal(), "a-token");
    assert_eq!(machine.vault(Home::Device).check().await.unwrap(), Protection::Keyring);
}

#[tokio::test]
async fn looking_makes_no_key() {
    let machine = Machine::default();
    assert_eq!(machine.vault(Home::Device).check().await.unwrap(), Protection::Unused);
    machine.vault(Home::Device).probe_keyring().await.unwrap();
    assert!(machine.keyring.names().is_empty() && machine.tables.keys.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_opens_only_at_its_place() {
    let vault = Machine::default().vault(Home::Device);
    let sealed = vault.seal(&place(), &token()).await.unwrap();
    for elsewhere in [Place::new("integration-2", "access_token"), Place::new("integration-1", "refresh_token")] {
        assert!(matches!(vault.open(&elsewhere, &sealed).await, Err(VaultError::Corrupt(_))));
    }
}

#[tokio::test]
async fn two_databases_on_one_machine_have_two_keys() {
    let first = Machine::default();
    let second = Machine { tables: Arc::default(), keyring: first.keyring.clone() };
    first.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    let sealed = second.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    assert_eq!(first.keyring.names().len(), 2);
    assert!(matches!(first.vault(Home::Device).open(&place(), &sealed).await, Err(VaultError::Corrupt(_))));
}

#[tokio::test]
async fn without_a_keyring_nothing_is_sealed_until_a_passphrase_is_given() {
    let machine = Machine::without_keyring();
    let vault = machine.vault(Home::Device);
    let refused = vault.seal(&place(), &token()).await.unwrap_err();
    assert!(matches!(refused, VaultError::NoKeyring(NoKeyring::NoBus)), "{refused}");
    assert!(machine.tables.keys.lock().unwrap().is_empty());
    vault.give_passphrase(Secret::new("correct horse"));
    let sealed = vault.seal(&place(), &token()).await.unwrap();
    let again = machine.vault_with(Home::Device, "correct horse");
    assert_eq!(again.open(&place(), &sealed).await.unwrap().reveal(), "a-token");
    assert_eq!(again.check().await.unwrap(), Protection::Passphrase);
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_from_a_missing_one_and_forgotten() {
    let machine = Machine::without_keyring();
    let sealed = machine.vault_with(Home::Device, "correct horse").seal(&place(), &token()).await.unwrap();
    let vault = machine.vault_with(Home::Device, "battery staple");
    assert!(matches!(vault.open(&place(), &sealed).await, Err(VaultError::WrongPassphrase)));
    assert!(matches!(vault.open(&place(), &sealed).await, Err(VaultError::PassphraseNeeded)));
    vault.give_passphrase(Secret::new("correct horse"));
    assert_eq!(vault.open(&place(), &sealed).await.unwrap().reveal(), "a-token");
}

#[tokio::test]
async fn a_locked_keyring_is_never_replaced_by_a_passphrase() {
    let machine = Machine::default();
    machine.keyring.set_trouble(Some(NoKeyring::Locked));
    let refused = machine.vault_with(Home::Device, "correct horse").seal(&place(), &token()).await.unwrap_err();
    assert!(matches!(refused, VaultError::Locked), "{refused}");
    machine.keyring.set_trouble(None);
    let sealed = machine.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    machine.keyring.set_trouble(Some(NoKeyring::Locked));
    assert!(matches!(machine.vault(Home::Device).open(&place(), &sealed).await, Err(VaultError::Locked)));
}

#[tokio::test]
async fn an_emptied_keyring_loses_the_sign_ins_and_nothing_more() {
    let machine = Machine::default();
    let sealed = machine.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    machine.keyring.clear();
    let vault = machine.vault(Home::Device);
    assert!(matches!(vault.open(&place(), &sealed).await, Err(VaultError::KeyGone)));
    let anew = vault.seal(&place(), &token()).await.unwrap();
    assert_eq!(machine.vault(Home::Device).open(&place(), &anew).await.unwrap().reveal(), "a-token");
}

#[tokio::test]
async fn a_shared_database_asks_each_device_once_for_its_passphrase() {
    let machine = Machine::default();
    let refused = machine.vault(Home::Shared).seal(&place(), &token()).await.unwrap_err();
    assert!(matches!(refused, VaultError::PassphraseNeeded), "{refused}");
    let sealed = machine.vault_with(Home::Shared, "correct horse").seal(&place(), &token()).await.unwrap();
    assert_eq!(machine.vault(Home::Shared).open(&place(), &sealed).await.unwrap().reveal(), "a-token");
    let other = machine.other();
    assert!(matches!(other.vault(Home::Shared).open(&place(), &sealed).await, Err(VaultError::PassphraseNeeded)));
    other.vault_with(Home::Shared, "correct horse").open(&place(), &sealed).await.unwrap();
    assert_eq!(other.vault(Home::Shared).open(&place(), &sealed).await.unwrap().reveal(), "a-token");
}

#[tokio::test]
async fn of_two_processes_that_make_the_first_key_one_wins_and_both_use_it() {
    let machine = Machine::default();
    machine.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    let (_, winner) = machine.tables.keys.lock().unwrap().pop_first().unwrap();
    *machine.tables.quicker.lock().unwrap() = Some(winner);
    let sealed = machine.vault(Home::Device).seal(&place(), &token()).await.unwrap();
    assert_eq!(machine.vault(Home::Device).open(&place(), &sealed).await.unwrap().reveal(), "a-token");
    assert_eq!(machine.keyring.names().len(), 1);
}

/// A machine with three sealed texts.
async fn with_texts(vault: &Vault, machine: &Machine) {
    for column in ["access_token", "client_secret", "refresh_token"] {
        let place = Place::new("integration-1", column);
        let sealed = vault.seal(&place, &Secret::new(column)).await.unwrap();
        machine.tables.texts.lock().unwrap().insert(place, sealed);
    }
}

async fn all_open(vault: &Vault, machine: &Machine) {
    let texts = machine.tables.texts.lock().unwrap().clone();
    assert_eq!(texts.len(), 3);
    for (place, sealed) in texts {
        assert_eq!(vault.open(&place, &sealed).await.unwrap().reveal(), place.column);
    }
}

#[tokio::test]
async fn rotation_seals_everything_anew_and_the_old_key_is_gone() {
    let machine = Machine::default();
    with_texts(&machine.vault(Home::Device), &machine).await;
    let before = machine.tables.texts.lock().unwrap().clone();
    let elsewhere = machine.vault(Home::Device);
    all_open(&elsewhere, &machine).await;
    machine.vault(Home::Device).rotate(&*machine.tables, None).await.unwrap();
    assert_eq!(machine.keyring.names().len(), 1);
    all_open(&machine.vault(Home::Device), &machine).await;
    // A process that opened the vault before seals with the new key as well.
    all_open(&elsewhere, &machine).await;
    assert!(elsewhere.seal(&place(), &token()).await.unwrap().starts_with("v1.2."));
    for (place, sealed) in before {
        assert!(matches!(machine.vault(Home::Device).open(&place, &sealed).await, Err(VaultError::KeyGone)));
    }
}

#[tokio::test]
async fn rotation_changes_the_passphrase() {
    let machine = Machine::without_keyring();
    with_texts(&machine.vault_with(Home::Device, "old"), &machine).await;
    let new = Some(Secret::new("new"));
    machine.vault_with(Home::Device, "old").rotate(&*machine.tables, new).await.unwrap();
    all_open(&machine.vault_with(Home::Device, "new"), &machine).await;
    let sealed = machine.tables.texts.lock().unwrap()[&place()].clone();
    let refused = machine.vault_with(Home::Device, "old").open(&place(), &sealed).await;
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
}

#[tokio::test]
async fn a_rotation_that_is_stopped_anywhere_leaves_everything_open() {
    /// Dies at the n-th replacement.
    struct Dying<'a>(&'a Tables, Mutex<u32>);
    #[async_trait::async_trait]
    impl SealedTexts for Dying<'_> {
        async fn all(&self) -> Result<Vec<(Place, String)>, StoreFault> {
            self.0.all().await
        }
        async fn replace(&self, place: &Place, old: &str, new: &str) -> Result<(), StoreFault> {
            let left = *self.1.lock().unwrap();
            *self.1.lock().unwrap() = left.checked_sub(1).ok_or("the process was killed")?;
            self.0.replace(place, old, new).await
        }
    }
    for survives in 0..3 {
        let machine = Machine::default();
        with_texts(&machine.vault(Home::Device), &machine).await;
        let dying = Dying(&machine.tables, Mutex::new(survives));
        machine.vault(Home::Device).rotate(&dying, None).await.unwrap_err();
        all_open(&machine.vault(Home::Device), &machine).await;
        machine.vault(Home::Device).rotate(&*machine.tables, None).await.unwrap();
        all_open(&machine.vault(Home::Device), &machine).await;
        assert_eq!(machine.keyring.names().len(), 1);
    }
}

#[tokio::test]
async fn a_damaged_key_row_is_an_error_and_no_panic() {
    for body in ["", "{}", r#"{"kept":"keyring"}"#, r#"{"kept":"somewhere","name":"x"}"#] {
        let machine = Machine::default();
        let row = WrappedKey { id: "1".into(), body: body.into(), created_at: Time::default() };
        machine.tables.store_wrapped(&row).await.unwrap();
        assert!(matches!(machine.vault(Home::Device).check().await, Err(VaultError::Corrupt(_))));
    }
}

#[tokio::test]
async fn absurd_passphrase_parameters_are_refused_and_not_computed() {
    let machine = Machine::without_keyring();
    let vault = machine.vault_with(Home::Device, "correct horse");
    vault.seal(&place(), &token()).await.unwrap();
    for row in machine.tables.keys.lock().unwrap().values_mut() {
        row.body = row.body.replace(r#""memory":64"#, r#""memory":4000000000"#);
    }
    let refused = machine.vault_with(Home::Device, "correct horse").check().await;
    assert!(matches!(refused, Err(VaultError::Corrupt(_))));
}

#[test]
fn nothing_of_a_key_or_passphrase_is_printed() {
    let vault = Machine::default().vault_with(Home::Device, "correct horse");
    assert!(!format!("{vault:?}").contains("horse"));
}

fn any_place() -> impl Strategy<Value = Place> {
    (".{0,12}", ".{0,12}").prop_map(|(owner, column)| Place { owner, column })
}

proptest! {
    #[test]
    fn what_is_sealed_opens_with_its_key_and_at_its_place_only(
        text in ".{0,200}", place in any_place(), elsewhere in any_place(),
    ) {
        let (key, other) = (DataKey::random(1), DataKey::random(1));
        let sealed = seal::seal(&key, &place, &Secret::new(text.clone())).unwrap();
        let opened = seal::open(&key, &place, &sealed).unwrap();
        prop_assert_eq!(opened.reveal(), text);
        prop_assert!(seal::open(&other, &place, &sealed).is_err());
        prop_assert_eq!(seal::open(&key, &elsewhere, &sealed).is_ok(), elsewhere == place);
        let again = seal::seal(&key, &place, &Secret::new("x")).unwrap();
        prop_assert_ne!(again, seal::seal(&key, &place, &Secret::new("x")).unwrap());
    }

    #[test]
    fn a_text_with_any_changed_byte_does_not_open(text in ".{0,40}", at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let (key, place) = (DataKey::random(7), place());
        let sealed = seal::seal(&key, &place, &Secret::new(text)).unwrap();
        let mut bytes = sealed.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(seal::open(&key, &place, &changed).is_ok(), changed == sealed);
    }

    #[test]
    fn no_text_makes_opening_panic(text in ".{0,80}") {
        let _ = seal::key_number(&text);
        prop_assert!(seal::open(&DataKey::random(1), &place(), &text).is_err());
    }
}

/// The real keyring, where a session has one: run it under `dbus-run-session` with an unlocked keyring. A build machine
/// has no bus, and then the kind of trouble is what is tested.
#[tokio::test]
async fn the_systems_keyring_keeps_what_it_is_given_or_says_why_not() {
    let name = wrap::fresh_name();
    match OsKeyring.set(&name, &[7; 32]).await {
        Ok(()) => {
            assert_eq!(OsKeyring.get(&name).await.unwrap().unwrap().as_slice(), &[7; 32]);
            OsKeyring.remove(&name).await.unwrap();
            assert_eq!(OsKeyring.get(&name).await.unwrap(), None);
            OsKeyring.remove(&name).await.unwrap();
        }
        // Whatever a machine lacks, it has a name: no bus, nobody on it, or locked.
        Err(reason) => assert!(!matches!(reason, NoKeyring::Failed(_)), "{reason:?}"),
    }
}
