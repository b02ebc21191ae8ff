//! A provider whose every request has a span of its own.

use std::sync::Arc;

use async_trait::async_trait;
use domain::Money;
use time::OffsetDateTime;
use tracing::{Instrument, Span, error_span};

use crate::{Attempt, Callback, Error, Malformed, Method, Outcome, Provider, Refund};

/// Puts a span around each request to a provider: what is logged meanwhile says what was asked about which attempt.
#[derive(Clone, Debug)]
pub struct Traced<P>(P);

impl<P: Provider + 'static> Traced<P> {
    /// This provider, as a port.
    #[must_use]
    pub fn port(provider: P) -> Arc<dyn Provider> {
        Arc::new(Self(provider))
    }

    fn span(&self, operation: &str, attempt: Attempt) -> Span {
        error_span!("provider", provider = self.0.name(), operation, %attempt)
    }
}

#[async_trait]
impl<P: Provider + 'static> Provider for Traced<P> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn knows(&self, method: &Method) -> bool {
        self.0.knows(method)
    }

    async fn authorize(
        &self,
        attempt: Attempt,
        amount: Money,
        by: Option<OffsetDateTime>,
        method: &Method,
    ) -> Result<Outcome, Error> {
        self.0.authorize(attempt, amount, by, method).instrument(self.span("authorize", attempt)).await
    }

    async fn capture(&self, attempt: Attempt, amount: Money) -> Result<(), Error> {
        self.0.capture(attempt, amount).instrument(self.span("capture", attempt)).await
    }

    async fn void(&self, attempt: Attempt) -> Result<(), Error> {
        self.0.void(attempt).instrument(self.span("void", attempt)).await
    }

    async fn refund(&self, refund: Refund) -> Result<(), Error> {
        self.0.refund(refund).instrument(self.span("refund", refund.attempt)).await
    }

    async fn ask(&self, attempt: Attempt) -> Result<Outcome, Error> {
        self.0.ask(attempt).instrument(self.span("ask", attempt)).await
    }

    fn read(&self, body: &[u8]) -> Result<Callback, Malformed> {
        self.0.read(body)
    }
}
