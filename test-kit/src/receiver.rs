//! A receiver of webhooks of a test's own, which takes messages, refuses them, sends them elsewhere, and holds them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// A message that was posted, and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    head: String,
    /// What it says.
    pub body: String,
}

impl Posted {
    /// A header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next().unwrap_or("")
    }
}

/// A receiver, gone when dropped.
pub struct TestReceiver {
    port: u16,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    posted: Mutex<Vec<Posted>>,
    /// What the next ones are answered; 200 after them.
    answers: Mutex<VecDeque<u16>>,
    /// Where everybody is sent.
    elsewhere: Mutex<Option<String>>,
    /// Whether nobody is answered.
    held: watch::Sender<bool>,
    waiting: AtomicUsize,
}

/// Starts a receiver that takes everything.
///
/// # Panics
/// When no port is free.
pub async fn receiver() -> TestReceiver {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (shared, mut tasks) = (Arc::<Shared>::default(), JoinSet::new());
    let serving = shared.clone();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            let shared = serving.clone();
            // Whoever hangs up early is nobody's fault.
            connections.spawn(async move { drop(take(connection, &shared).await) });
        }
    });
    TestReceiver { port, shared, _tasks: tasks }
}

impl TestReceiver {
    /// Where it takes messages.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// Every message that was answered, however.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        lock(&self.shared.posted).clone()
    }

    /// Answers the next ones so.
    pub fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        lock(&self.shared.answers).extend(statuses);
    }

    /// Sends everybody to another address.
    pub fn redirect_to(&self, url: &str) {
        *lock(&self.shared.elsewhere) = Some(url.to_owned());
    }

    /// Answers nobody until released.
    pub fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    /// Answers those who wait, and everybody from now on.
    pub fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// How many wait for an answer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::SeqCst)
    }
}

async fn take(mut connection: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(&mut connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let mut posted = Posted { head, body: String::new() };
    let mut body = vec![0; posted.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).await?;
    posted.body = String::from_utf8_lossy(&body).into_owned();

    shared.waiting.fetch_add(1, Ordering::SeqCst);
    let released = shared.held.subscribe().wait_for(|held| !held).await.is_ok();
    shared.waiting.fetch_sub(1, Ordering::SeqCst);
    assert!(released, "the receiver is there as long as its connections");
    let elsewhere = lock(&shared.elsewhere).clone();
    let status = elsewhere.as_ref().map_or_else(|| lock(&shared.answers).pop_front().unwrap_or(200), |_| 302);
    let location = elsewhere.map(|url| format!("location: {url}\r\n")).unwrap_or_default();
    lock(&shared.posted).push(posted);
    let answer = format!("HTTP/1.1 {status} So\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n");
    connection.write_all(answer.as_bytes()).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
