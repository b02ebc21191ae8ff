//! Rows as `COPY` takes them: text, a line each, several times as fast as statements.
//!
//! <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.2>

use std::{collections::BTreeMap, fmt::Write};

use sqlx::PgConnection;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

/// A row of one table.
pub trait Copied {
    /// The table.
    const TABLE: &'static str;

    /// Puts the value of each column, the same columns for every row.
    fn put(&self, line: &mut Line<'_>);
}

/// Rows that wait to be written.
#[derive(Debug, Default)]
pub struct Copies(BTreeMap<&'static str, Lines>);

#[derive(Debug, Default)]
struct Lines {
    columns: Vec<&'static str>,
    text: String,
}

impl Copies {
    /// Adds a row.
    pub fn add<R: Copied>(&mut self, row: &R) {
        let Lines { columns, text } = self.0.entry(R::TABLE).or_default();
        let names = columns.is_empty().then_some(columns);
        let mut line = Line { names, text, is_first: true };
        row.put(&mut line);
        text.push('\n');
    }

    /// How many bytes wait.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.values().map(|lines| lines.text.len()).sum()
    }

    /// Writes what waits into the tables that are in sight of the connection.
    ///
    /// # Errors
    /// When Postgres does not answer, or refuses a row.
    pub async fn write(&mut self, connection: &mut PgConnection) -> sqlx::Result<()> {
        for (table, lines) in self.0.iter_mut().filter(|(_, lines)| !lines.text.is_empty()) {
            let statement = format!("copy {table} ({}) from stdin", lines.columns.join(", "));
            let mut copy = connection.copy_in_raw(&statement).await?;
            copy.send(lines.text.as_bytes()).await?;
            copy.finish().await?;
            // What it has grown to is used again.
            lines.text.clear();
        }
        Ok(())
    }
}

/// One row that is being written.
pub struct Line<'a> {
    /// What the columns are called, where that is not known yet.
    names: Option<&'a mut Vec<&'static str>>,
    text: &'a mut String,
    is_first: bool,
}

impl Line<'_> {
    /// Puts the value of a column.
    pub fn put(&mut self, column: &'static str, value: &(impl Value + ?Sized)) -> &mut Self {
        if let Some(names) = &mut self.names {
            names.push(column);
        }
        if !std::mem::take(&mut self.is_first) {
            self.text.push('\t');
        }
        value.write(self.text);
        self
    }
}

/// What a column may hold.
pub trait Value {
    /// Appends it as `COPY` reads it.
    fn write(&self, text: &mut String);
}

impl<T: Value> Value for Option<T> {
    fn write(&self, text: &mut String) {
        match self {
            Some(value) => value.write(text),
            None => text.push_str("\\N"),
        }
    }
}

impl Value for str {
    fn write(&self, text: &mut String) {
        let mut rest = self;
        let special = |byte: &u8| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r');
        while let Some(at) = rest.as_bytes().iter().position(special) {
            text.push_str(&rest[..at]);
            text.push_str(match rest.as_bytes()[at] {
                b'\\' => "\\\\",
                b'\t' => "\\t",
                b'\n' => "\\n",
                _ => "\\r",
            });
            rest = &rest[at + 1..];
        }
        text.push_str(rest);
    }
}

impl Value for String {
    fn write(&self, text: &mut String) {
        self.as_str().write(text);
    }
}

/// An array: its elements in quotes, and then all of it as a text.
impl Value for Vec<String> {
    fn write(&self, text: &mut String) {
        let quoted = self.iter().map(|element| format!("\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\"")));
        format!("{{{}}}", quoted.collect::<Vec<_>>().join(",")).write(text);
    }
}

impl Value for OffsetDateTime {
    fn write(&self, text: &mut String) {
        // To the microsecond and no closer, cut off as a parameter of a statement is.
        const EPOCH: OffsetDateTime = datetime!(2000-01-01 0:00 UTC);
        let micros = i64::try_from((*self - EPOCH).whole_microseconds()).expect("ten thousand years are less");
        let at = EPOCH + Duration::microseconds(micros);
        let (year, era) = if at.year() > 0 { (at.year(), "") } else { (1 - at.year(), " BC") };
        let ((hour, minute, second), day) = (at.to_hms(), (u8::from(at.month()), at.day()));
        write!(
            text,
            "{year:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}.{:06}+00{era}",
            day.0,
            day.1,
            at.microsecond()
        )
        .expect("a string takes what is written");
    }
}

macro_rules! displayed {
    ($($value:ty),*) => {
        $(impl Value for $value {
            fn write(&self, text: &mut String) {
                write!(text, "{self}").expect("a string takes what is written");
            }
        })*
    };
}

displayed!(bool, i16, i32, i64, Uuid);
