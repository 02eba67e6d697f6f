//! Connections: accepted, served each on its own task, and ended in order.
use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::body::Body;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long a connection may be open without a whole request head.
///
/// It is longer than an environment is kept frozen: a function that goes on must not find its connections
/// closed.
const HEADER_LIMIT: Duration = Duration::from_secs(900);

/// Serves until `stopping`, then lets open requests finish.
pub(super) async fn serve<H, F>(listener: TcpListener, handler: H, stopping: CancellationToken)
where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let connections = TaskTracker::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, handler.clone(), stopping.clone()));
                }
                // Out of file descriptors, most likely: it passes when connections close.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                }
            },
            () = stopping.cancelled() => break,
        }
    }
    connections.close();
    connections.wait().await;
}

async fn connection<H, F>(
    stream: TcpStream,
    peer: SocketAddr,
    handler: H,
    stopping: CancellationToken,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F,
    F: Future<Output = Response<Body>>,
{
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let response = handler(request, peer);
        async { Ok::<_, Infallible>(response.await) }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_LIMIT);
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}
