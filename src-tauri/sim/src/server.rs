//! A server on loopback for one service's router. It knows HTTP only, and can do one thing that axum's own server can't:
//! drop a connection instead of answering.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

use crate::front::Dropped;

/// A running server; it and its connections end when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    accepting: JoinHandle<()>,
}

/// Takes a loopback port; 0 takes any free one.
pub(crate) fn bind(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

impl Server {
    /// Serves `router` on a bound port. Must be called inside a Tokio runtime.
    pub(crate) fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        Ok(Self { accepting: tokio::spawn(accept(listener, router)) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: tokio::net::TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(serve(stream, router.clone()))),
                Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // A delay of small packets would only make measurements wrong; failing to switch it off does no harm.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(router.clone(), request));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// hyper closes the connection without an answer when the service fails.
async fn answer(router: Router, request: hyper::Request<Incoming>) -> Result<Response, io::Error> {
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    let response = answered.map_err(io::Error::other)?;
    match response.extensions().get::<Dropped>() {
        Some(Dropped) => Err(io::ErrorKind::ConnectionReset.into()),
        None => Ok(response),
    }
}
