//! How buyers pay, and how the provider tells what became of it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::order::{self, Order};
use domain::text::Reason;
use domain::{Aggregate, OrderId};
use event_store::{Changes, CommandId, Context, Decision, Outcome as Committed, Request, Stream};
use payments::webhooks::{self, Received};
use payments::{Attempt, Error, Method, Outcome};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use traces::Trace;
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::refused;
use web::json::{BODY_LIMIT_BYTES, Json};
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::codes::{self, field};
use crate::command::Command;
use crate::draft::Draft;
use crate::failure::{undecided, unread};
use crate::openapi::{Always, Body, Callback, Existing, Forbidden, Session};
use crate::paying::answered;
use crate::receipt::Reply;
use crate::rules;

/// How the order is paid.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentAttempt)]
pub(super) struct Payment {
    /// What the provider gave the buyer's browser for their method of payment. It is handed on and never kept. The fake
    /// provider knows `tok_approve` (paid at once), `tok_decline` (declined at once), `tok_late` (no answer at once; paid a
    /// little later, by a callback), `tok_twice` (the same, and the callback comes twice), `tok_overdue` (the money comes
    /// after the deadline, and goes back) and `tok_silent` (paid, but found out only when the shop asks).
    #[schema(min_length = 1, max_length = 500, example = "tok_approve")]
    method_token: String,
}

/// What has become of an attempt to pay.
#[derive(Serialize, ToSchema)]
pub(super) struct Paid {
    id: Uuid,
    /// How far the order has come.
    #[schema(example = "paid")]
    status: &'static str,
    /// The number of the attempt.
    #[schema(minimum = 1)]
    attempt: u32,
    outcome: PaymentOutcome,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "The payment was declined.")]
    reason: Option<String>,
    #[schema(minimum = 1)]
    version: u64,
}

/// What the provider has said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentOutcome {
    /// The order is paid.
    Paid,
    /// The money came when the order could not take it any more. It goes back.
    PaidLate,
    /// There is no money. The order can be paid by another attempt until its deadline.
    Declined,
    /// Nothing yet: the order will show it.
    Awaited,
}

/// Pays an order, as a whole. Repeat a call without an answer with its `Idempotency-Key`: it goes on with the same attempt.
#[utoipa::path(
    post, path = "/api/orders/{id}/payment", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses(
        (status = 200, description = "The provider has answered: `outcome` says what", body = Paid),
        (status = 202, description = "The provider has not answered yet", body = Paid),
        Session, Always, Body, Existing, Forbidden
    )
)]
pub(super) async fn pay_order(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Payment>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let provider = app.paying.required()?;
    let command = app.command(&call, &body)?;
    let method = Method::from(body.method_token);
    if !provider.knows(&method) {
        return Err(refused("/method_token", field::UNKNOWN_METHOD, "the provider gave nobody such a token"));
    }
    let id = OrderId::from(id);
    let number = match begin(&app, &call, &command, id).await? {
        Ok(number) => number,
        Err(answered_before) => return Ok(answered_before),
    };
    let attempt = Attempt { order: id, number };
    let order = app.store.load::<Order>(id).await.map_err(unread)?;
    let amount = order.total().ok_or_else(Problem::not_found)?;
    let outcome = match provider.authorize(attempt, amount, order.pay_by(), &method).await {
        Ok(outcome) => outcome,
        Err(error @ Error::Away(_)) => return Err(Problem::unavailable(error)),
        Err(Error::Refused(said)) => {
            tracing::warn!(%attempt, said, "the payment provider refuses an attempt");
            let reason = Reason::try_from("The payment provider refuses it.".to_owned());
            Outcome::Declined { reason: reason.map_err(Problem::internal)? }
        }
    };
    command.run([Stream::of::<Order>(id)], move |draft| conclude(draft, attempt, &outcome)).await
}

/// Notes that the buyer begins to pay, before the provider hears of it: the number of the attempt, or the answer that the
/// command was given before. A command that was cut off after that goes on with the attempt that it began.
async fn begin(app: &App, call: &Call, command: &Command<'_>, id: OrderId) -> Result<Result<u32, Response>, Problem> {
    if call.key.is_some()
        && let Some(number) = app.begun(id, command.id()).await?
    {
        return Ok(Ok(number));
    }
    let (buyer, ask_after) = (call.user(), app.paying.ask_after);
    let begun = command.begin([Stream::of::<Order>(id)], move |draft| {
        let order = draft.accessible::<Order>(id, |order| order.buyer() == Some(buyer))?;
        draft.check_version::<Order>(id)?;
        let start = order::Command::StartPayment { at: OffsetDateTime::now_utc(), ask_after };
        let events = order.decide(start).map_err(rules::of_order)?;
        draft.add::<Order>(id, events);
        Ok(order.attempts() + 1)
    });
    begun.await
}

/// Tells the order what the provider says, and the buyer what that makes of the order.
fn conclude(draft: &mut Draft<'_, '_>, attempt: Attempt, said: &Outcome) -> Result<Reply, Problem> {
    let Attempt { order: id, number } = attempt;
    let mut order = draft.state::<Order>(id).clone();
    // What cannot be is asked about again, by the timer of the attempt.
    let events = answered(&order, attempt, said).unwrap_or_default();
    events.iter().for_each(|event| order.evolve(event));
    let version = draft.add::<Order>(id, events);
    let (Some(status), Ok(answer)) = (order.status(), order.answer(number)) else {
        return Err(Problem::internal("an order that was paid has neither status nor attempt"));
    };
    let (outcome, reason, reply): (_, _, fn(&Paid) -> Reply) = match (answer, said) {
        (order::Answer::Paid, _) => (PaymentOutcome::Paid, None, Reply::ok),
        (order::Answer::PaidLate, _) => (PaymentOutcome::PaidLate, None, Reply::ok),
        (order::Answer::Declined, Outcome::Declined { reason }) => {
            (PaymentOutcome::Declined, Some(reason.clone().into()), Reply::ok)
        }
        (order::Answer::Declined, _) => (PaymentOutcome::Declined, None, Reply::ok),
        (order::Answer::Awaited { .. }, _) => (PaymentOutcome::Awaited, None, Reply::accepted),
    };
    let status = status.as_str();
    Ok(reply(&Paid { id: id.into(), status, attempt: number, outcome, reason, version }))
}

/// Hears what became of an attempt to pay, from the provider.
///
/// Signed by the Standard Webhooks specification. What was heard before, as `webhook-id` names it, changes nothing again.
#[utoipa::path(
    post, path = "/api/payments/callbacks/{provider}", tag = "orders",
    params(
        ("provider" = String, Path, description = "The name of the provider", example = "fake"),
        ("webhook-id" = String, Header, description = "Names the message; the same when it is sent again"),
        ("webhook-timestamp" = String, Header, description = "When it is sent, in seconds since 1970"),
        ("webhook-signature" = String, Header, description = "`v1,` and a base64 HMAC-SHA-256 of `id.timestamp.body`"),
    ),
    request_body(content = Object, description = "The provider's own", content_type = "application/json"),
    responses(
        (status = 204, description = "It is heard"),
        Callback
    )
)]
pub(super) async fn hear_provider(
    State(app): State<Arc<App>>,
    Path(provider): Path<String>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let known = app.paying.provider().filter(|known| known.name() == provider);
    let provider = known.ok_or_else(Problem::not_found)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(BODY_LIMIT_BYTES),
        _ => Problem::bad_request(web::codes::BAD_REQUEST, "the body could not be read"),
    })?;
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, now) = (header(webhooks::ID), OffsetDateTime::now_utc());
    let (timestamp, signature) = (header(webhooks::TIMESTAMP), header(webhooks::SIGNATURE));
    app.paying.webhooks.check(Received { id, timestamp, signature, body: &body }, now).map_err(|untrusted| {
        tracing::warn!(provider = provider.name(), %untrusted, "a callback is not believed");
        Problem::unauthorized(codes::UNTRUSTED_CALLBACK, untrusted.to_string())
    })?;
    let callback = provider.read(&body);
    let callback = callback.map_err(|error| Problem::bad_request(web::codes::BAD_REQUEST, error.to_string()))?;
    let command = CommandId::derived(app.paying.callbacks.hash(&[provider.name().as_bytes(), id.as_bytes()]));
    let actor = format!("provider:{}", provider.name());
    let context = Context { actor, command, at: now, trace: trace.to_string() };
    // As long as its timestamp is good, at the least.
    let receipt_lifetime = Some(app.receipt_lifetime.max(app.paying.webhooks.tolerance() * 2));
    let attempt = callback.attempt;
    // Money has moved already: what is heard of it comes before what is wanted anew.
    let request =
        Request { receipt_lifetime, settling: true, ..Request::new(context, [Stream::of::<Order>(attempt.order)]) };
    let heard = app.store.commit(request, move |states| {
        let events = answered(states.get::<Order>(attempt.order), attempt, &callback.outcome);
        match events {
            Ok(events) => Decision {
                receipt: Some(r#"{"status":204}"#.to_owned()),
                ..Decision::new(Changes::none().and::<Order>(attempt.order, events), Ok(()))
            },
            Err(problem) => Decision::rejected(Err(problem)),
        }
    });
    match heard.await.map_err(undecided)? {
        Committed::Done(answer) => answer?,
        Committed::Replayed(_) => {}
    }
    Ok(StatusCode::NO_CONTENT)
}
