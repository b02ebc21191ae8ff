//! What is written to the security log.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use serde_json::Value;
use tracing_subscriber::EnvFilter;

thread_local! {
    /// A test has a thread of its own, and all that its shop does is done there.
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Pen;

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.iter_mut().for_each(|written| written.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Has the log written, for whoever reads along. Every shop begins with it: where nobody listens when a line is first come
/// by, it may be passed over from then on.
pub(crate) fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = EnvFilter::new("audit=info");
        tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(|| Pen).init();
    });
}

/// The lines of the target `audit` that this test's shop writes.
pub(crate) struct Log(());

impl Log {
    /// Reads along from now on.
    pub(crate) fn open() -> Self {
        WRITTEN.set(Some(Vec::new()));
        Self(())
    }

    /// The lines since the last look.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let written = WRITTEN.replace(Some(Vec::new())).unwrap();
        let lines = written.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    /// The events that they name.
    pub(crate) fn events(&self) -> Vec<String> {
        self.lines().into_iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
    }
}
