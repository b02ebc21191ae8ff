//! Whose certificates are believed where an address is `rediss://…`, and which one is shown.
//!
//! Once for the whole process, like the authorities of the system, which are believed unless there are others here.

use std::sync::OnceLock;

use redis::{Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, ErrorKind, RedisResult, TlsCertificates};

static CERTIFICATES: OnceLock<TlsCertificates> = OnceLock::new();

/// Has connections over TLS that are opened from now on believe these authorities alone, and show the certificate of this client:
/// all as PEM, the client's with its key. From then on no connection is opened without TLS. Only the first call counts.
///
/// # Errors
/// When something is not PEM, or the key is none.
pub fn believe(authorities: Option<Vec<u8>>, client: Option<(Vec<u8>, Vec<u8>)>) -> RedisResult<()> {
    let client_tls = client.map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
    let certificates = TlsCertificates { client_tls, root_cert: authorities };
    // Whether they can be used is seen when a client is made.
    Client::build_with_tls("rediss://localhost", certificates.clone())?;
    CERTIFICATES.get_or_init(|| certificates);
    Ok(())
}

/// Whether this client shows a certificate.
#[must_use]
pub fn shows_certificate() -> bool {
    CERTIFICATES.get().is_some_and(|certificates| certificates.client_tls.is_some())
}

/// The client for an address.
pub(crate) fn client(address: ConnectionInfo) -> RedisResult<Client> {
    match (CERTIFICATES.get(), address.addr()) {
        (Some(certificates), ConnectionAddr::TcpTls { tls_params: None, .. }) => {
            Client::build_with_tls(address, certificates.clone())
        }
        (Some(_), ConnectionAddr::Tcp(..)) => {
            Err((ErrorKind::InvalidClientConfig, "there are certificates for TLS, and the address is not rediss://…")
                .into())
        }
        _ => Client::open(address),
    }
}
