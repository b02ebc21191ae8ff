//! One listener's connection, from where it was last to its end.

use std::time::Duration;

use axum::response::sse::Event;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use web::standing::Standing;

use super::news::{Listener, News};
use super::places::Places;
use super::rows::Span;
use super::{messages, orders, stock};
use crate::app::App;
use crate::snapshot::Outdated;

/// How often it is looked whether the session is still one.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a client may take to take an event, all those before it included, before it is cut.
const SLOWEST: Duration = Duration::from_secs(5);
/// How long a process may be behind the one that the client comes from.
const PATIENCE: Duration = Duration::from_secs(2);
/// When a client that was cut is to come back.
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// One listener's connection.
pub(super) struct Connection {
    pub(super) app: App,
    pub(super) listener: Listener,
    pub(super) standing: Standing,
    /// The id of the last event that the client heard, if it says one.
    pub(super) last: Option<String>,
    pub(super) sender: mpsc::Sender<Event>,
}

/// Why a connection is over. Its client comes back by itself, where it may.
enum Over {
    /// The client has gone, or is too slow.
    Gone,
    /// More has happened than waits for a slow client.
    Behind,
    /// Postgres did not answer when it was to be seen what the client had missed.
    Postgres(sqlx::Error),
}

impl From<sqlx::Error> for Over {
    fn from(error: sqlx::Error) -> Self {
        Self::Postgres(error)
    }
}

impl Connection {
    /// Tells what there is to hear until the client goes, its session ends or the process stops.
    pub(super) async fn run(self) {
        let (over, standing, sender) = (self.app.live.0.over.clone(), self.standing.clone(), self.sender.clone());
        tokio::select! {
            () = over.cancelled() => {}
            () = no_longer_good(&standing) => {}
            () = sender.closed() => {}
            outcome = self.tell() => match outcome {
                Err(Over::Gone) | Ok(()) => {}
                Err(Over::Behind) => metrics::counter!("live_cut_total").increment(1),
                Err(Over::Postgres(error)) => tracing::warn!(%error, "what a client missed could not be read"),
            }
        }
    }

    async fn tell(&self) -> Result<(), Over> {
        let source = &self.app.live.0.source;
        // Listens before it looks how far everything is known: nothing lies between.
        let mut batches = source.listen();
        let mut typing = self.app.typing.listen();
        let mut heard = self.begin(source.known().await).await?;
        let mut heartbeat = every(self.app.live.0.settings.live_heartbeat);
        heartbeat.tick().await;
        loop {
            tokio::select! {
                batch = batches.recv() => {
                    let batch = batch.map_err(|_| Over::Behind)?;
                    self.pass_on(&batch.news, &mut heard).await?;
                    heard.join(&batch.places);
                }
                // Of those that were too many, nobody needs to know.
                Ok(typing) = typing.recv() => self.pass_on(&[messages::typing(&typing)], &mut heard).await?,
                _ = heartbeat.tick() => self.send(Event::default().id(heard.to_string()).comment("")).await?,
            }
        }
    }

    /// Says where it begins, or first what the client has missed since it was last here.
    async fn begin(&self, known: Places) -> Result<Places, Over> {
        let hello = |places: &Places| Event::default().id(places.to_string()).retry(COME_BACK_AFTER).comment("hello");
        let Some(last) = &self.last else {
            self.send(hello(&known)).await?;
            return Ok(known);
        };
        let settings = &self.app.live.0.settings;
        let why = match last.parse::<Places>() {
            Err(_) => "unknown",
            // Another process has told of it; this one is about to.
            Ok(last) if !self.app.live.0.source.reaches(&last, PATIENCE).await => "unknown",
            Ok(last) if known.beyond(&last) > settings.live_missed => "too_old",
            Ok(mut last) => {
                self.send(hello(&last)).await?;
                self.catch_up(&mut last, &known).await?;
                return Ok(last);
            }
        };
        self.send(hello(&known).event("reset").data(format!(r#"{{"reason":"{why}"}}"#))).await?;
        Ok(known)
    }

    /// Tells what lies between what the client has heard and what is known.
    async fn catch_up(&self, heard: &mut Places, known: &Places) -> Result<(), Over> {
        let missed = {
            // Not all that come back at the same time ask Postgres at the same time.
            let _turn = self.app.live.0.turns.acquire().await;
            match self.missed(heard, known).await {
                Err(error) if Outdated::is(&error) => {
                    self.app.shape.changed();
                    self.missed(heard, known).await
                }
                missed => missed,
            }?
        };
        self.pass_on(&missed, heard).await?;
        heard.join(known);
        Ok(())
    }

    async fn missed(&self, heard: &Places, known: &Places) -> sqlx::Result<Vec<News>> {
        let pool = &self.app.pool;
        // The process that the client comes from may have known more.
        let mut until = known.clone();
        until.join(heard);
        let span = Span { after: heard, until: Some(&until), most: None, of: Some(&self.listener) };
        let mut missed = orders::news(&mut *pool.acquire().await?, &span).await?;
        missed.extend(stock::news(pool, &stock::movements(pool, &span).await?).await?);
        missed.extend(messages::news(pool, messages::posted(pool, &span).await?).await?);
        Ok(missed)
    }

    /// Tells what concerns the listener and has not been told yet.
    async fn pass_on(&self, news: &[News], heard: &mut Places) -> Result<(), Over> {
        for news in news {
            if news.stand.is_some_and(|stand| !heard.learn(stand)) {
                continue;
            }
            let Some(told) = news.told(&self.listener) else { continue };
            let mut event = Event::default().event(news.event).data(told);
            if news.stand.is_some() {
                event = event.id(heard.to_string());
            }
            self.send(event).await?;
        }
        Ok(())
    }

    async fn send(&self, event: Event) -> Result<(), Over> {
        match timeout(SLOWEST, self.sender.send(event)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over::Gone),
            Err(_) => Err(Over::Behind),
        }
    }
}

async fn no_longer_good(standing: &Standing) {
    let mut looks = every(LOOK_EVERY);
    while standing.is_good() {
        looks.tick().await;
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
