//! The one way in which a request changes something.
//!
//! A command is decided inside the event store's commit, on the newest state, as often as that takes; the same append
//! writes its events and the receipt that answers its repetitions. What is decided outside of that closure is only what
//! cannot change an outcome: parsing, and looking up what the decision needs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use domain::user::User;
use event_store::{Changes, CommandId, Context, Decision, Outcome, Request, States, Stream};
use serde::Serialize;
use uuid::Uuid;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::codes;
use crate::draft::Draft;
use crate::failure::undecided;
use crate::receipt::{self, Answer, Reply};

/// One command of a caller, ready to be decided.
pub(crate) struct Command<'a> {
    app: &'a App,
    call: &'a Call,
    id: CommandId,
    body_hash: String,
    _marker: Option<Marker>,
}

impl App {
    /// Makes a command of a call and its body.
    ///
    /// The body counts as what it says, not as how it is written: spaces and the order of fields do not matter.
    pub(crate) fn command<'a>(&'a self, call: &'a Call, body: &impl Serialize) -> Result<Command<'a>, Problem> {
        let body = serde_json::to_vec(body).map_err(Problem::internal)?;
        let hash = self.receipts.hash(&[&body]);
        let body_hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let (id, marker) = match &call.key {
            None => (CommandId::random(), None),
            Some(key) => {
                let caller = call.caller.user.as_bytes();
                let parts = [caller, call.method.as_str().as_bytes(), call.path.as_bytes(), key.as_bytes()];
                let id = CommandId::derived(self.commands.hash(&parts));
                (id, Some(self.in_flight.mark(id)?))
            }
        };
        Ok(Command { app: self, call, id, body_hash, _marker: marker })
    }
}

impl Command<'_> {
    /// An id for what the command creates. A repetition draws another one, in the same partition, and finds the receipt.
    pub(crate) fn new_id<I: From<Uuid>>(&self) -> I {
        self.id.new_id().into()
    }

    /// What is written beside the events of the command.
    pub(crate) fn context(&self) -> Context {
        self.call.context(self.id)
    }

    /// Does something beside the log, and leaves the receipt that answers its repetitions. When this process dies in between,
    /// a repetition does it again: it must be idempotent.
    pub(crate) async fn run_beside(
        self,
        act: impl AsyncFnOnce() -> Result<Reply, Problem>,
    ) -> Result<Response, Problem> {
        if let Outcome::Replayed(receipt) = self.leave(None).await? {
            return receipt::respond(&receipt, &self.body_hash, self.call);
        }
        let answer = act().await.map(Answer::beside);
        if let Some(receipt) = receipt::keep(&answer, &self.body_hash) {
            self.leave(Some(receipt)).await?;
        }
        answer?.respond(self.call)
    }

    /// Looks for a receipt of this command, and leaves this one where there is none.
    async fn leave(&self, receipt: Option<String>) -> Result<Outcome<()>, Problem> {
        if self.call.key.is_none() {
            return Ok(Outcome::Done(()));
        }
        let caller = Stream::of::<User>(self.call.user());
        let receipt_lifetime = Some(self.app.receipt_lifetime);
        let request = Request { receipt_lifetime, ..Request::new(self.context(), [caller]) };
        let decide = move |_: &States<'_>| Decision { receipt: receipt.clone(), ..Decision::new(Changes::none(), ()) };
        self.app.store.commit(request, decide).await.map_err(undecided)
    }

    /// The id of the command.
    pub(crate) const fn id(&self) -> CommandId {
        self.id
    }

    /// Decides a first step, which leaves no receipt: the command is answered by a [later one](Self::run). A repetition of the
    /// command that had been answered gets that answer.
    pub(crate) async fn begin<T: Send + 'static>(
        &self,
        streams: impl Into<Vec<Stream>>,
        decide: impl Fn(&mut Draft<'_, '_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Result<T, Response>, Problem> {
        let Self { app, call, body_hash, .. } = self;
        let receipt_lifetime = call.key.is_some().then_some(app.receipt_lifetime);
        let request = Request { receipt_lifetime, ..Request::new(self.context(), streams) };
        let if_match = call.if_match.clone();
        let outcome = app.store.commit(request, move |states: &States<'_>| {
            let mut draft = Draft::new(states, &if_match);
            match decide(&mut draft) {
                Ok(answer) => Decision::new(draft.finish().0, Ok(answer)),
                Err(problem) => Decision::rejected(Err(problem)),
            }
        });
        match outcome.await.map_err(undecided)? {
            Outcome::Done(answer) => answer.map(Ok),
            Outcome::Replayed(receipt) => receipt::respond(&receipt, body_hash, call).map(Err),
        }
    }

    /// Decides on these aggregates, all in one partition, and answers once everything is written.
    pub(crate) async fn run(
        self,
        streams: impl Into<Vec<Stream>>,
        decide: impl Fn(&mut Draft<'_, '_>) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let Self { app, call, body_hash, .. } = &self;
        let receipt_lifetime = call.key.is_some().then_some(app.receipt_lifetime);
        let request = Request { receipt_lifetime, ..Request::new(self.context(), streams) };
        let (if_match, hash) = (call.if_match.clone(), body_hash.clone());
        let outcome = app.store.commit(request, move |states: &States<'_>| {
            let mut draft = Draft::new(states, &if_match);
            let (changes, answer, happened) = match decide(&mut draft) {
                Ok(reply) => {
                    let (changes, version, token, happened) = draft.finish();
                    (changes, Ok(Answer::done(reply, version, &token)), happened)
                }
                // The refusal, and nothing else, is confirmed at the versions it was decided on.
                Err(problem) => (Changes::none(), Err(problem), Vec::new()),
            };
            let (receipt, rejected) = (receipt::keep(&answer, &hash), answer.is_err());
            Decision { changes, answer: (answer, happened), receipt, rejected }
        });
        match outcome.await.map_err(undecided)? {
            Outcome::Done((answer, happened)) => {
                for (user, events) in happened {
                    app.take_effect(user, &events).await;
                }
                answer?.respond(call)
            }
            Outcome::Replayed(receipt) => receipt::respond(&receipt, body_hash, call),
        }
    }
}

/// The keyed commands that this process is carrying out.
///
/// A convenience for clients that repeat themselves too early. Another process does not see it, and need not: whoever
/// comes second finds the receipt.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<CommandId>>>);

impl InFlight {
    fn mark(&self, id: CommandId) -> Result<Marker, Problem> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            true => Ok(Marker { all: self.clone(), id }),
            false => Err(Problem::conflict(codes::IN_FLIGHT, "the same command is still being carried out")),
        }
    }
}

struct Marker {
    all: InFlight,
    id: CommandId,
}

impl Drop for Marker {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
