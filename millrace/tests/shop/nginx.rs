//! nginx as the gateway, with the project's own configuration: nothing but `site/` is the test's.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use nix::sys::signal::{Signal, kill};
use reqwest::{Certificate, Client, ClientBuilder};
use serde_json::Value;

use crate::{
    running::{PATIENCE, pid},
    storefront,
};

const DEBIAN: &str = "/usr/sbin/nginx";

/// A gateway of the test's own: its folder, its ports, its process.
pub(crate) struct Gateway {
    process: Child,
    folder: tempfile::TempDir,
    shop: u16,
    pub(crate) plain: u16,
}

impl Gateway {
    /// Starts it in front of these instances of command-api and query-api. `None`, said loudly, where there is no nginx; in CI there
    /// has to be one.
    pub(crate) async fn open(write: &[u16], read: &[u16]) -> Option<Self> {
        // As the project's own files say of one.
        let lines = |port: &u16| {
            format!(
                "server 127.0.0.1:{port} max_fails=2 fail_timeout=1s;\nserver 127.0.0.1:{port} max_fails=0 backup;\n"
            )
        };
        let instances = |ports: &[u16]| ports.iter().map(lines).collect::<String>();
        Self::before(&instances(write), &instances(read)).await
    }

    /// The same, with the lines that name the instances.
    #[expect(clippy::print_stdout, reason = "whoever runs the tests is to hear of it")]
    pub(crate) async fn before(write: &str, read: &str) -> Option<Self> {
        let Some(program) = program() else {
            assert!(std::env::var_os("CI").is_none(), "CI has nginx: ops/install-nginx");
            println!("SKIPPED: there is no nginx on the PATH (ops/install-nginx)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        // Its workers are nobody, and read the storefront.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let [shop, plain] = std::array::from_fn(|_| test_kit::free_port());
        let configuration = configure(folder.path(), write, read, [shop, plain]);
        let process = Command::new(program).arg("-c").arg(configuration).args(["-g", "daemon off;"]).spawn().unwrap();
        let gateway = Self { process, folder, shop, plain };
        let listens = async || tokio::net::TcpStream::connect(("127.0.0.1", shop)).await.is_ok();
        test_kit::eventually("the gateway listens", PATIENCE, listens).await;
        Some(gateway)
    }

    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.shop)
    }

    /// The certificate, which its maker alone knows.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("tls/certificate.pem")
    }

    /// A client that trusts this certificate and no other, and goes nowhere by itself.
    pub(crate) fn client(&self) -> ClientBuilder {
        let certificate = Certificate::from_pem(&fs::read(self.certificate()).unwrap()).unwrap();
        Client::builder().tls_certs_only([certificate]).redirect(reqwest::redirect::Policy::none())
    }

    /// What it has logged of each request.
    pub(crate) fn log(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = kill(pid(&self.process), Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path).map(|folder| folder.join("nginx"));
    folders.chain([DEBIAN.into()]).find(|program| program.is_file())
}

fn configure(folder: &Path, write: &str, read: &str, [shop, plain]: [u16; 2]) -> PathBuf {
    let ops = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("ops");
    let (configuration, place) = (folder.join("nginx"), folder.display());
    fs::create_dir_all(configuration.join("site")).unwrap();
    for entry in
        fs::read_dir(ops.join("nginx")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
    {
        fs::copy(&entry, configuration.join(entry.file_name().unwrap())).unwrap();
    }
    let site = [
        ("process.conf", format!("pid {place}/pid;\nerror_log {place}/error.log warn;")),
        (
            "http.conf",
            format!(
                "access_log {place}/access.log json;\nclient_body_temp_path {place}/body;\nproxy_temp_path {place}/proxy;"
            ),
        ),
        ("command-api.conf", write.to_owned()),
        ("query-api.conf", read.to_owned()),
        ("plain.conf", format!("listen 127.0.0.1:{plain};\nset $shop https://$host:{shop};")),
        (
            "shop.conf",
            format!(
                "listen 127.0.0.1:{shop} ssl http2;\nroot {place}/storefront;\n\
                 ssl_certificate {place}/tls/certificate.pem;\nssl_certificate_key {place}/tls/key.pem;"
            ),
        ),
    ];
    for (file, content) in &site {
        // Whatever the project has a file for, and nothing else.
        assert!(ops.join("nginx/site").join(file).is_file(), "{file}");
        fs::write(configuration.join("site").join(file), content).unwrap();
    }
    assert_eq!(fs::read_dir(ops.join("nginx/site")).unwrap().count(), site.len());
    let mut certificate = Command::new(ops.join("self-signed-certificate"));
    assert!(certificate.arg(folder.join("tls")).arg("IP:127.0.0.1").status().unwrap().success());
    storefront::build(&folder.join("storefront"));
    configuration.join("nginx.conf")
}
