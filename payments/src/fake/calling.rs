//! The fake provider calls back.

use std::{net::SocketAddr, time::Duration};

use domain::Partition;
use redis::AsyncCommands;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Fake, NAME, away, callbacks, message};
use crate::{
    Attempt, Error, Provider, Webhooks,
    webhooks::{ID, SIGNATURE, TIMESTAMP},
};

/// How often it looks whether a callback is due.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a shop that does not answer is left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long a shop may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
const AT_ONCE: isize = 32;

impl Fake {
    /// Sends what is due to the shop at this address, until the stop. Each callback is sent at least once: one that was not
    /// answered is sent again, whichever process does it then.
    ///
    /// # Panics
    /// When no HTTP client can be made.
    pub async fn call_back(self, shop: SocketAddr, webhooks: Webhooks, stop: CancellationToken) {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build();
        let client = client.expect("a client without TLS settings of its own can be made");
        let url = format!("http://{shop}/api/payments/callbacks/{NAME}");
        while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let sent = stop.run_until_cancelled(self.send_due(&client, &url, &webhooks)).await;
            if let Some(Err(error)) = sent {
                tracing::warn!(%error, "the fake provider cannot call back");
            }
        }
    }

    async fn send_due(&self, client: &reqwest::Client, url: &str, webhooks: &Webhooks) -> Result<(), Error> {
        let mut redis = self.redis.clone();
        let mut pipe = redis::pipe();
        for partition in Partition::all() {
            pipe.zrangebyscore_limit(callbacks(partition), "-inf", milliseconds(Duration::ZERO), 0, AT_ONCE);
        }
        let due: Vec<Vec<String>> = pipe.query_async(&mut redis).await.map_err(away)?;
        for (partition, member) in
            Partition::all().zip(due).flat_map(|(p, due)| due.into_iter().map(move |one| (p, one)))
        {
            let callbacks = callbacks(partition);
            if self.is_heard(client, url, webhooks, &member).await? {
                let _: u64 = redis.zrem(callbacks, &member).await.map_err(away)?;
            } else {
                let _: u64 = redis.zadd(callbacks, &member, milliseconds(AGAIN_AFTER)).await.map_err(away)?;
            }
        }
        Ok(())
    }

    /// Sends one callback. A shop that refuses it has heard it as well.
    async fn is_heard(
        &self,
        client: &reqwest::Client,
        url: &str,
        webhooks: &Webhooks,
        member: &str,
    ) -> Result<bool, Error> {
        let Some(attempt) = attempt(member) else { return Ok(true) };
        let Some(body) = message::write(attempt, self.ask(attempt).await?) else { return Ok(true) };
        // Whatever is sent twice has one name.
        let (id, now) = (format!("fake_{}_{}", attempt.order, attempt.number), OffsetDateTime::now_utc());
        let request = client
            .post(url)
            .header("content-type", "application/json")
            .header(SIGNATURE, webhooks.sign(&id, now, &body))
            .header(TIMESTAMP, now.unix_timestamp())
            .header(ID, id)
            .body(body);
        let Ok(answer) = request.send().await else { return Ok(false) };
        if answer.status().is_client_error() {
            tracing::warn!(%attempt, status = answer.status().as_u16(), "the shop refuses a callback");
        }
        Ok(answer.status().is_success() || answer.status().is_client_error())
    }
}

fn milliseconds(from_now: Duration) -> i64 {
    let at = OffsetDateTime::now_utc() + from_now;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("this era fits")
}

/// `<order>/<attempt>/<copy>`.
fn attempt(member: &str) -> Option<Attempt> {
    let mut parts = member.split('/');
    let order: Uuid = parts.next()?.parse().ok()?;
    Some(Attempt { order: order.into(), number: parts.next()?.parse().ok()? })
}
