//! How a service starts to listen, and how it stops: it takes no more requests, finishes those it has, up to a limit.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Takes an address to listen on.
///
/// # Errors
/// When it cannot be had; the error names it.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
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
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let out_of_time = async {
        shutdown.cancelled().await;
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
    use tokio::net::TcpStream;
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
    async fn gives_up_on_a_request_that_never_finishes() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let entered = Arc::new(Notify::new());
        let entering = entered.clone();
        let router = Router::new().route(
            "/",
            get(async move || {
                entering.notify_one();
                std::future::pending::<()>().await;
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
