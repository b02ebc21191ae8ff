//! The span of `tracing` around what is done about one event: what its lines say of it, and its place in the event's trace.

use domain::Partition;
use event_store::Recorded;
use traces::Trace;
use tracing::{Span, error_span};

/// Around what a group does about an event. It continues the trace of the command that the event followed from.
pub(crate) fn event(group: &str, event: &Recorded) -> (Span, Trace) {
    let trace = Trace::continuing(&event.trace);
    // Of the highest level, so that it is around every line that is logged at all.
    let span = error_span!(
        "event",
        group,
        category = event.category(),
        partition = %Partition::of(event.id),
        id = %event.id,
        version = event.version,
        "type" = event.kind,
        trace_id = trace.id()
    );
    trace.mark(&span);
    (span, trace)
}
