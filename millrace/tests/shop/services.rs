//! The three services of a shop in processes of their own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use event_store::Store;
use nix::sys::signal::{Signal, kill};
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    customer::{Customer, PASSWORD},
    nginx::Gateway,
    running::{MILLRACE, PATIENCE, have_begun, pid},
};

/// One service, ended when dropped.
struct Service {
    role: &'static str,
    settings: Vec<(&'static str, String)>,
    log: PathBuf,
    /// The port of its operations listener.
    operations: u16,
    process: Child,
}

impl Service {
    /// Starts it, and waits until it is ready.
    async fn start(role: &'static str, settings: Vec<(&'static str, String)>, operations: u16, log: PathBuf) -> Self {
        let process = spawn(role, &settings, &log);
        is_ready(operations).await;
        Self { role, settings, log, operations, process }
    }

    /// Stops it in order, waits for the end, and starts it again.
    async fn restart(&mut self) {
        kill(pid(&self.process), Signal::SIGTERM).unwrap();
        let stopped = async || self.process.try_wait().unwrap().map(|status| assert!(status.success())).is_some();
        test_kit::eventually("the service stops", PATIENCE, stopped).await;
        self.process = spawn(self.role, &self.settings, &self.log);
        is_ready(self.operations).await;
    }

    fn kill9(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = kill(pid(&self.process), Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

fn spawn(role: &str, settings: &[(&str, String)], log: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(MILLRACE);
    command.arg(role).env("MILLRACE_LOG", "warn").envs(settings.iter().map(|(name, value)| (name, value)));
    command.stderr(log).spawn().unwrap()
}

async fn is_ready(port: u16) {
    let ready = async || {
        reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await.is_ok_and(|answer| answer.status().is_success())
    };
    test_kit::eventually("the service is ready", PATIENCE, ready).await;
}

/// Where the Redis and the Postgres of a role are.
type Addresses = Box<dyn Fn(&str) -> [String; 2]>;

/// A shop whose services are processes of their own, behind a gateway that sends each method to its side.
pub(crate) struct Apart {
    services: Vec<Service>,
    addresses: Addresses,
    keys: tempfile::TempDir,
    logs: tempfile::TempDir,
    /// Where the instances of each side are.
    write: Vec<u16>,
    read: Vec<u16>,
    /// The operations listeners of those who sign: the write side and the projectors.
    signing: Vec<u16>,
}

impl Apart {
    /// Starts a shop with more variables. Its read side is given a folder with the public keys alone.
    pub(crate) async fn open(variables: &[(&'static str, &str)]) -> Self {
        Self::with_instances(1, variables).await
    }

    /// The same with so many processes of each service.
    pub(crate) async fn with_instances(count: usize, variables: &[(&'static str, &str)]) -> Self {
        let (redis, database) = (test_kit::redis().await, test_kit::database().await);
        let addresses = Box::new(move |_: &str| [redis.url(), database.url().to_owned()]);
        Self::reaching(addresses, count, variables).await
    }

    /// The same with stores of the test's own, which each role may reach by another way.
    pub(crate) async fn reaching(addresses: Addresses, count: usize, variables: &[(&'static str, &str)]) -> Self {
        let mut shop = Self {
            services: Vec::new(),
            addresses,
            keys: tempfile::tempdir().unwrap(),
            logs: tempfile::tempdir().unwrap(),
            write: Vec::new(),
            read: Vec::new(),
            signing: Vec::new(),
        };
        let folder = ("MILLRACE_KEYS_DIR", shop.keys_dir());
        let public = ("MILLRACE_PUBLIC_KEYS", shop.keys.path().join("jwks.json").display().to_string());
        let nowhere = ("MILLRACE_KEYS_DIR", "/nowhere".to_owned());
        // The write side makes the keys that the read side knows callers by.
        for _ in 0..count {
            let [listen, operations] = shop.start("command-api", variables, std::slice::from_ref(&folder)).await;
            shop.write.push(listen);
            shop.signing.push(operations);
        }
        for _ in 0..count {
            let [_, operations] = shop.start("projectors", variables, std::slice::from_ref(&folder)).await;
            shop.signing.push(operations);
            let [listen, _] = shop.start("query-api", variables, &[public.clone(), nowhere.clone()]).await;
            shop.read.push(listen);
        }
        shop
    }

    /// Starts one process, and waits until it is ready. Where it listens, for the public and for operators.
    async fn start(
        &mut self,
        role: &'static str,
        variables: &[(&'static str, &str)],
        keys: &[(&'static str, String)],
    ) -> [u16; 2] {
        let [listen, operations] = std::array::from_fn(|_| test_kit::free_port());
        let given = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let mail = if given.clone().any(|(name, _)| name == "MILLRACE_DEMO") { "on" } else { "off" };
        // Nobody looks at their readiness, unless a test says so.
        let mut settings = vec![("MILLRACE_MAIL", mail.to_owned()), ("MILLRACE_NOTICE", "0s".to_owned())];
        settings.extend(given.chain(keys.iter().cloned()));
        let [redis, database] = (self.addresses)(role);
        settings.extend([
            ("REDIS_URL", redis),
            ("DATABASE_URL", database),
            ("MILLRACE_LISTEN", local(listen)),
            ("MILLRACE_OPS_LISTEN", local(operations)),
        ]);
        let log = self.log_file(role);
        self.services.push(Service::start(role, settings, operations, log).await);
        [listen, operations]
    }

    fn log_file(&self, role: &str) -> PathBuf {
        self.logs.path().join(role)
    }

    /// What a service has logged: what it has warned of, unless `MILLRACE_LOG` is among the variables.
    pub(crate) fn log(&self, role: &str) -> String {
        std::fs::read_to_string(self.log_file(role)).unwrap()
    }

    /// Where operators look at the first process of a service.
    pub(crate) fn operations_of(&self, role: &str) -> String {
        url(self.services.iter().find(|service| service.role == role).unwrap().operations)
    }

    /// Ends every process of a service, in order.
    pub(crate) fn stop(&mut self, role: &str) {
        self.services.retain(|service| service.role != role);
    }

    /// Ends every service, in order.
    pub(crate) fn stop_all(&mut self) {
        self.services.clear();
    }

    /// Waits until no consumer lags behind.
    pub(crate) async fn at_rest(&self) {
        let [_, database] = (self.addresses)("projectors");
        let (store, database) = (self.store(), database.parse().unwrap());
        let caught_up = async || {
            let lags = projectors::lag(&store, &database).await;
            lags.is_ok_and(|lags| have_begun(&lags) && lags.iter().all(|lag| lag.events == 0))
        };
        test_kit::eventually("consumers catch up", PATIENCE, caught_up).await;
    }

    pub(crate) fn keys_dir(&self) -> String {
        self.keys.path().display().to_string()
    }

    /// The operations listeners of those who sign.
    pub(crate) fn operations_with_keys(&self) -> Vec<String> {
        self.signing.iter().map(|port| url(*port)).collect()
    }

    /// Where operators look at every process, with its service.
    pub(crate) fn operations(&self) -> Vec<(&str, String)> {
        self.services.iter().map(|service| (service.role, url(service.operations))).collect()
    }

    /// A gateway in front of all instances, where there is nginx.
    pub(crate) async fn gateway(&self) -> Option<Gateway> {
        Gateway::open(&self.write, &self.read).await
    }

    /// Where the stores are, as variables.
    pub(crate) fn stores(&self) -> [(&'static str, String); 2] {
        let [redis, database] = (self.addresses)("projectors");
        [("REDIS_URL", redis), ("DATABASE_URL", database)]
    }

    /// The event store, as another process would see it.
    pub(crate) fn store(&self) -> Store {
        let [redis, _] = (self.addresses)("projectors");
        Store::open(&redis, &event_store::Settings::default()).unwrap()
    }

    /// Kills one instance of each service, and leaves the others.
    pub(crate) fn kill_one_of_each(&mut self) {
        for role in ["command-api", "query-api", "projectors"] {
            self.services.iter_mut().find(|service| service.role == role).unwrap().kill9();
        }
    }

    /// Restarts every process, one after the other.
    pub(crate) async fn roll(&mut self) {
        for service in &mut self.services {
            service.restart().await;
        }
    }

    /// Where the read side is.
    pub(crate) fn read_url(&self) -> String {
        url(self.read[0])
    }

    /// Somebody who has signed up before, in another session.
    pub(crate) async fn again(&self, name: &str) -> Customer {
        Customer::log_in_through(url(self.write[0]), self.read_url(), name).await
    }

    /// Somebody who signs up through a gateway.
    pub(crate) async fn customer_at(&self, gateway: &str, name: &str) -> Customer {
        Customer::through(gateway.to_owned(), gateway.to_owned(), name, self.keys.path()).await
    }

    /// Somebody who signs up.
    pub(crate) async fn customer(&self, name: &str) -> Customer {
        Customer::through(url(self.write[0]), self.read_url(), name, self.keys.path()).await
    }
}

fn url(port: u16) -> String {
    format!("http://{}", local(port))
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
async fn projectors_run_the_consumers_that_are_named_and_leave_the_others_to_others() {
    let shop = Apart::open(&[("MILLRACE_CONSUMERS", "orders,mailer")]).await;
    let [_, database] = (shop.addresses)("projectors");
    let (store, database) = (shop.store(), database.parse().unwrap());
    let named = async || {
        let lags = projectors::lag(&store, &database).await.unwrap();
        let worked_on = lags.iter().filter(|lag| lag.owners > 0).map(|lag| lag.consumer.as_str());
        let mut worked_on: Vec<_> = worked_on.collect();
        worked_on.sort_unstable();
        worked_on == ["mailer", "orders_g1"]
    };
    test_kit::eventually("both are worked on, and nothing else", PATIENCE, named).await;
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

#[tokio::test]
async fn a_session_that_ends_is_dead_in_every_instance_of_every_service() {
    let shop = Apart::with_instances(2, &[]).await;
    let here = shop.customer("anna").await;
    let there = here.at(url(shop.write[1]), url(shop.read[1]));
    for customer in [&here, &there] {
        assert_eq!(customer.get("/api/users/me").await.status(), StatusCode::OK);
        assert_eq!(customer.patch("/api/users/me", json!({})).await.status(), StatusCode::OK);
    }
    let stolen = [&here, &there].map(|customer| customer.at(customer.write_url(), customer.read_url()));

    assert_eq!(here.post("/api/auth/logout", json!({})).await.status(), StatusCode::NO_CONTENT);

    for customer in &stolen {
        assert_eq!(customer.patch("/api/users/me", json!({})).await.status(), StatusCode::UNAUTHORIZED);
        let refused = async || customer.get("/api/users/me").await.status() == StatusCode::UNAUTHORIZED;
        test_kit::eventually("reading is over", Duration::from_secs(1), refused).await;
    }
}

#[tokio::test]
async fn a_limit_is_one_for_all_instances_of_a_service() {
    let shop = Apart::with_instances(2, &[("MILLRACE_LIMIT_LOGIN_ADDRESS", "10/1h")]).await;
    let visitors = [0, 1].map(|instance| Customer::anonymous(&url(shop.write[instance])));
    let mut answers = [Vec::new(), Vec::new()];
    for attempt in 0..12 {
        let body = json!({ "email": format!("person{attempt}@example.com"), "password": PASSWORD });
        answers[attempt % 2].push(visitors[attempt % 2].post("/api/auth/login", body).await.status());
    }
    let (refused, late) = (StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS);
    for answers in answers {
        assert_eq!(answers, [refused, refused, refused, refused, refused, late]);
    }
}
