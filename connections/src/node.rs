//! One server, and the connection to it that everything shares.

use std::{fmt, sync::Arc};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, Pipeline, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection, PubSub},
};

use crate::{Settings, refused, tls};

/// One Redis server: the only one, or a master of a cluster. Clones share a connection.
#[derive(Clone)]
pub struct Node {
    name: Arc<str>,
    client: Arc<Client>,
    shared: ConnectionManager,
}

impl Node {
    pub(crate) fn new(address: ConnectionInfo, settings: Settings) -> RedisResult<Self> {
        let name = address.addr().to_string().into();
        let client = Arc::new(tls::client(address)?);
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(settings.connection_timeout))
            .set_response_timeout(Some(settings.response_timeout))
            .set_number_of_retries(settings.retries)
            .set_min_delay(settings.first_retry)
            .set_max_delay(settings.longest_retry);
        let shared = ConnectionManager::new_lazy_with_config(Client::clone(&client), config)?;
        Ok(Self { name, client, shared })
    }

    /// Another server of the same cluster: whoever may use this one may use that one.
    pub(crate) fn sibling(&self, host: &str, port: u16, settings: Settings) -> RedisResult<Self> {
        let info = self.client.get_connection_info();
        let host = if host.is_empty() { self.host().to_owned() } else { host.to_owned() };
        let address = if let ConnectionAddr::TcpTls { insecure, tls_params, .. } = info.addr() {
            ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
        } else {
            ConnectionAddr::Tcp(host, port)
        };
        Self::new(info.clone().set_addr(address), settings)
    }

    /// Its address, without anything secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn host(&self) -> &str {
        let address = self.client.get_connection_info().addr();
        if let ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } = address { host } else { "" }
    }

    pub(crate) fn address(&self) -> &ConnectionInfo {
        self.client.get_connection_info()
    }

    pub(crate) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        refused(self.shared.clone().send_packed_command(command).await)
    }

    /// Sends a command about a slot that this node is being given.
    pub(crate) async fn send_asking(&self, command: &Cmd) -> RedisResult<Value> {
        let answers = self.shared.clone().send_packed_commands(&asking(command), 0, 2).await?;
        refused(Ok(answers.into_iter().next_back().unwrap_or(Value::Nil)))
    }

    /// A connection that nobody else uses.
    pub(crate) async fn connect(&self, config: &AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        self.client.get_multiplexed_async_connection_with_config(config).await
    }

    pub(crate) async fn pubsub(&self) -> RedisResult<PubSub> {
        self.client.get_async_pubsub().await
    }
}

/// A command to a node that has only a part of its slot yet.
pub(crate) fn asking(command: &Cmd) -> Pipeline {
    let mut pipe = redis::pipe();
    pipe.cmd("ASKING").add_command(command.clone());
    pipe
}

impl ConnectionLike for Node {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.shared.req_packed_command(command)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.shared.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.shared.get_db()
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.name())
    }
}
