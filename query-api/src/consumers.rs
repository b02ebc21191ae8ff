//! Consumers as those see them who look after the marketplace: how far behind, who works on them, what they stand still over.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgPool};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::error::Result;
use crate::page::{Page, Paging};
use crate::schemas::{self, unless_dropped};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(consumers))
}

/// A part of the list of consumers.
#[derive(Debug, Serialize, ToSchema)]
struct Consumers {
    /// When the heads of the feeds were looked at: lag is counted up to then. Null when nobody has looked yet. Consumers
    /// themselves look, once a second; where that is long ago, none runs.
    #[serde(with = "time::serde::rfc3339::option")]
    measured_at: Option<OffsetDateTime>,
    items: Vec<Consumer>,
    /// Continues the list as `cursor`; null on its last page.
    next_cursor: Option<String>,
}

/// A consumer: a policy, a generation of a read model, the mailer, the archive, the timers.
#[derive(Debug, Serialize, ToSchema)]
struct Consumer {
    #[schema(example = "orders_g1")]
    consumer: String,
    state: Work,
    /// Events that are in the log and that it has not settled.
    lag_events: i64,
    /// Aggregates that wait because of an event that fails, dead letters among them.
    held: i64,
    /// Those that wait for a person.
    dead: i64,
    /// Null unless it was paused.
    paused: Option<Pause>,
    /// What its workers stand still over.
    faults: Vec<Fault>,
    feeds: Vec<Feed>,
}

/// How a consumer does: `stopped` has feeds that nobody works on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Work {
    Working,
    Paused,
    Faulty,
    Stopped,
}

/// Who has paused a consumer, why, and when.
#[derive(Debug, Serialize, ToSchema)]
struct Pause {
    #[schema(example = "operator")]
    by: String,
    reason: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// What one worker stands still over.
#[derive(Debug, Serialize, ToSchema)]
struct Fault {
    owner: String,
    fault: String,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

/// How far a consumer has got in one of its feeds.
#[derive(Debug, Serialize, ToSchema)]
struct Feed {
    /// The kind of the aggregates in it.
    #[schema(example = "order")]
    category: String,
    /// The sixteenth of them.
    #[schema(minimum = 0, maximum = 15)]
    partition: i16,
    /// Up to where it has settled the feed.
    position: i64,
    /// The newest event there, when it was looked at last.
    head: i64,
    lag_events: i64,
    /// The worker that has it; null when nobody has.
    owner: Option<String>,
}

/// How far a consumer has got in a feed.
#[derive(FromRow)]
pub(crate) struct Position {
    pub(crate) consumer: String,
    pub(crate) category: String,
    pub(crate) partition: i16,
    pub(crate) position: i64,
    pub(crate) owner: Option<String>,
}

/// What a consumer holds, and who has paused it.
#[derive(FromRow)]
pub(crate) struct Halt {
    pub(crate) consumer: String,
    pub(crate) held: i64,
    pub(crate) dead: i64,
    /// When the oldest of the dead failed first.
    pub(crate) oldest_dead: Option<OffsetDateTime>,
    pub(crate) by: Option<String>,
    reason: Option<String>,
    at: Option<OffsetDateTime>,
}

/// The heads of feeds.
type Heads = BTreeMap<(String, i16), i64>;

impl Consumer {
    fn new(consumer: String) -> Self {
        Self {
            consumer,
            state: Work::Working,
            lag_events: 0,
            held: 0,
            dead: 0,
            paused: None,
            faults: Vec::new(),
            feeds: Vec::new(),
        }
    }

    fn reads(&mut self, row: Position, heads: &Heads) {
        let Position { category, partition, position, owner, .. } = row;
        let head = heads.get(&(category.clone(), partition)).map_or(position, |head| position.max(*head));
        let lag_events = head - position;
        self.lag_events += lag_events;
        self.feeds.push(Feed { category, partition, position, head, lag_events, owner });
    }

    fn halts(&mut self, row: Halt) {
        (self.held, self.dead) = (row.held, row.dead);
        let named = row.by.zip(row.reason).zip(row.at);
        self.paused = named.map(|((by, reason), at)| Pause { by, reason, at });
    }

    fn judged(mut self) -> Self {
        self.feeds.sort_by(|a, b| (&a.category, a.partition).cmp(&(&b.category, b.partition)));
        if self.paused.is_some() {
            // That it stands still because it was paused is no fault of its own.
            self.faults.retain(|fault| !fault.fault.starts_with("paused by "));
        }
        self.state = match (&self.paused, self.faults.is_empty()) {
            (Some(_), _) => Work::Paused,
            (None, false) => Work::Faulty,
            (None, true) if self.feeds.iter().any(|feed| feed.owner.is_none()) => Work::Stopped,
            (None, true) => Work::Working,
        };
        self
    }
}

pub(crate) async fn positions(pool: &PgPool, schema: &str) -> sqlx::Result<Vec<Position>> {
    let statement = format!(
        "select consumer, category, partition, position, case when expires_at > now() then owner end as owner
         from {schema}.positions"
    );
    unless_dropped(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(pool).await)
}

pub(crate) async fn halts(pool: &PgPool, schema: &str) -> sqlx::Result<Vec<Halt>> {
    let statement = format!(
        "select consumer, count(h.id) as held, count(h.id) filter (where h.retry_at is null) as dead,
                min(h.first_failed_at) filter (where h.retry_at is null) as oldest_dead,
                max(p.actor) as by, max(p.reason) as reason, max(p.at) as at
         from {schema}.held h full join {schema}.paused p using (consumer) group by consumer"
    );
    unless_dropped(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(pool).await)
}

/// Every consumer by its name, with its lag in each of its feeds.
#[utoipa::path(get, path = "/api/admin/consumers", operation_id = "list_consumers", tag = "administration",
    params(Paging), responses((status = 200, body = Consumers)), security(("session" = [])))]
async fn consumers(State(app): State<App>, caller: Caller, Query(paging): Query<Paging>) -> Result<Json<Consumers>> {
    caller.require_staff()?;
    let span = paging.span::<String>("admin:consumers")?;
    let pool = &app.pool;
    // Before the positions, lest what was appended meanwhile counts as lag.
    let sighted = sqlx::query_scalar!(r#"select at as "at!" from policies.sighted"#).fetch_optional(pool).await?;
    let heads = sqlx::query!(r#"select category, partition, position from policies.heads"#).fetch_all(pool).await?;
    let heads = heads.into_iter().map(|head| ((head.category, head.partition), head.position)).collect();
    let mut consumers = BTreeMap::<String, Consumer>::new();
    for schema in schemas::of_consumers(pool).await? {
        for row in positions(pool, &schema).await? {
            let name = row.consumer.clone();
            consumers.entry(name.clone()).or_insert_with(|| Consumer::new(name)).reads(row, &heads);
        }
        for row in halts(pool, &schema).await? {
            let name = row.consumer.clone();
            consumers.entry(name.clone()).or_insert_with(|| Consumer::new(name)).halts(row);
        }
    }
    let faults = sqlx::query!(
        "select consumer, owner, fault, since from policies.faults where at > now() - interval '5 seconds'
         order by owner"
    );
    for row in faults.fetch_all(pool).await? {
        if let Some(consumer) = consumers.get_mut(&row.consumer) {
            consumer.faults.push(Fault { owner: row.owner, fault: row.fault, since: row.since });
        }
    }
    let after = span.after.clone().unwrap_or_default();
    let rows = consumers.into_values().filter(|consumer| consumer.consumer > after).map(Consumer::judged);
    let rows = rows.take(span.rows() as usize).collect();
    let Page { items, next_cursor } = span.page(rows, |row| (row.consumer.clone(), Uuid::nil()));
    let measured_at = sighted.filter(|at| *at > OffsetDateTime::UNIX_EPOCH);
    Ok(Json(Consumers { measured_at, items, next_cursor }))
}
