//! How a service starts to listen, and how it stops. It says so first: it is not ready any more and lets go of connections, yet
//! takes what comes. Then it listens no more, and finishes the requests it has, up to a limit.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::iter;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long a connection that was just made may take to say what it is for.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Takes an address to listen on.
///
/// # Errors
/// When it cannot be had; the error names it.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

/// The steps of a stop.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Whoever sends requests is told to send them elsewhere; they are still answered.
    told: CancellationToken,
    /// Nobody is let in any more.
    closed: CancellationToken,
    /// What is open comes to its end, and so does everything else that the service does.
    pub begun: CancellationToken,
}

impl Stop {
    /// A stop all at once.
    #[must_use]
    pub fn at_once(told: CancellationToken) -> Self {
        Self { closed: told.clone(), begun: told.clone(), told }
    }

    /// A stop of which others have so long to learn. With no time at all it happens at once.
    #[must_use]
    pub fn after(told: CancellationToken, notice: Duration) -> Self {
        if notice.is_zero() {
            return Self::at_once(told);
        }
        let stop = Self { told, closed: CancellationToken::new(), begun: CancellationToken::new() };
        let steps = stop.clone();
        tokio::spawn(async move {
            steps.told.cancelled().await;
            tokio::time::sleep(notice).await;
            steps.closed.cancel();
            tokio::time::sleep(LAST_WORD).await;
            steps.begun.cancel();
        });
        stop
    }

    /// Whether requests are welcome, as a check of readiness.
    ///
    /// # Errors
    /// When the stop was told.
    pub fn is_not_told(&self) -> Result<(), &'static str> {
        if self.told.is_cancelled() { Err("told to stop") } else { Ok(()) }
    }
}

/// Serves a router until the shutdown, then until its last request is answered or `drain` is over.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    drain: Duration,
) -> io::Result<()> {
    serve_until(listener, router, Stop::at_once(shutdown), drain).await
}

/// The same, step by step, so that no request is lost of whoever takes the hint.
///
/// # Errors
/// When the listener fails.
pub async fn serve_until(listener: TcpListener, router: Router, stop: Stop, drain: Duration) -> io::Result<()> {
    let told = stop.told.clone();
    let router = router.layer(from_fn_with_state(told, attend));
    let service = router.into_make_service_with_connect_info::<Peer>();
    let door = Door { listener: Some(listener), last: VecDeque::new(), closed: stop.closed };
    let server = axum::serve(door, service).with_graceful_shutdown(stop.begun.clone().cancelled_owned());
    let out_of_time = async {
        stop.begun.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        served = server => served,
        () = out_of_time => {
            tracing::warn!(?drain, "requests were still open when the time to finish them was over");
            Ok(())
        }
    }
}

/// Puts who is at the other end to where `web` looks for it. A connection that is kept, and used in the moment in which the
/// service hangs up, loses its request: so each is let go with its next answer, once the stop was told.
async fn attend(State(told): State<CancellationToken>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Peer(address))) = request.extensions_mut().remove::<ConnectInfo<Peer>>() {
        request.extensions_mut().insert(ConnectInfo(address));
    }
    let mut response = next.run(request).await;
    if told.is_cancelled() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Lets connections in. Closed, it lets those in that have come by then: they may have sent their request already.
struct Door {
    listener: Option<TcpListener>,
    last: VecDeque<(TcpStream, SocketAddr)>,
    closed: CancellationToken,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        if let Some(listener) = &mut self.listener {
            tokio::select! {
                came = Listener::accept(listener) => return came,
                () = self.closed.cancelled() => self.last = self.listener.take().map(last).unwrap_or_default(),
            }
        }
        match self.last.pop_front() {
            Some(came) => came,
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.as_ref().map_or_else(|| Err(io::ErrorKind::NotConnected.into()), TcpListener::local_addr)
    }
}

/// Whom the kernel has let in although nobody has asked for them yet.
fn last(listener: TcpListener) -> VecDeque<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else { return VecDeque::new() };
    let came = iter::from_fn(|| listener.accept().ok());
    came.filter_map(|(stream, peer)| {
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    })
    .collect()
}

/// Who is at the other end.
#[derive(Clone, Copy)]
struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A token that Ctrl-C or SIGTERM cancels.
///
/// # Errors
/// When the process cannot listen for signals.
pub fn shutdown_on_signal() -> io::Result<CancellationToken> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let shutdown = CancellationToken::new();
    let cancelled = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("stopping: Ctrl-C"),
            _ = terminate.recv() => tracing::info!("stopping: SIGTERM"),
        }
        cancelled.cancel();
    });
    Ok(shutdown)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;

    use super::*;

    async fn request(address: SocketAddr) -> TcpStream {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        client
    }

    #[tokio::test]
    async fn finishes_an_open_request_after_the_shutdown() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (entering, leaving) = (entered.clone(), leave.clone());
        let router = Router::new().route(
            "/",
            get(async move || {
                entering.notify_one();
                leaving.notified().await;
                "finished"
            }),
        );
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve(listener, router, shutdown.clone(), Duration::from_secs(60)));
        let mut client = request(address).await;
        entered.notified().await;

        shutdown.cancel();
        leave.notify_one();

        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("finished"), "{answer}");
        served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn lets_go_of_connections_before_it_stops() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Stop::after(CancellationToken::new(), Duration::from_secs(3600));
        let router = Router::new().route("/", get(async || "answered"));
        tokio::spawn(serve_until(listener, router, stop.clone(), Duration::ZERO));
        let mut kept = TcpStream::connect(address).await.unwrap();
        let asked = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        kept.write_all(asked).await.unwrap();
        let mut answer = [0; 1024];
        let length = kept.read(&mut answer).await.unwrap();
        assert!(!String::from_utf8_lossy(&answer[..length]).contains("connection: close"));
        assert_eq!(stop.is_not_told(), Ok(()));

        stop.told.cancel();

        assert!(stop.is_not_told().is_err());
        kept.write_all(asked).await.unwrap();
        let mut last = String::new();
        kept.read_to_string(&mut last).await.unwrap();
        assert!(last.contains("connection: close") && last.ends_with("answered"), "{last}");
        assert!(TcpStream::connect(address).await.is_ok(), "whoever has not heard of it is still let in");
    }

    #[tokio::test]
    async fn answers_whoever_had_come_when_it_closed() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let [told, closed, begun] = std::array::from_fn(|_| CancellationToken::new());
        let stop = Stop { told, closed, begun };
        // They wait in the kernel: nobody accepts them before the stop.
        let mut clients = Vec::new();
        for _ in 0..20 {
            clients.push(request(address).await);
        }
        stop.closed.cancel();

        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        let served = tokio::spawn(serve_until(listener, router, stop.clone(), Duration::from_secs(60)));

        for mut client in clients {
            let own = client.local_addr().unwrap().to_string();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            assert!(answer.ends_with(&own), "{answer}");
        }
        assert!(TcpStream::connect(address).await.is_err(), "nobody else is let in");
        stop.begun.cancel();
        served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn gives_up_on_a_request_that_never_finishes() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let entered = Arc::new(Notify::new());
        let entering = entered.clone();
        let router = Router::new().route(
            "/",
            get(async move || {
                entering.notify_one();
                pending::<()>().await;
            }),
        );
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve(listener, router, shutdown.clone(), Duration::ZERO));
        let _client = request(address).await;
        entered.notified().await;

        shutdown.cancel();

        served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn names_the_address_that_it_cannot_have() {
        let taken = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap().local_addr().unwrap();
        let _holder = bind(taken).await;
        let error = bind(taken).await.unwrap_err();
        assert!(error.to_string().contains(&taken.to_string()), "{error}");
    }
}
