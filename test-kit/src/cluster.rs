//! A Redis Cluster of a test's own.

use std::fmt::Write;
use std::time::Duration;

use ::redis::{Cmd, FromRedisValue, aio::MultiplexedConnection};
use futures_util::future::join_all;

use crate::{TestRedis, eventually, free_port, redis::configured};

const SLOTS: u16 = 16_384;
const MASTERS: u16 = 3;
/// How long the nodes may take to agree.
const PATIENCE: Duration = Duration::from_secs(60);

/// A private Redis Cluster of three masters with the settings of `ops/redis.conf`, gone when dropped.
#[derive(Debug)]
pub struct TestCluster {
    /// Each of its masters, to be killed and paused at will.
    pub nodes: Vec<TestRedis>,
}

/// Starts a cluster of three masters without replicas, each with a third of the slots.
///
/// # Panics
/// When `redis-server` is missing, or the nodes do not come together.
pub async fn cluster() -> TestCluster {
    let cluster = TestCluster { nodes: join_all((0..MASTERS).map(|_| node())).await };
    for (n, node) in (0..MASTERS).zip(&cluster.nodes) {
        let of_third = |third: u16| u32::from(SLOTS) * u32::from(third) / u32::from(MASTERS);
        let () = ask(node, "CLUSTER SET-CONFIG-EPOCH", &[(n + 1).to_string()]).await;
        let slots = [of_third(n).to_string(), (of_third(n + 1) - 1).to_string()];
        let () = ask(node, "CLUSTER ADDSLOTSRANGE", &slots).await;
    }
    for node in &cluster.nodes[1..] {
        cluster.meet(node).await;
    }
    cluster.agrees().await;
    cluster
}

/// A cluster of one.
pub(crate) async fn of_one() -> TestRedis {
    let mut cluster = TestCluster { nodes: vec![node().await] };
    let () = ask(&cluster.nodes[0], "CLUSTER ADDSLOTSRANGE", &["0".to_owned(), (SLOTS - 1).to_string()]).await;
    cluster.agrees().await;
    cluster.nodes.remove(0)
}

async fn node() -> TestRedis {
    let more = || {
        let mut settings = "cluster-enabled yes\ncluster-node-timeout 2000\n".to_owned();
        writeln!(settings, "cluster-port {}", free_port()).expect("a string takes what is written");
        settings
    };
    configured(more).await
}

impl TestCluster {
    /// Where its nodes listen.
    #[must_use]
    pub fn url(&self) -> String {
        self.nodes.iter().map(TestRedis::url).collect::<Vec<_>>().join(",")
    }

    /// Adds a master that owns nothing yet.
    pub async fn add_master(&mut self) {
        let node = node().await;
        self.meet(&node).await;
        self.nodes.push(node);
        self.agrees().await;
    }

    /// The place among the nodes of the owner of a key, as the first node has it.
    pub async fn owner(&self, key: &str) -> usize {
        let slot = self.slot(key).await;
        let mut ids = Vec::new();
        for node in &self.nodes {
            ids.push(ask::<String>(node, "CLUSTER MYID", &[]).await);
        }
        let said: String = ask(&self.nodes[0], "CLUSTER NODES", &[]).await;
        let owns = |line: &&str| {
            line.split(' ').skip(8).any(|range| {
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                from.parse().is_ok_and(|from: u16| from <= slot) && to.parse().is_ok_and(|to: u16| slot <= to)
            })
        };
        let id = said.lines().find(owns).and_then(|line| line.split(' ').next()).unwrap();
        ids.iter().position(|known| known == id).unwrap()
    }

    /// Begins to move the slot of a key to another node: from now on new keys are made there.
    pub async fn begin_to_move(&self, key: &str, to: usize) {
        let (slot, from) = (self.slot(key).await, self.owner(key).await);
        for (node, how, other) in [(to, "IMPORTING", from), (from, "MIGRATING", to)] {
            let id = ask(&self.nodes[other], "CLUSTER MYID", &[]).await;
            let () = ask(&self.nodes[node], "CLUSTER SETSLOT", &[slot.to_string(), how.to_owned(), id]).await;
        }
    }

    /// Moves keys of that slot, at most so many, and says whether there were any.
    pub async fn move_keys(&self, key: &str, to: usize, count: usize) -> bool {
        let (slot, from) = (self.slot(key).await, &self.nodes[self.owner(key).await]);
        let keys: Vec<String> = ask(from, "CLUSTER GETKEYSINSLOT", &[slot.to_string(), count.to_string()]).await;
        if keys.is_empty() {
            return false;
        }
        let target = ["127.0.0.1", &self.nodes[to].port().to_string(), "", "0", "60000", "KEYS"].map(str::to_owned);
        let _: String = ask(from, "MIGRATE", &[target.to_vec(), keys].concat()).await;
        true
    }

    /// Ends the move of that slot, once its keys have moved.
    pub async fn end_move(&self, key: &str, to: usize) {
        while self.move_keys(key, to, 100).await {}
        let (slot, id) = (self.slot(key).await, ask::<String>(&self.nodes[to], "CLUSTER MYID", &[]).await);
        let from = self.owner(key).await;
        let others = (0..self.nodes.len()).filter(|node| ![to, from].contains(node));
        for node in [to, from].into_iter().chain(others) {
            let arguments = [slot.to_string(), "NODE".to_owned(), id.clone()];
            let () = ask(&self.nodes[node], "CLUSTER SETSLOT", &arguments).await;
        }
    }

    /// Waits until every node takes the cluster for whole.
    pub async fn agrees(&self) {
        eventually("the nodes of the cluster agree", PATIENCE, async || {
            let said = join_all(self.nodes.iter().map(|node| ask::<String>(node, "CLUSTER INFO", &[]))).await;
            said.iter().all(|said| {
                let known =
                    said.lines().find_map(|line| line.strip_prefix("cluster_known_nodes:")?.trim().parse().ok());
                said.contains("cluster_state:ok") && known >= Some(self.nodes.len())
            })
        })
        .await;
    }

    async fn meet(&self, node: &TestRedis) {
        let configuration: Vec<String> = ask(&self.nodes[0], "CONFIG GET", &["cluster-port".to_owned()]).await;
        let bus = configuration.last().unwrap().clone();
        let () = ask(node, "CLUSTER MEET", &["127.0.0.1".to_owned(), self.nodes[0].port().to_string(), bus]).await;
    }

    async fn slot(&self, key: &str) -> u16 {
        ask(&self.nodes[0], "CLUSTER KEYSLOT", &[key.to_owned()]).await
    }
}

async fn ask<T: FromRedisValue>(node: &TestRedis, command: &str, arguments: &[String]) -> T {
    let mut words = Cmd::new();
    words.arg(command.split(' ').collect::<Vec<_>>()).arg(arguments);
    let mut connection: MultiplexedConnection =
        ::redis::Client::open(node.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    words.query_async(&mut connection).await.unwrap()
}
