//! A client that costs little, so that what is measured is the server: HTTP/1.1 over connections that stay open.

use anyhow::Context;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Mutex,
};

const LONGEST_HEAD: usize = 16 * 1024;

/// One connection.
pub(crate) struct Connection(Mutex<Inner>);

struct Inner {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self(Mutex::new(Inner { stream, buffer: Vec::with_capacity(LONGEST_HEAD) })))
    }

    pub(crate) async fn open_all(port: u16, count: usize) -> anyhow::Result<Vec<Self>> {
        futures_util::future::try_join_all((0..count).map(|_| Self::open(port))).await
    }

    /// Sends a request and reads all of its answer.
    pub(crate) async fn send(&self, request: &[u8]) -> anyhow::Result<Answer> {
        self.0.lock().await.send(request).await
    }

    /// The same where only success will do.
    pub(crate) async fn succeed(&self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        let Answer { status, body } = self.send(request).await?;
        anyhow::ensure!((200..300).contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

impl Inner {
    async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).context("no status line")?.parse()?;
        let length = text.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
        });
        let length = length.transpose()?.unwrap_or(0);
        let body = head + 4;
        while self.buffer.len() < body + length {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
        }
        Ok(Answer { status, body: self.buffer[body..body + length].to_vec() })
    }
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = match method {
        "GET" => String::new(),
        _ => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
    };
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n{body}").into_bytes()
}
