//! The network between the application and a service, which can be cut and mended. While it is cut nobody answers at the
//! service's address, as on a machine without a network.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

/// A line to one service.
pub(crate) struct Network {
    here: SocketAddr,
    there: SocketAddr,
    open: Option<JoinHandle<()>>,
}

impl Network {
    /// A line to the service at this address, still cut.
    pub(crate) async fn to(service: &Url) -> Self {
        let there = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port().unwrap()));
        let here = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
        Self { here, there, open: None }
    }

    /// An address of the service as it is reached by this line.
    pub(crate) fn through(&self, address: &str) -> String {
        let mut url: Url = address.parse().unwrap();
        url.set_port(Some(self.here.port())).unwrap();
        url.into()
    }

    /// From now on the service can be reached.
    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.open = Some(tokio::spawn(carry(listener, self.there)));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            open.abort();
        }
    }
}

async fn carry(listener: TcpListener, there: SocketAddr) {
    while let Ok((mut near, _)) = listener.accept().await {
        tokio::spawn(async move {
            if let Ok(mut far) = TcpStream::connect(there).await {
                // Either side may hang up at any time.
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
