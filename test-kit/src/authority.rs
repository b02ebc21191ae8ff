//! An authority of a test's own, and the certificate of a server on this machine.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use servers::Account;

/// Certificates in a folder that servers can read; gone when dropped.
#[derive(Debug)]
pub struct Authority(tempfile::TempDir);

impl Authority {
    /// Makes an authority, which signs a certificate for a server at `localhost` and one for a client.
    ///
    /// # Panics
    /// When there is no `openssl`.
    #[must_use]
    pub fn new() -> Self {
        let authority = Self(tempfile::Builder::new().prefix("millrace-tls-").tempdir().unwrap());
        let made = "/CN=Tests of Millrace";
        authority.make("ca", made, &["-addext", "basicConstraints=critical,CA:TRUE"]);
        let [ca, key] = [authority.ca(), authority.0.path().join("ca.key")].map(|path| path.display().to_string());
        let signed = ["-CA", &ca, "-CAkey", &key, "-addext", "basicConstraints=critical,CA:FALSE", "-addext"];
        authority.make(
            "server",
            "/CN=localhost",
            &[&signed[..], &["subjectAltName=DNS:localhost,IP:127.0.0.1"]].concat(),
        );
        authority.make("client", "/CN=millrace", &[&signed[..], &["extendedKeyUsage=clientAuth"]].concat());
        let account = Account::for_servers().unwrap();
        for path in
            [authority.0.path().to_owned(), authority.path("server.pem"), authority.path("server.key"), authority.ca()]
        {
            account.iter().for_each(|account| account.own(&path).unwrap());
        }
        authority
    }

    /// The certificate by which others are verified.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// The certificate of the server, and its key.
    #[must_use]
    pub fn server(&self) -> [PathBuf; 2] {
        [self.path("server.pem"), self.path("server.key")]
    }

    /// The certificate of the client, and its key.
    #[must_use]
    pub fn client(&self) -> [PathBuf; 2] {
        [self.path("client.pem"), self.path("client.key")]
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes `<name>.pem` and `<name>.key`.
    fn make(&self, name: &str, subject: &str, more: &[&str]) {
        let mut openssl = Command::new("openssl");
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ]);
        openssl.args(["-subj", subject, "-keyout"]).arg(self.path(&format!("{name}.key")));
        openssl.arg("-out").arg(self.path(&format!("{name}.pem"))).args(more).stdin(Stdio::null());
        let made = openssl.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
