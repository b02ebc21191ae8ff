//! A mail server of a test's own, which takes mails, refuses them, holds them, and can be away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::Instant,
};

/// A mail that the server has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Whom it was for, by the envelope.
    pub to: String,
    /// Headers and text, readable.
    pub text: String,
}

impl Received {
    /// A header of one line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let (headers, _) = self.text.split_once("\r\n\r\n")?;
        headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A mail server, gone when dropped.
pub struct TestSmtp {
    port: u16,
    shared: Arc<Shared>,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct Shared {
    mails: Mutex<Vec<Received>>,
    /// What is said to mails for an address, or for any (`*`).
    refused: Mutex<HashMap<String, String>>,
    refusals: Mutex<Vec<Instant>>,
    /// Whether mails are taken without a word.
    silent: watch::Sender<bool>,
}

/// Starts a mail server that takes everything.
///
/// # Panics
/// When no port is free.
pub async fn smtp() -> TestSmtp {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = TestSmtp { port, shared: Arc::default(), tasks: Mutex::default() };
    server.listen(listener);
    server
}

impl TestSmtp {
    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every mail it has taken.
    #[must_use]
    pub fn mails(&self) -> Vec<Received> {
        lock(&self.shared.mails).clone()
    }

    /// The mails it has taken for an address.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Received> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// Answers so to mails for this address (`*` is any), such as `550 5.1.1 no such user`.
    pub fn refuse(&self, address: &str, answer: &str) {
        lock(&self.shared.refused).insert(address.to_owned(), answer.to_owned());
    }

    /// Takes mails for this address again.
    pub fn accept(&self, address: &str) {
        lock(&self.shared.refused).remove(address);
    }

    /// When it has refused a mail.
    #[must_use]
    pub fn refusals(&self) -> Vec<Instant> {
        lock(&self.shared.refusals).clone()
    }

    /// Takes mails from now on, but says nothing to them until it speaks again.
    pub fn fall_silent(&self) {
        self.shared.silent.send_replace(true);
    }

    /// Says what it has not said.
    pub fn speak(&self) {
        self.shared.silent.send_replace(false);
    }

    /// Goes away: connections break, and nobody listens.
    pub async fn stop(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.shutdown().await;
    }

    /// Listens again at the same address, with the mails it has.
    ///
    /// # Panics
    /// When somebody else has taken the port.
    pub async fn start(&self) {
        self.listen(TcpListener::bind(("127.0.0.1", self.port)).await.unwrap());
    }

    fn listen(&self, listener: TcpListener) {
        let shared = self.shared.clone();
        lock(&self.tasks).spawn(async move {
            // They end with this task.
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(converse(connection, shared.clone()));
            }
        });
    }
}

/// Undoes `quoted-printable` (RFC 2045, section 6.7), where a mail is written like that.
fn readable(text: String) -> String {
    if !text.contains("Content-Transfer-Encoding: quoted-printable") {
        return text;
    }
    let text = text.replace("=\r\n", "");
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => bytes.extend([&[byte], &part.as_bytes()[2..]].concat()),
            None => bytes.extend([b"=", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One connection, until the client leaves.
async fn converse(connection: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let mut connection = BufReader::new(connection);
    let mut to = String::new();
    say(&mut connection, "220 test").await?;
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                shared.answer(&to)
            }
            "DATA" => {
                say(&mut connection, "354 go on").await?;
                let text = readable(data(&mut connection).await?);
                lock(&shared.mails).push(Received { to: to.clone(), text });
                shared.silent.subscribe().wait_for(|silent| !silent).await.ok()?;
                "250 taken".to_owned()
            }
            "QUIT" => "221 farewell".to_owned(),
            "MAIL" | "NOOP" | "RSET" | "HELO" => "250 well".to_owned(),
            _ => "500 what?".to_owned(),
        };
        say(&mut connection, &answer).await?;
    }
}

impl Shared {
    fn answer(&self, to: &str) -> String {
        let refused = lock(&self.refused);
        match refused.get(to).or_else(|| refused.get("*")) {
            Some(answer) => {
                lock(&self.refusals).push(Instant::now());
                answer.clone()
            }
            None => "250 well".to_owned(),
        }
    }
}

/// The text of a mail, up to the line with nothing but a point.
async fn data(connection: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n.\r\n") {
        text.push(connection.read_u8().await.ok()?);
    }
    text.truncate(text.len() - ".\r\n".len());
    Some(String::from_utf8_lossy(&text).replace("\r\n..", "\r\n."))
}

async fn say(connection: &mut BufReader<TcpStream>, answer: &str) -> Option<()> {
    connection.write_all(format!("{answer}\r\n").as_bytes()).await.ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
