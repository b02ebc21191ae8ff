//! The way to the node that owns a slot.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::try_join_all;
use redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, Value, aio::ConnectionLike};
use tokio::sync::Mutex;

use crate::{
    Node, Settings,
    connection::nobody,
    has_moved, refused,
    slots::{self, SLOTS},
};

/// How often a command is sent on. A slot moves once at a time; more is confusion among the nodes.
const MOST_REDIRECTIONS: usize = 4;

/// All masters of a cluster, and what each of them owns, as far as this process knows.
pub(crate) struct Cluster {
    settings: Settings,
    named: Vec<Node>,
    map: RwLock<Arc<Map>>,
    looking: Mutex<()>,
    will_look: AtomicBool,
}

/// Who owned what at some time.
#[derive(Default)]
struct Map {
    generation: u64,
    masters: Vec<Member>,
    /// The place among the masters of the owner of each slot.
    owners: Vec<Option<u16>>,
}

struct Member {
    id: String,
    /// As the node that was asked calls it.
    host: String,
    port: u16,
    node: Node,
}

impl Map {
    fn owner(&self, slot: u16) -> Option<&Member> {
        let place = self.owners.get(usize::from(slot)).copied().flatten()?;
        self.masters.get(usize::from(place))
    }

    /// Whether some slot that had an owner has another one.
    fn differs_from(&self, before: &Self) -> bool {
        (0..SLOTS as u16).any(|slot| {
            let id = self.owner(slot).map(|member| &member.id);
            before.owner(slot).is_some_and(|owner| id != Some(&owner.id))
        })
    }
}

impl Cluster {
    pub(crate) fn new(named: Vec<Node>, settings: Settings) -> Arc<Self> {
        let (map, looking, will_look) = (RwLock::default(), Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { settings, named, map, looking, will_look })
    }

    pub(crate) fn generation(&self) -> u64 {
        self.map().generation
    }

    /// Sends a command to whoever owns its slot, wherever that leads.
    pub(crate) async fn send(self: &Arc<Self>, command: &Cmd) -> RedisResult<Value> {
        let slot = slots::of_command(command).unwrap_or_default();
        let mut redirections = 0;
        loop {
            let (map, node) = self.way_to(slot).await?;
            let answer = self.send_to(&node, command).await;
            match &answer {
                Err(error) if has_moved(error) && redirections < MOST_REDIRECTIONS => {
                    redirections += 1;
                    self.look(&map, Some(&node)).await?;
                }
                _ => return answer,
            }
        }
    }

    /// Sends commands to whoever owns their slots. Those of one slot arrive in their order, those of several at the same time.
    pub(crate) async fn send_each(self: &Arc<Self>, commands: &[&Cmd]) -> RedisResult<Vec<Value>> {
        let mut slots = BTreeMap::<u16, Vec<usize>>::new();
        for (place, command) in commands.iter().enumerate() {
            slots.entry(slots::of_command(command).unwrap_or_default()).or_default().push(place);
        }
        let of_slots = slots.iter().map(async |(slot, places)| {
            let commands: Vec<_> = places.iter().map(|place| commands[*place]).collect();
            self.send_in_order(*slot, &commands).await
        });
        let mut answers = vec![Value::Nil; commands.len()];
        for (places, of_slot) in slots.values().zip(try_join_all(of_slots).await?) {
            places.iter().zip(of_slot).for_each(|(place, answer)| answers[*place] = answer);
        }
        Ok(answers)
    }

    async fn send_in_order(self: &Arc<Self>, slot: u16, commands: &[&Cmd]) -> RedisResult<Vec<Value>> {
        let (_, mut node) = self.way_to(slot).await?;
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command((*command).clone());
        }
        let sent = node.req_packed_commands(&pipeline, 0, commands.len()).await;
        let mut answers = Vec::with_capacity(commands.len());
        for (command, answer) in commands.iter().zip(sent.inspect_err(|error| self.note(error))?) {
            // What is about one key is refused from then on when the key has gone, so this leaves its order as it was.
            answers.push(match refused(Ok(answer)) {
                Err(error) if has_moved(&error) || asks(&error).is_some() => self.send(command).await?,
                answer => answer?,
            });
        }
        Ok(answers)
    }

    /// Sends a command to whoever owned its slot in this generation, and nowhere else: not where the slot is on its way to.
    pub(crate) async fn send_as_of(self: &Arc<Self>, generation: u64, command: &Cmd) -> RedisResult<Value> {
        let slot = slots::of_command(command).unwrap_or_default();
        let (map, node) = self.way_to(slot).await?;
        if map.generation != generation {
            return Err(moved());
        }
        let answer = node.send(command).await;
        match &answer {
            Err(error) if has_moved(error) => self.look(&map, Some(&node)).await?,
            Err(error) => self.note(error),
            Ok(_) => {}
        }
        answer
    }

    /// Sends a command to a node, and on to the one that its slot is on the way to, if that has the keys already.
    async fn send_to(self: &Arc<Self>, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let mut answer = node.send(command).await;
        if let Some(receiver) = answer.as_ref().err().and_then(asks) {
            answer = self.receiver(node, receiver).await?.send_asking(command).await;
        }
        if let Err(error) = &answer {
            self.note(error);
        }
        answer
    }

    /// The node that owns a slot.
    pub(crate) async fn owner(&self, slot: u16) -> RedisResult<Node> {
        Ok(self.way_to(slot).await?.1)
    }

    /// Every master there is at this moment.
    pub(crate) async fn masters(&self) -> RedisResult<Vec<Node>> {
        self.look(&self.map(), None).await?;
        Ok(self.map().masters.iter().map(|member| member.node.clone()).collect())
    }

    /// The node that a slot is on the way to, as another node calls it.
    pub(crate) async fn receiver(&self, giver: &Node, (host, port): (String, u16)) -> RedisResult<Node> {
        let called = |map: &Map| {
            let member = map.masters.iter().find(|member| member.host == host && member.port == port);
            member.map(|member| member.node.clone())
        };
        let map = self.map();
        match called(&map) {
            Some(node) => Ok(node),
            None => {
                self.look(&map, Some(giver)).await?;
                called(&self.map()).map_or_else(|| giver.sibling(&host, port, self.settings), Ok)
            }
        }
    }

    /// After an error that may mean that the cluster is another by now, it is looked at again soon.
    pub(crate) fn note(self: &Arc<Self>, error: &RedisError) {
        let down = ErrorKind::Server(ServerErrorKind::ClusterDown);
        let tells = error.is_io_error() || error.kind() == down;
        if tells && !self.will_look.swap(true, Ordering::Relaxed) {
            let cluster = self.clone();
            tokio::spawn(async move {
                // Where nobody answers, the next error comes here again.
                let _ = cluster.look(&cluster.map(), None).await;
                cluster.will_look.store(false, Ordering::Relaxed);
            });
        }
    }

    /// Looks who owns what now: asks this node, or else any.
    pub(crate) async fn look_again(&self, at: &Node) -> RedisResult<()> {
        self.look(&self.map(), Some(at)).await
    }

    fn map(&self) -> Arc<Map> {
        self.map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn way_to(&self, slot: u16) -> RedisResult<(Arc<Map>, Node)> {
        let mut map = self.map();
        if map.owner(slot).is_none() {
            self.look(&map, None).await?;
            map = self.map();
        }
        match map.owner(slot).map(|member| member.node.clone()) {
            Some(node) => Ok((map, node)),
            None => Err((ErrorKind::Server(ServerErrorKind::ClusterDown), "no node owns the slot").into()),
        }
    }

    async fn look(&self, seen: &Arc<Map>, first: Option<&Node>) -> RedisResult<()> {
        let _looking = self.looking.lock().await;
        let before = self.map();
        if !Arc::ptr_eq(seen, &before) {
            return Ok(());
        }
        let known = before.masters.iter().map(|member| &member.node);
        let mut failed = None;
        for node in first.into_iter().chain(known).chain(&self.named) {
            let said: RedisResult<String> = redis::cmd("CLUSTER").arg("NODES").query_async(&mut node.clone()).await;
            match said.and_then(|said| self.read(&said, node, &before)) {
                Ok(map) => {
                    *self.map.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(map);
                    return Ok(());
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(nobody))
    }

    fn read(&self, said: &str, by: &Node, before: &Map) -> RedisResult<Map> {
        let mut map = Map { generation: before.generation, masters: Vec::new(), owners: vec![None; SLOTS] };
        for (place, master) in (0_u16..).zip(slots::masters(said)) {
            let known = before.masters.iter().find(|known| known.host == master.host && known.port == master.port);
            let node = match known {
                Some(known) => known.node.clone(),
                None => by.sibling(master.host, master.port, self.settings)?,
            };
            let (id, host) = (master.id.to_owned(), master.host.to_owned());
            map.masters.push(Member { id, host, port: master.port, node });
            for (from, to) in master.slots {
                map.owners[usize::from(from)..=usize::from(to)].fill(Some(place));
            }
        }
        if map.differs_from(before) {
            map.generation += 1;
        }
        Ok(map)
    }
}

/// The node that a slot is on the way to, where that is why a command was refused.
pub(crate) fn asks(error: &RedisError) -> Option<(String, u16)> {
    if error.kind() != ErrorKind::Server(ServerErrorKind::Ask) {
        return None;
    }
    let (host, port) = error.redirect_node()?.0.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}

fn moved() -> RedisError {
    (ErrorKind::Server(ServerErrorKind::Moved), "slots have other owners by now").into()
}
