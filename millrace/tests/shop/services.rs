//! The three services of a shop in processes of their own.

use std::process::{Child, Command};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

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

#[tokio::test]
async fn an_order_is_placed_decided_and_shown_by_three_processes() {
    let (redis, postgres) = (test_kit::redis().await, test_kit::database().await);
    let keys = tempfile::tempdir().unwrap();
    let [write, write_ops, read, read_ops, work_ops] = std::array::from_fn(|_| test_kit::free_port());
    let local = |port: u16| format!("127.0.0.1:{port}");
    let common = |listen: u16, operations: u16| {
        [
            ("REDIS_URL", redis.url()),
            ("DATABASE_URL", postgres.url().to_owned()),
            ("MILLRACE_KEYS_DIR", keys.path().display().to_string()),
            ("MILLRACE_LISTEN", local(listen)),
            ("MILLRACE_OPS_LISTEN", local(operations)),
        ]
    };
    // The write side makes the keys that the read side knows callers by.
    let _command_api = Service::start("command-api", &common(write, write_ops));
    is_ready(write_ops).await;
    let _query_api = Service::start("query-api", &common(read, read_ops));
    let _projectors = Service::start("projectors", &common(0, work_ops));
    is_ready(work_ops).await;
    is_ready(read_ops).await;

    let gateway = |name| Customer::through(format!("http://{}", local(write)), format!("http://{}", local(read)), name);
    let (seller, buyer) = tokio::join!(gateway("anna"), gateway("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let order = buyer.order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
}
