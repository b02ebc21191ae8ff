//! Which trace something belongs to, from a request to the last of what it causes (W3C Trace Context).
//!
//! A [`Trace`] is the one source of ids: what is written beside events, what is sent along in `traceparent` headers, what
//! log lines show as `trace_id`, and, with the feature `otlp`, under which ids spans are exported. So a trace can be followed
//! through the log of events whether or not anybody collects spans.
//!
//! What it refuses to do: know a request, an event or a store.

#[cfg(feature = "otlp")]
mod export;
mod trace;

#[cfg(feature = "otlp")]
pub use export::{Error, Export, Spans, start};
pub use trace::Trace;
