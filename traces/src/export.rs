//! Sends spans to a collector.
//!
//! A span of `tracing` is exported when it has a place in a trace: marked with one, or within a span that has one. The place
//! gives it its ids. It ends with the answer, or else when it was last left: what has been started within may keep it for longer.

use std::{
    fmt::{self, Debug},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::{
    Context, InstrumentationScope, Key, KeyValue, SpanId, TraceFlags, TraceId, Value,
    trace::{Link, SpanContext, SpanKind, Status, TraceContextExt, TraceState},
};
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{
        BatchSpanProcessor, Config, SamplingDecision, ShouldSample, SpanData, SpanEvents, SpanExporter, SpanLinks,
        SpanProcessor,
    },
};
use tokio::runtime::Handle;
use tracing::{
    Level, Span, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::Context as Around,
    registry::{LookupSpan, SpanRef},
};

use crate::{Trace, trace::Parent};

/// How often it is said that the collector takes nothing.
const WARN_EVERY: Duration = Duration::from_secs(60);
/// How long the last spans may take on their way at the end of the process.
const FLUSH_WITHIN: Duration = Duration::from_secs(5);
/// The most links of one span.
const MOST_LINKS: usize = 128;

static STARTED: OnceLock<Started> = OnceLock::new();

#[derive(Debug)]
struct Started {
    sampler: Box<dyn ShouldSample>,
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
}

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings do not fit.
    #[error("spans cannot be exported: {0}")]
    Settings(#[from] ExporterBuildError),
    /// They are exported already.
    #[error("the export of spans was started twice")]
    Twice,
}

/// Exports spans until it is finished.
#[derive(Debug)]
#[must_use = "what is not finished may lose its last spans"]
pub struct Export(());

/// Exports what passes here.
#[derive(Debug)]
pub struct Spans(());

/// Starts to export to the collector at this endpoint (to which `/v1/traces` is added), as this service of this version unless
/// `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` name another. The other variables of the OpenTelemetry SDK hold too. Once per
/// process, within a runtime of tokio.
///
/// # Errors
/// When the settings do not fit, or it was started before.
pub fn start(endpoint: &str, service: &'static str, version: &'static str) -> Result<(Spans, Export), Error> {
    let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let mut exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(endpoint).build()?;
    exporter.set_resource(&resource(service, version));
    let exporter = Exporter {
        exporter: Arc::new(exporter),
        runtime: Handle::current(),
        warned: Mutex::default(),
        lost: AtomicU64::new(0),
    };
    let started = Started {
        sampler: Config::default().sampler,
        processor: BatchSpanProcessor::builder(exporter).build(),
        scope: InstrumentationScope::builder("millrace").with_version(version).build(),
    };
    STARTED.set(started).map_err(|_| Error::Twice)?;
    Ok((Spans(()), Export(())))
}

fn resource(service: &'static str, version: &'static str) -> Resource {
    let told = Resource::builder().build();
    let named = told.get(&Key::new("service.name")).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let resource = Resource::builder_empty().with_attribute(KeyValue::new("service.version", version));
    let resource = resource.with_attributes(told.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())));
    if named { resource.build() } else { resource.with_service_name(service).build() }
}

impl Export {
    /// Sends what is left, for a few seconds at most.
    pub async fn finish(self) {
        let shutdown = || STARTED.get().map(|started| started.processor.shutdown_with_timeout(FLUSH_WITHIN));
        // What did not arrive has been warned of.
        let _ = tokio::task::spawn_blocking(shutdown).await;
    }
}

/// Whether a new span of this trace is exported; `None` where nothing is.
pub(crate) fn samples(id: [u8; 16], parent: Option<&Trace>) -> Option<bool> {
    let parent = parent.map(|parent| Context::new().with_remote_span_context(context(parent, true)));
    let id = TraceId::from_bytes(id);
    let result = STARTED.get()?.sampler.should_sample(parent.as_ref(), id, "", &SpanKind::Internal, &[], &[]);
    Some(result.decision == SamplingDecision::RecordAndSample)
}

pub(crate) fn mark(span: &Span, trace: Trace) {
    change(span, |kept| kept.trace = Some(trace));
}

pub(crate) fn link(span: &Span, trace: Trace) {
    change(span, |kept| match kept.links.links.len() {
        MOST_LINKS.. => kept.links.dropped_count += 1,
        _ => kept.links.links.push(Link::with_context(context(&trace, true))),
    });
}

fn change(span: &Span, change: impl FnOnce(&mut Kept)) {
    span.with_subscriber(|(id, subscriber)| {
        let span = subscriber.downcast_ref::<Registry>().and_then(|registry| registry.span(id));
        if let Some(span) = span
            && let Some(kept) = span.extensions_mut().get_mut::<Kept>()
        {
            change(kept);
        }
    });
}

fn context(trace: &Trace, remote: bool) -> SpanContext {
    let (id, span, _, flags) = trace.ids();
    let (id, span) = (TraceId::from_bytes(id), SpanId::from_bytes(span));
    SpanContext::new(id, span, TraceFlags::new(flags), remote, TraceState::default())
}

/// What is known of a span before it ends.
struct Kept {
    trace: Option<Trace>,
    began: SystemTime,
    left: SystemTime,
    /// A request ends with its answer, whatever goes on in its span.
    answered: bool,
    attributes: Vec<KeyValue>,
    links: SpanLinks,
    error: Option<String>,
}

impl Kept {
    fn new(trace: Option<Trace>) -> Self {
        let now = SystemTime::now();
        Self {
            trace,
            began: now,
            left: now,
            answered: false,
            attributes: Vec::new(),
            links: SpanLinks::default(),
            error: None,
        }
    }

    fn attribute(&self, key: &str) -> Option<&Value> {
        self.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.value)
    }

    /// What the span is called: low in cardinality, as the semantic conventions want it.
    fn name(&self, name: &'static str) -> String {
        let of = |key| self.attribute(key).map(|value| value.as_str()).unwrap_or_default();
        match name {
            "request" => format!("{} {}", of("http.request.method"), of("http.route")),
            "event" => format!("{} {}", of("group"), of("type")),
            "turn" => format!("{} turn", of("group")),
            "provider" => format!("provider {}", of("operation")),
            name => name.to_owned(),
        }
    }

    fn status(&self) -> Status {
        let failed = matches!(self.attribute("http.response.status_code"), Some(Value::I64(500..)));
        match &self.error {
            Some(error) => Status::error(error.clone()),
            None if failed => Status::error(""),
            None => Status::Unset,
        }
    }

    fn end(self, name: &'static str, scope: &InstrumentationScope) -> Option<SpanData> {
        let trace = self.trace.filter(Trace::is_sampled)?;
        let (_, _, parent, _) = trace.ids();
        Some(SpanData {
            span_context: context(&trace, false),
            parent_span_id: parent.map_or(SpanId::INVALID, |Parent { span, .. }| SpanId::from_bytes(span)),
            parent_span_is_remote: parent.is_some_and(|parent| parent.remote),
            span_kind: kind(name),
            name: self.name(name).into(),
            start_time: self.began,
            end_time: self.left,
            status: self.status(),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: self.links,
            instrumentation_scope: scope.clone(),
        })
    }
}

fn kind(name: &str) -> SpanKind {
    match name {
        "request" => SpanKind::Server,
        "event" | "turn" => SpanKind::Consumer,
        "append" | "provider" | "webhook" => SpanKind::Client,
        _ => SpanKind::Internal,
    }
}

impl Visit for Kept {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.take(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value);
    }
}

impl Kept {
    /// Takes a field as an attribute, under the name that the semantic conventions have for it. Those that the span says otherwise,
    /// and the address of whoever asks, are left out.
    fn take(&mut self, field: &Field, value: impl Into<Value>) {
        let key = match field.name() {
            "trace_id" | "latency_ms" | "client" => return,
            "method" => "http.request.method",
            "route" => "http.route",
            "status" => "http.response.status_code",
            name => name,
        };
        if key == "http.response.status_code" {
            (self.answered, self.left) = (true, SystemTime::now());
        }
        self.attributes.push(KeyValue::new(key, value.into()));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, around: Around<'_, S>) {
        let Some(span) = around.span(id) else { return };
        let place = |span: SpanRef<'_, S>| span.extensions().get::<Kept>().and_then(|kept| kept.trace);
        let mut kept = Kept::new(span.scope().skip(1).find_map(place).map(|trace| trace.child()));
        attributes.record(&mut kept);
        span.extensions_mut().insert(kept);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, around: Around<'_, S>) {
        let Some(span) = around.span(id) else { return };
        if let Some(kept) = span.extensions_mut().get_mut::<Kept>() {
            values.record(kept);
        }
    }

    /// What is logged as an error within a span is its error.
    fn on_event(&self, event: &tracing::Event<'_>, around: Around<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        let Some(span) = around.event_span(event) else { return };
        if let Some(kept) = span.extensions_mut().get_mut::<Kept>() {
            let mut message = Message(String::new());
            event.record(&mut message);
            kept.error = Some(message.0);
        }
    }

    fn on_exit(&self, id: &Id, around: Around<'_, S>) {
        let Some(span) = around.span(id) else { return };
        if let Some(kept) = span.extensions_mut().get_mut::<Kept>() {
            if !kept.answered {
                kept.left = SystemTime::now();
            }
        }
    }

    fn on_close(&self, id: Id, around: Around<'_, S>) {
        let (Some(span), Some(started)) = (around.span(&id), STARTED.get()) else { return };
        let kept = span.extensions_mut().remove::<Kept>();
        if let Some(data) = kept.and_then(|kept| kept.end(span.name(), &started.scope)) {
            started.processor.on_end(data);
        }
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Exports in the runtime, where the HTTP client is at home: the processor has a thread of its own.
struct Exporter {
    exporter: Arc<opentelemetry_otlp::SpanExporter>,
    runtime: Handle,
    warned: Mutex<Option<Instant>>,
    /// How many spans were lost since that was said.
    lost: AtomicU64,
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let (exporter, count) = (self.exporter.clone(), batch.len() as u64);
        let exported = self.runtime.spawn(async move { exporter.export(batch).await });
        let exported = exported.await.unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())));
        if exported.is_err() {
            self.warn(count);
        }
        exported
    }
}

impl Exporter {
    /// Says now and then that spans are lost. The error itself is not shown: there may be a password in the address.
    fn warn(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
            *warned = Some(Instant::now());
            let spans = self.lost.swap(0, Ordering::Relaxed);
            tracing::warn!(spans, "spans are lost: the collector cannot be reached, or refuses them");
        }
    }
}

impl Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}
