//! Collects what is wrong with a request's fields, so that a client learns all of it at once.

use std::fmt::Display;

use crate::codes;
use crate::problem::{FieldError, Problem};

/// The field errors found so far.
///
/// ```
/// # use web::fields::Fields;
/// # fn example(quantity: u64, note: Option<String>) -> Result<(u8, Option<String>), web::problem::Problem> {
/// let mut fields = Fields::new();
/// let quantity = fields.parse("/quantity", quantity, u8::try_from);
/// let note = fields.parse_some("/note", note, |note| if note.len() > 9 { Err("too long") } else { Ok(note) });
/// fields.finish(|| Some((quantity?, note?)))
/// # }
/// # assert!(example(300, None).is_err());
/// # assert_eq!(example(3, Some("ring".into())).unwrap(), (3, Some("ring".into())));
/// ```
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses one field; a failure is kept under its pointer.
    pub fn parse<T, U, E: Display>(
        &mut self,
        pointer: impl Into<String>,
        value: T,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        parse(value).map_err(|error| self.refuse(pointer, codes::INVALID, error.to_string())).ok()
    }

    /// Parses a field that may be absent: `Some(None)` when it is.
    pub fn parse_some<T, U, E: Display>(
        &mut self,
        pointer: impl Into<String>,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<Option<U>> {
        match value {
            None => Some(None),
            Some(value) => self.parse(pointer, value, parse).map(Some),
        }
    }

    /// Keeps an error that no parser found.
    pub fn refuse(&mut self, pointer: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError { pointer: pointer.into(), code: code.to_owned(), message: message.into() });
    }

    /// Builds the parsed input when nothing was wrong.
    ///
    /// # Errors
    /// A 422 with every field error otherwise.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        match build() {
            Some(built) if self.0.is_empty() => Ok(built),
            _ => Err(Problem::invalid(self.0)),
        }
    }
}

/// A problem of one field alone.
#[must_use]
pub fn refused(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Problem {
    let mut fields = Fields::new();
    fields.refuse(pointer, code, message);
    Problem::invalid(fields.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_wrong_field_at_once() {
        let mut fields = Fields::new();
        let units = fields.parse("/units", -1, u32::try_from);
        let size = fields.parse("/size", 300, u8::try_from);

        let problem = fields.finish(|| Some((units?, size?))).unwrap_err();

        let shown = serde_json::to_value(problem).unwrap();
        assert_eq!(shown["errors"][0]["pointer"], "/units");
        assert_eq!(shown["errors"][1]["pointer"], "/size");
    }

    #[test]
    fn refuses_when_only_a_rule_over_several_fields_is_broken() {
        let mut fields = Fields::new();
        let units = fields.parse("/units", 3, u32::try_from);
        fields.refuse("/reference", "required", "a receipt of 3 or more needs a reference");

        assert!(fields.finish(|| units).is_err());
    }
}
