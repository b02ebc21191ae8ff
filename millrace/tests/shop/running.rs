//! A running `millrace up`.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use event_store::Store;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::postgres::PgConnectOptions;
use test_kit::TestCluster;

use crate::customer::Customer;

/// How long a shop may take to start, to stop, or to recover: generous, since nothing waits longer than it has to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub(crate) const MILLRACE: &str = env!("CARGO_BIN_EXE_millrace");

/// A shop of the test's own: its folder, its ports, its process.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    pub(crate) port: u16,
    ops_port: u16,
    variables: Vec<(&'static str, String)>,
    process: Option<Child>,
    logging: bool,
    /// Where it is not its private Redis that it is on.
    pub(crate) cluster: Option<TestCluster>,
    /// What it printed when it was ready.
    pub(crate) printed: Vec<String>,
}

impl Shop {
    /// Starts a demo shop with private servers.
    pub(crate) fn open() -> Self {
        Self::with(vec![("MILLRACE_DEMO", "true".to_owned())])
    }

    /// Starts a demo shop on a Redis Cluster of three nodes, and with a private Postgres.
    pub(crate) async fn on_a_cluster() -> Self {
        let cluster = test_kit::cluster().await;
        let mut shop = Self::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("REDIS_URL", cluster.url())]);
        shop.cluster = Some(cluster);
        shop
    }

    /// Starts a shop with these variables.
    pub(crate) fn with(variables: Vec<(&'static str, String)>) -> Self {
        Self::new(variables, false)
    }

    /// The same with a log, kept for the test to read.
    pub(crate) fn logging(variables: Vec<(&'static str, String)>) -> Self {
        Self::new([variables, vec![("MILLRACE_LOG", "info".to_owned())]].concat(), true)
    }

    fn new(variables: Vec<(&'static str, String)>, logging: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = Self {
            folder,
            port: test_kit::free_port(),
            ops_port: test_kit::free_port(),
            variables,
            process: None,
            logging,
            cluster: None,
            printed: Vec::new(),
        };
        shop.start();
        shop
    }

    /// Starts it (again) on its data, and waits until it says where it is.
    pub(crate) fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same with more arguments.
    pub(crate) fn start_with(&mut self, arguments: &[&str]) {
        let mut command = self.up();
        command.args(arguments);
        self.start_as(command);
    }

    /// The same by another command.
    pub(crate) fn start_as(&mut self, mut command: Command) {
        if self.logging {
            command.stderr(File::options().create(true).append(true).open(self.log_file()).unwrap());
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        self.printed = read_until_ready(lines);
        self.process = Some(process);
    }

    /// The command that starts it.
    pub(crate) fn up(&self) -> Command {
        let mut command = self.command();
        command.arg("up").args(["--port", &self.port.to_string(), "--ops-port", &self.ops_port.to_string()]);
        command
    }

    /// A `millrace` command about this shop.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(MILLRACE);
        if self.variables.iter().any(|(name, _)| *name == "MILLRACE_DEMO") {
            // All its customers come from one address.
            command.env("MILLRACE_RATE_LIMITS", "off");
        } else {
            command.env("MILLRACE_MAIL", "off");
        }
        for inherited in ["REDIS_URL", "DATABASE_URL", "MILLRACE_DEMO", "MILLRACE_PORT"] {
            command.env_remove(inherited);
        }
        command.env("MILLRACE_DATA_DIR", self.data_dir()).env("MILLRACE_LOG", "error");
        command.env("MILLRACE_URL", self.url()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn ops_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ops_port)
    }

    /// Ends the process as a crash would. Its servers go on.
    pub(crate) fn kill9(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Stops it in order, and waits for the end.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            kill(pid(&process), Signal::SIGTERM).unwrap();
            assert!(process.wait().unwrap().success(), "the shop stops in order");
        }
    }

    /// Ends its Redis, or a node of its cluster, as a crash would. It is started again, by the shop itself where it is its own.
    pub(crate) async fn kill_redis(&self) {
        match &self.cluster {
            None => self.signal_redis(Signal::SIGKILL).await,
            Some(cluster) => {
                cluster.nodes[1].kill9();
                cluster.nodes[1].restart().await;
            }
        }
    }

    /// Sends a signal to its private Redis.
    pub(crate) async fn signal_redis(&self, signal: Signal) {
        kill(self.redis_pid().await, signal).unwrap();
    }

    /// The process of its private Redis.
    pub(crate) async fn redis_pid(&self) -> Pid {
        let info: String = redis::cmd("INFO").arg("server").query_async(&mut self.operator().await).await.unwrap();
        let id = info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap().trim().parse().unwrap();
        Pid::from_raw(id)
    }

    /// Sends a signal to its private Postgres.
    pub(crate) fn signal_postgres(&self, signal: Signal) {
        let id = std::fs::read_to_string(self.data_dir().join("postgres/postmaster.pid")).unwrap();
        kill(Pid::from_raw(id.lines().next().unwrap().trim().parse().unwrap()), signal).unwrap();
    }

    /// Whether the process is ready, by its own word.
    pub(crate) async fn is_ready(&self) -> bool {
        reqwest::get(format!("{}/readyz", self.ops_url())).await.is_ok_and(|answer| answer.status().is_success())
    }

    /// What it says of its readiness.
    pub(crate) async fn readiness(&self) -> String {
        reqwest::get(format!("{}/readyz", self.ops_url())).await.unwrap().text().await.unwrap()
    }

    /// Its event store, as another process would see it.
    pub(crate) fn store(&self) -> Store {
        Store::open(&self.redis_url(), &event_store::Settings::default()).unwrap()
    }

    pub(crate) fn database(&self) -> PgConnectOptions {
        self.database_url().parse().unwrap()
    }

    pub(crate) async fn operator(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.redis_url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    pub(crate) fn redis_url(&self) -> String {
        self.cluster.as_ref().map_or_else(|| self.address("redis"), TestCluster::url)
    }

    pub(crate) fn database_url(&self) -> String {
        self.address("postgres")
    }

    /// The last word of the line in which `up` said where a private server is.
    fn address(&self, server: &str) -> String {
        let line = self.printed.iter().find(|line| line.starts_with(server)).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    }

    /// Waits until no consumer lags behind.
    pub(crate) async fn at_rest(&self) {
        self.at_rest_but("nobody").await;
    }

    /// Waits until no other consumer lags behind.
    pub(crate) async fn at_rest_but(&self, late: &str) {
        let (store, database) = (self.store(), self.database());
        let caught_up = async || {
            let lags = projectors::lag(&store, &database).await;
            lags.is_ok_and(|lags| have_begun(&lags) && lags.iter().all(|lag| lag.events == 0 || lag.consumer == late))
        };
        test_kit::eventually("consumers catch up", PATIENCE, caught_up).await;
    }

    /// Asserts that the read models equal a sequential fold of the log.
    pub(crate) async fn verify(&self) {
        self.at_rest().await;
        assert_eq!(projectors::verify(&self.store(), &self.database()).await.unwrap(), []);
    }

    pub(crate) async fn customer(&self, name: &str) -> Customer {
        let is_set = |variable| self.variables.iter().any(|(name, _)| *name == variable);
        let shows_mails = is_set("MILLRACE_DEMO") && !is_set("MILLRACE_SMTP_URL");
        let keys = self.data_dir().join("keys");
        Customer::sign_up(&self.url(), name, (!shows_mails).then_some(&*keys)).await
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = kill(pid(&process), Signal::SIGTERM);
            let _ = process.wait();
        }
    }
}

pub(crate) fn pid(process: &Child) -> Pid {
    Pid::from_raw(i32::try_from(process.id()).unwrap())
}

/// The lines up to the last one that `up` prints; the rest is read on, so that it never blocks on a full pipe.
fn read_until_ready(mut lines: impl Iterator<Item = String> + Send + 'static) -> Vec<String> {
    let mut printed = Vec::new();
    for line in lines.by_ref() {
        let ready = line.starts_with("ready");
        printed.push(line);
        if ready {
            std::thread::spawn(move || lines.for_each(drop));
            return printed;
        }
    }
    panic!("the shop did not start; it printed {printed:#?}");
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Whether every consumer is there. Before it has registered, none lags.
pub(crate) fn have_begun(lags: &[projectors::Lag]) -> bool {
    lags.len() >= projectors::names().len()
}
