//! A way to a server on which one command can be held back for as long as a test likes, so that what races in life happens in
//! the order that the test wants.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use servers::redis::url;

use crate::TestRedis;

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Everything passes.
    Open,
    /// The first command that contains this text will be held, with everything behind it on its connection.
    Watching(String),
    Held,
    Released,
    /// What the server said to it.
    Answered(String),
}

/// Stands between a client and a server.
pub struct Gate {
    port: u16,
    state: watch::Sender<State>,
    task: JoinHandle<()>,
}

impl Gate {
    /// A gate in front of this Redis.
    pub async fn before(redis: &TestRedis) -> Self {
        Self::to(redis.port()).await
    }

    /// A gate in front of the server on this port.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = watch::Sender::new(State::Open);
        let task = tokio::spawn({
            let state = state.clone();
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                    tokio::spawn(pass(client, server, state.clone()));
                }
            }
        });
        Self { port, state, task }
    }

    /// Where the client goes.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The same, where the server is a Redis.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Holds the next command that contains this text.
    pub fn hold(&self, text: &str) {
        self.state.send_replace(State::Watching(text.to_owned()));
    }

    /// Waits until a command is held.
    pub async fn holds(&self) {
        self.state.subscribe().wait_for(|state| *state == State::Held).await.unwrap();
    }

    /// Lets it go on, also when whoever sent it is gone, and returns what the server said to it.
    pub async fn release(&self) -> String {
        self.state.send_replace(State::Released);
        let mut state = self.state.subscribe();
        let answered = state.wait_for(|state| matches!(state, State::Answered(_))).await.unwrap();
        if let State::Answered(answer) = &*answered { answer.clone() } else { unreachable!("it was waited for") }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, server: TcpStream, state: watch::Sender<State>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let was_held = Arc::new(AtomicBool::new(false));
    let answers = tokio::spawn({
        let (state, was_held) = (state.clone(), was_held.clone());
        async move {
            let mut bytes = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                if was_held.swap(false, Ordering::SeqCst) {
                    state.send_replace(State::Answered(String::from_utf8_lossy(&bytes[..count]).into_owned()));
                }
                // The client may be gone; what the server says to it still counts.
                let _ = to_client.write_all(&bytes[..count]).await;
            }
        }
    });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
        let mut begins = None;
        state.send_if_modified(|state| {
            if let State::Watching(text) = state {
                begins = command_with(&bytes[..count], text.as_bytes());
            }
            if begins.is_some() {
                *state = State::Held;
            }
            begins.is_some()
        });
        let held = begins.is_some();
        let (before, rest) = bytes[..count].split_at(begins.unwrap_or_default());
        if held {
            // Whatever was sent before it is answered before it, and not taken for its answer.
            if to_server.write_all(before).await.is_err() {
                break;
            }
            let _ = state.subscribe().wait_for(|state| *state == State::Released).await;
            was_held.store(true, Ordering::SeqCst);
        }
        if to_server.write_all(rest).await.is_err() {
            break;
        }
        if held {
            let _ = state.subscribe().wait_for(|state| matches!(state, State::Answered(_))).await;
        }
    }
    answers.abort();
}

/// Where the command begins that contains this text. Commands of Redis are arrays, which begin with an asterisk.
fn command_with(bytes: &[u8], text: &[u8]) -> Option<usize> {
    let at = bytes.windows(text.len()).position(|window| window == text)?;
    Some(bytes[..at].windows(3).rposition(|window| window == b"\r\n*").map_or(0, |end| end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_commands_the_one_with_the_text_is_found() {
        let bytes = b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n";
        assert_eq!(command_with(bytes, b"hi"), Some(14));
        assert_eq!(command_with(bytes, b"PING"), Some(0));
        assert_eq!(command_with(bytes, b"ho"), None);
    }
}
