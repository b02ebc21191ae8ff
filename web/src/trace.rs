//! W3C Trace Context: which trace a request belongs to, and what to tell those it calls in turn.

use std::fmt::{self, Write};

use axum::http::{HeaderMap, HeaderName};

/// The header in both directions.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The trace that a request takes part in: the client's where it names a valid one, else a new one.
///
/// Handlers take it as `Extension<Trace>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    flags: u8,
}

impl Trace {
    /// Continues the trace of a request's headers, with a span of its own, or starts one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let (id, flags) = headers
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .and_then(parse)
            .unwrap_or_else(|| (random(), 0));
        Self { id, span: random(), flags }
    }

    /// The trace's id: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.id)
    }
}

/// The `traceparent` to send along with whatever the request causes.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", hex(&self.id), hex(&self.span), self.flags)
    }
}

/// Trace id and flags of a valid `traceparent`. Later versions may append fields; version ff is forbidden.
fn parse(header: &str) -> Option<([u8; 16], u8)> {
    let mut fields = header.split('-');
    let version: [u8; 1] = unhex(fields.next()?)?;
    let id: [u8; 16] = unhex(fields.next()?)?;
    let parent: [u8; 8] = unhex(fields.next()?)?;
    let flags: [u8; 1] = unhex(fields.next()?)?;
    let well_formed = match version {
        [0] => fields.next().is_none(),
        [0xff] => false,
        _ => true,
    };
    // Bits beyond "sampled" and "random" are to be dropped.
    (well_formed && id != [0; 16] && parent != [0; 8]).then_some((id, flags[0] & 0b11))
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

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source does not fail once the process runs");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn of(header: &str) -> Trace {
        Trace::of(&HeaderMap::from_iter([(TRACEPARENT, header.parse().unwrap())]))
    }

    #[test]
    fn continues_a_valid_trace_with_a_span_of_its_own() {
        let trace = of(&format!("00-{ID}-00f067aa0ba902b7-01"));

        assert_eq!(trace.id(), ID);
        let child = trace.to_string();
        assert!(child.starts_with(&format!("00-{ID}-")) && child.ends_with("-01") && child.len() == 55);
        assert!(!child.contains("00f067aa0ba902b7"));
    }

    #[test]
    fn takes_a_later_version_with_more_fields() {
        assert_eq!(of(&format!("01-{ID}-00f067aa0ba902b7-01-more")).id(), ID);
    }

    #[test]
    fn starts_a_trace_where_the_header_is_junk() {
        for junk in [
            "",
            "junk",
            &format!("ff-{ID}-00f067aa0ba902b7-01"),
            &format!("00-{ID}-00f067aa0ba902b7-01-more"),
            &format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            &format!("00-{ID}-0000000000000000-01"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_ne!(of(junk).id(), ID, "{junk}");
            assert_eq!(of(junk).id().len(), 32);
        }
    }
}
