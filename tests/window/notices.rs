//! The desktop's side of notices: programs post them here, and a person reads them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{Connection, connection, interface, zvariant::OwnedValue};

/// The notices of one session.
pub(crate) struct Notices {
    // Ends the service when it is dropped.
    _bus: Connection,
    posted: Arc<Mutex<Vec<String>>>,
}

struct Board(Arc<Mutex<Vec<String>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Board {
    #[allow(clippy::too_many_arguments, reason = "the desktop's standard says so")]
    fn notify(
        &self,
        _program: &str,
        _replaces: u32,
        _icon: &str,
        title: &str,
        _body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let mut posted = self.0.lock().unwrap();
        posted.push(title.to_owned());
        u32::try_from(posted.len()).unwrap()
    }

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("a board", "tests", "1", "1.2")
    }

    fn close_notification(&self, _id: u32) {}
}

impl Notices {
    pub(crate) async fn start(address: &str) -> Self {
        let posted = Arc::<Mutex<Vec<_>>>::default();
        let board = Board(posted.clone());
        let builder = connection::Builder::address(address).unwrap().name("org.freedesktop.Notifications").unwrap();
        let bus = builder.serve_at("/org/freedesktop/Notifications", board).unwrap().build().await.unwrap();
        Self { _bus: bus, posted }
    }

    /// The titles of all that were posted, in their order.
    pub(crate) fn titles(&self) -> Vec<String> {
        self.posted.lock().unwrap().clone()
    }
}
