//! The three services of a shop in processes of their own.

use std::{
    process::{Child, Command},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    customer::Customer,
    running::{MILLRACE, PATIENCE},
};

/// One service, ended when dropped.
struct Service(Child);

impl Service {
    fn start(role: &str, settings: &[(&str, String)]) -> Self {
        let mut command = Command::new(MILLRACE);
        command.arg(role).env("MILLRACE_LOG", "error").envs(settings.iter().map(|(name, value)| (name, value)));
        Self(command.spawn().unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

async fn is_ready(port: u16) {
    let ready = async || {
        reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await.is_ok_and(|answer| answer.status().is_success())
    };
    test_kit::eventually("the service is ready", PATIENCE, ready).await;
}

/// A shop of three processes, behind a gateway that sends each method to its side.
pub(crate) struct Apart {
    _services: [Service; 3],
    _redis: test_kit::TestRedis,
    _postgres: test_kit::TestDatabase,
    keys: tempfile::TempDir,
    write: u16,
    read: u16,
    /// The operations listeners of the write side and of the projectors.
    operations: [u16; 2],
}

impl Apart {
    /// Starts a shop with more variables. Its read side is given a folder with the public keys alone.
    pub(crate) async fn open(variables: &[(&str, &str)]) -> Self {
        let (redis, postgres) = (test_kit::redis().await, test_kit::database().await);
        let keys = tempfile::tempdir().unwrap();
        let [write, write_ops, read, read_ops, work_ops] = std::array::from_fn(|_| test_kit::free_port());
        let common = |listen: u16, operations: u16, more: &[(&'static str, String)]| {
            let given = variables.iter().map(|(name, value)| ((*name), (*value).to_owned()));
            let mail =
                ("MILLRACE_MAIL", if given.clone().any(|(name, _)| name == "MILLRACE_DEMO") { "on" } else { "off" });
            let mail = std::iter::once((mail.0, mail.1.to_owned()));
            let mut settings: Vec<_> = mail.chain(given).chain(more.iter().cloned()).collect();
            settings.extend([
                ("REDIS_URL", redis.url()),
                ("DATABASE_URL", postgres.url().to_owned()),
                ("MILLRACE_LISTEN", local(listen)),
                ("MILLRACE_OPS_LISTEN", local(operations)),
            ]);
            settings
        };
        let folder = ("MILLRACE_KEYS_DIR", keys.path().display().to_string());
        let public = keys.path().join("jwks.json").display().to_string();
        let public = [("MILLRACE_PUBLIC_KEYS", public), ("MILLRACE_KEYS_DIR", "/nowhere".to_owned())];
        // The write side makes the keys that the read side knows callers by.
        let folder = std::slice::from_ref(&folder);
        let command_api = Service::start("command-api", &common(write, write_ops, folder));
        is_ready(write_ops).await;
        let query_api = Service::start("query-api", &common(read, read_ops, &public));
        let projectors = Service::start("projectors", &common(0, work_ops, folder));
        is_ready(work_ops).await;
        is_ready(read_ops).await;
        let _services = [command_api, query_api, projectors];
        Self { _services, _redis: redis, _postgres: postgres, keys, write, read, operations: [write_ops, work_ops] }
    }

    pub(crate) fn keys_dir(&self) -> String {
        self.keys.path().display().to_string()
    }

    /// The operations listeners of those who sign.
    pub(crate) fn operations_with_keys(&self) -> [String; 2] {
        self.operations.map(|port| format!("http://{}", local(port)))
    }

    /// Where the read side is.
    pub(crate) fn read_url(&self) -> String {
        format!("http://{}", local(self.read))
    }

    /// Somebody who has signed up before, in another session.
    pub(crate) async fn again(&self, name: &str) -> Customer {
        let side = |port| format!("http://{}", local(port));
        Customer::log_in_through(side(self.write), side(self.read), name).await
    }

    /// Somebody who signs up.
    pub(crate) async fn customer(&self, name: &str) -> Customer {
        let side = |port| format!("http://{}", local(port));
        Customer::through(side(self.write), side(self.read), name, self.keys.path()).await
    }
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

#[tokio::test]
async fn an_order_is_placed_decided_and_shown_by_three_processes() {
    let shop = Apart::open(&[]).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let order = buyer.order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
}

#[tokio::test]
async fn a_session_that_ends_is_dead_in_every_process_within_a_second() {
    let shop = Apart::open(&[]).await;
    let (here, there) = (shop.customer("anna").await, shop.again("anna").await);
    assert_eq!(there.get("/api/users/me").await.status(), StatusCode::OK);

    let ended = here.post("/api/auth/logout", json!({ "scope": "others" })).await;

    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    let refused = async || there.get("/api/users/me").await.status() == StatusCode::UNAUTHORIZED;
    test_kit::eventually("reading is over", Duration::from_secs(1), refused).await;
    assert_eq!(there.patch("/api/users/me", json!({})).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(here.get("/api/users/me").await.status(), StatusCode::OK);
}
