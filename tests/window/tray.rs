//! The desktop's side of a tray: programs announce their icon here, and a person chooses from its menu.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{
    Connection, connection, interface,
    message::Header,
    zvariant::{OwnedValue, Value},
};

use crate::desk::until;

/// A menu's item as the bus describes it: its number, its properties, and those below it.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The tray of one session.
pub(crate) struct Tray {
    bus: Connection,
    announced: Arc<Mutex<Vec<(String, String)>>>,
}

/// Who announced an icon, and where it is.
struct Watcher(Arc<Mutex<Vec<(String, String)>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.0.lock().unwrap().push(item);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(service, path)| format!("{service}{path}")).collect()
    }
}

impl Tray {
    pub(crate) async fn start(address: &str) -> Self {
        let announced = Arc::<Mutex<Vec<_>>>::default();
        let watcher = Watcher(announced.clone());
        let builder = connection::Builder::address(address).unwrap().name("org.kde.StatusNotifierWatcher").unwrap();
        let bus = builder.serve_at("/StatusNotifierWatcher", watcher).unwrap().build().await.unwrap();
        Self { bus, announced }
    }

    /// The texts of the menu.
    pub(crate) async fn texts(&self) -> Vec<String> {
        self.items().await.unwrap_or_default().into_iter().map(|(_, text)| text).collect()
    }

    /// Chooses the line with this text, as soon as it is there. A line that goes before it was chosen, because the menu is
    /// made anew, is looked for again.
    pub(crate) async fn choose(&self, text: &str) {
        let choose = async || {
            let (id, _) = self.items().await?.into_iter().find(|(_, label)| label == text)?;
            self.call("Event", &(id, "clicked", Value::from(0), 0_u32)).await
        };
        until(&format!("“{text}” in the tray"), choose).await;
    }

    /// Chooses the first line that ends so, and says which that was.
    pub(crate) async fn choose_one_ending(&self, end: &str) -> String {
        let find = async || self.texts().await.into_iter().find(|text| text.ends_with(end));
        let text = until(&format!("a line ending in “{end}” in the tray"), find).await;
        self.choose(&text).await;
        text
    }

    /// Whether the program that showed its icon last has ended.
    pub(crate) async fn is_empty(&self) -> bool {
        let Some((service, _)) = self.announced.lock().unwrap().last().cloned() else { return true };
        let bus = Some("org.freedesktop.DBus");
        let asked = self.bus.call_method(bus, "/org/freedesktop/DBus", bus, "NameHasOwner", &service).await;
        !asked.unwrap().body().deserialize::<bool>().unwrap()
    }

    async fn items(&self) -> Option<Vec<(i32, String)>> {
        let _: bool = self.call("AboutToShow", &0).await?.body().deserialize().ok()?;
        let answer = self.call("GetLayout", &(0, -1, Vec::<String>::new())).await?;
        let (_, (_, _, below)): (u32, Layout) = answer.body().deserialize().ok()?;
        Some(below.into_iter().filter_map(item).collect())
    }

    async fn call<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        method: &str,
        body: &B,
    ) -> Option<zbus::Message> {
        let (service, path) = self.announced.lock().unwrap().last().cloned()?;
        let menu = "org.freedesktop.DBus.Properties";
        let menu = self
            .bus
            .call_method(Some(&*service), &*path, Some(menu), "Get", &("org.kde.StatusNotifierItem", "Menu"))
            .await
            .ok()?;
        let menu: OwnedValue = menu.body().deserialize().ok()?;
        let menu: zbus::zvariant::OwnedObjectPath = menu.try_into().ok()?;
        self.bus.call_method(Some(&*service), &menu, Some("com.canonical.dbusmenu"), method, body).await.ok()
    }
}

fn item(value: OwnedValue) -> Option<(i32, String)> {
    let (id, properties, _) = Layout::try_from(value).ok()?;
    let label: String = properties.get("label")?.try_clone().ok()?.try_into().ok()?;
    // An underscore marks the letter that a keyboard would choose it by.
    Some((id, label.replace('_', "")))
}
