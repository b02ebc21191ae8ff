//! A place in a trace.

use std::fmt::{self, Write};

use tracing::Span;

/// Whether a collector is to be sent it.
const SAMPLED: u8 = 0b01;

/// A place in a trace: the trace, a span in it, and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    parent: Option<Parent>,
    flags: u8,
}

/// The span before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) span: [u8; 8],
    /// Whether it may be another process's.
    pub(crate) remote: bool,
}

impl Trace {
    /// Begins a trace.
    #[must_use]
    pub fn start() -> Self {
        let id = rand::random();
        Self { id, span: rand::random(), parent: None, flags: flags(id, None) }
    }

    /// Continues the trace of a `traceparent` with a span of its own, or begins one where that is none.
    #[must_use]
    pub fn continuing(traceparent: &str) -> Self {
        let Some(parent) = Self::parse(traceparent) else { return Self::start() };
        let flags = flags(parent.id, Some(&parent));
        Self { span: rand::random(), parent: Some(Parent { span: parent.span, remote: true }), flags, ..parent }
    }

    /// A span of the same process that follows from this one.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { span: rand::random(), parent: Some(Parent { span: self.span, remote: false }), ..*self }
    }

    /// Reads a valid `traceparent` as it is. Later versions may append fields; version ff is forbidden.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut fields = traceparent.split('-');
        let version: [u8; 1] = unhex(fields.next()?)?;
        let id: [u8; 16] = unhex(fields.next()?)?;
        let span: [u8; 8] = unhex(fields.next()?)?;
        let flags: [u8; 1] = unhex(fields.next()?)?;
        let well_formed = match version {
            [0] => fields.next().is_none(),
            [0xff] => false,
            _ => true,
        };
        // Bits beyond "sampled" and "random" are to be dropped.
        let trace = Self { id, span, parent: None, flags: flags[0] & 0b11 };
        (well_formed && id != [0; 16] && span != [0; 8]).then_some(trace)
    }

    /// The trace's id: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    /// Gives a span of `tracing` this place, so that it is exported under these ids, and spans within it follow from it.
    /// Without the feature `otlp` that is nobody's concern.
    pub fn mark(self, span: &Span) {
        #[cfg(feature = "otlp")]
        crate::export::mark(span, self);
        #[cfg(not(feature = "otlp"))]
        let _ = (self, span);
    }

    /// Says of a span that it deals with something of this trace, which it is no part of.
    pub fn link(self, span: &Span) {
        #[cfg(feature = "otlp")]
        crate::export::link(span, self);
        #[cfg(not(feature = "otlp"))]
        let _ = (self, span);
    }

    #[cfg(feature = "otlp")]
    pub(crate) const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    #[cfg(feature = "otlp")]
    pub(crate) const fn ids(&self) -> ([u8; 16], [u8; 8], Option<Parent>, u8) {
        (self.id, self.span, self.parent, self.flags)
    }
}

/// The `traceparent` to send along with whatever follows from this.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", hex(&self.id), hex(&self.span), self.flags)
    }
}

/// The flags of a new span: its sampling is decided where spans are exported, and handed on as it came elsewhere.
fn flags(id: [u8; 16], parent: Option<&Trace>) -> u8 {
    let theirs = parent.map_or(0, |parent| parent.flags);
    #[cfg(feature = "otlp")]
    let decided = crate::export::samples(id, parent);
    #[cfg(not(feature = "otlp"))]
    let decided = {
        let _ = id;
        None
    };
    match decided {
        Some(true) => theirs | SAMPLED,
        Some(false) => theirs & !SAMPLED,
        None => theirs,
    }
}

fn unhex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let lower = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if digits.len() != 2 * N || !digits.bytes().all(lower) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..digits.len()).step_by(2)) {
        *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes every write");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn continues_a_valid_trace_with_a_span_of_its_own() {
        let trace = Trace::continuing(&format!("00-{ID}-00f067aa0ba902b7-01"));

        assert_eq!(trace.id(), ID);
        let told = trace.to_string();
        assert!(told.starts_with(&format!("00-{ID}-")) && told.ends_with("-01") && told.len() == 55);
        assert!(!told.contains("00f067aa0ba902b7"));
    }

    #[test]
    fn takes_a_later_version_with_more_fields() {
        assert_eq!(Trace::continuing(&format!("01-{ID}-00f067aa0ba902b7-01-more")).id(), ID);
    }

    #[test]
    fn starts_a_trace_where_the_header_is_junk() {
        for junk in [
            "",
            "junk",
            "é",
            &format!("ff-{ID}-00f067aa0ba902b7-01"),
            &format!("00-{ID}-00f067aa0ba902b7-01-more"),
            &format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            &format!("00-{ID}-0000000000000000-01"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_ne!(Trace::continuing(junk).id(), ID, "{junk}");
            assert_eq!(Trace::continuing(junk).id().len(), 32);
        }
    }

    #[test]
    fn what_follows_within_a_process_stays_in_the_trace() {
        let trace = Trace::start();
        let child = trace.child();
        assert_eq!((child.id(), child.parent.map(|parent| parent.span)), (trace.id(), Some(trace.span)));
        assert_ne!(child.span, trace.span);
    }
}
