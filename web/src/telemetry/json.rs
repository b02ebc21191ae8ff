//! One JSON object a line, flat: what is said, then what is known of the spans around it, the inner ones last.

use std::fmt::{self, Debug};

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope};

/// What a line begins with. A field of the same name is left out.
const HEAD: [&str; 4] = ["timestamp", "level", "message", "target"];

/// RFC 3339 in UTC, always to the microsecond, so that texts sort as times.
const WRITTEN: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// The form of a line. `docs/logs.md` is its contract.
pub(super) struct Flat;

impl<S: Subscriber + for<'a> LookupSpan<'a>> FormatEvent<S, JsonFields> for Flat {
    fn format_event(
        &self,
        around: &FmtContext<'_, S, JsonFields>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Map::new());
        for span in around.event_scope().into_iter().flat_map(Scope::from_root) {
            let extensions = span.extensions();
            let known = extensions.get::<FormattedFields<JsonFields>>().map(|known| serde_json::from_str(known));
            if let Some(Ok(Value::Object(known))) = known {
                fields.0.extend(known);
            }
        }
        event.record(&mut fields);
        let Fields(mut fields) = fields;
        let now = OffsetDateTime::now_utc().format(WRITTEN).map_err(|_| fmt::Error)?;
        let metadata = event.metadata();
        // What crates say through `log` has its target in a field.
        let target = fields.remove("log.target").unwrap_or_else(|| metadata.target().into());
        fields.retain(|name, _| !name.starts_with("log."));
        let message = fields.remove("message").unwrap_or_default();
        write!(line, "{{\"timestamp\":\"{now}\",\"level\":\"{}\"", metadata.level())?;
        // The security log names its events and has no words for them.
        if !message.is_null() {
            write!(line, ",\"message\":{message}")?;
        }
        write!(line, ",\"target\":{target}")?;
        for (name, value) in fields.iter().filter(|(name, _)| !HEAD.contains(&name.as_str())) {
            write!(line, ",{}:{value}", Value::from(name.as_str()))?;
        }
        writeln!(line, "}}")
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn take(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.take(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile.
    pub(in crate::telemetry) fn logged(say: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let layer = tracing_subscriber::fmt::layer().fmt_fields(JsonFields::new()).event_format(Flat);
        let layer = layer.with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), say);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_has_its_own_fields_and_those_of_every_span_around_it() {
        let line = logged(|| {
            let request = tracing::error_span!("request", request_id = "r1", status = tracing::field::Empty).entered();
            request.record("status", 503);
            let _append = tracing::info_span!("append", category = "order").entered();
            tracing::warn!(bytes = 7, late = true, share = 0.5, "a \"large\"\nevent");
        });

        assert!(line.starts_with("{\"timestamp\":\"") && line.ends_with("}\n") && line.lines().count() == 1, "{line}");
        let mut line: Value = serde_json::from_str(&line).unwrap();
        line.as_object_mut().unwrap().remove("timestamp");
        assert_eq!(
            line,
            serde_json::json!({
                "level": "WARN", "message": "a \"large\"\nevent", "target": module_path!(), "request_id": "r1", "status": 503,
                "category": "order", "bytes": 7, "late": true, "share": 0.5,
            })
        );
    }

    #[test]
    fn what_is_nearer_says_it_last() {
        let line = logged(|| {
            let _outer = tracing::error_span!("event", id = "outer", level = "none").entered();
            tracing::info!(id = "inner");
        });

        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["id"], &line["level"], line.get("message")), (&"inner".into(), &"INFO".into(), None));
    }
}
