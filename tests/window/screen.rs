//! What a person sees of windows as such: which are there, which is in front, and the button that closes one. Asked of the
//! window manager as a desktop's panel does.

use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, PropMode, WindowClass,
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// The display.
pub(crate) struct Screen {
    x: RustConnection,
    root: u32,
}

impl Screen {
    pub(crate) fn of(display: &str) -> Self {
        let (x, screen) = x11rb::connect(Some(display)).unwrap();
        let root = x.setup().roots[screen].root;
        Self { x, root }
    }

    /// The window of this name, if it is there.
    pub(crate) fn window(&self, name: &str) -> Option<u32> {
        self.numbers(self.root, "_NET_CLIENT_LIST").into_iter().find(|window| self.name(*window) == name)
    }

    /// The name of the window that has the keyboard.
    pub(crate) fn in_front(&self) -> Option<String> {
        let window = self.numbers(self.root, "_NET_ACTIVE_WINDOW").into_iter().find(|window| *window != 0)?;
        Some(self.name(window))
    }

    /// Presses the close button in a window's title bar.
    pub(crate) fn close(&self, name: &str) {
        let window = self.window(name).expect("the window is there");
        let event = ClientMessageEvent::new(32, window, self.atom("_NET_CLOSE_WINDOW"), [0_u32, 2, 0, 0, 0]);
        let listeners = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.x.send_event(false, self.root, listeners, event).unwrap();
        self.x.flush().unwrap();
    }

    /// Opens another program's window, which comes in front of what is there.
    pub(crate) fn open_another(&self, name: &str) {
        let window = self.x.generate_id().unwrap();
        let look = CreateWindowAux::new();
        let class = WindowClass::INPUT_OUTPUT;
        self.x.create_window(0, window, self.root, 0, 0, 600, 400, 0, class, 0, &look).unwrap();
        let named = self.x.change_property8(
            PropMode::REPLACE,
            window,
            self.atom("_NET_WM_NAME"),
            self.atom("UTF8_STRING"),
            name.as_bytes(),
        );
        named.unwrap();
        self.x.map_window(window).unwrap();
        self.x.flush().unwrap();
    }

    fn name(&self, window: u32) -> String {
        let (name, text) = (self.atom("_NET_WM_NAME"), self.atom("UTF8_STRING"));
        let asked = self.x.get_property(false, window, name, text, 0, 256).unwrap();
        // The window may be gone by now.
        asked.reply().map(|answer| String::from_utf8_lossy(&answer.value).into_owned()).unwrap_or_default()
    }

    fn numbers(&self, window: u32, property: &str) -> Vec<u32> {
        let asked = self.x.get_property(false, window, self.atom(property), AtomEnum::WINDOW, 0, 256).unwrap();
        asked.reply().ok().and_then(|answer| Some(answer.value32()?.collect())).unwrap_or_default()
    }

    fn atom(&self, name: &str) -> u32 {
        self.x.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }
}
