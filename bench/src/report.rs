//! What was found, as tables for people.

use std::{fmt::Write, fs, thread::available_parallelism};

use crate::{curves::Curve, measure::median};

/// One line of the table.
pub(crate) struct Row {
    /// What is measured.
    pub(crate) what: &'static str,
    /// What it is held against.
    pub(crate) limit: &'static str,
    pub(crate) ours: Vec<f64>,
    /// Nothing where there is no limit but the target.
    pub(crate) limits: Vec<f64>,
    pub(crate) unit: Unit,
    pub(crate) target: Target,
}

/// What numbers count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    Milliseconds,
    Bytes,
}

/// What is good.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// At least so many times the limit.
    AtLeast(f64),
    /// At most so many times the limit.
    AtMost(f64),
    /// At most so much.
    Within(f64),
    /// Nothing is asked of it.
    Shown,
}

impl Row {
    pub(crate) fn ours(&self) -> f64 {
        median(&self.ours)
    }

    fn limit(&self) -> f64 {
        median(&self.limits)
    }

    /// The median of the ratios of each round, whose two sides met the same machine.
    pub(crate) fn ratio(&self) -> f64 {
        let ratios: Vec<_> = self.ours.iter().zip(&self.limits).map(|(ours, limit)| ours / limit).collect();
        median(&ratios)
    }

    /// The ratio to reach, where more is better.
    pub(crate) const fn at_least(&self) -> Option<f64> {
        match self.target {
            Target::AtLeast(ratio) => Some(ratio),
            Target::AtMost(_) | Target::Within(_) | Target::Shown => None,
        }
    }

    fn is_reached(&self) -> Option<bool> {
        match self.target {
            Target::AtLeast(ratio) => Some(self.ratio() >= ratio),
            Target::AtMost(ratio) => Some(self.ratio() <= ratio),
            Target::Within(most) => Some(self.ours() <= most),
            Target::Shown => None,
        }
    }

    fn cells(&self) -> [String; 6] {
        let (limit, ratio) = match self.limits.is_empty() {
            true => ("–".to_owned(), "–".to_owned()),
            false => (self.unit.show(self.limit()), format!("{:.2}", self.ratio())),
        };
        let target = match self.target {
            Target::AtLeast(ratio) => format!("≥ {ratio}"),
            Target::AtMost(ratio) => format!("≤ {ratio}"),
            Target::Within(most) => format!("≤ {}", self.unit.show(most)),
            Target::Shown => "–".to_owned(),
        };
        let reached = self.is_reached().map_or("", |reached| if reached { "yes" } else { "no" });
        [
            if self.limit == "–" { self.what.to_owned() } else { format!("{} ⁄ {}", self.what, self.limit) },
            self.unit.show(self.ours()),
            limit,
            ratio,
            target,
            reached.to_owned(),
        ]
    }
}

impl Unit {
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::PerSecond if value >= 100.0 => format!("{value:.0}/s"),
            Self::PerSecond => format!("{value:.1}/s"),
            Self::Milliseconds if value >= 10.0 => format!("{value:.1} ms"),
            Self::Milliseconds => format!("{value:.2} ms"),
            Self::Bytes => format!("{value:.0} B"),
        }
    }
}

/// Where it was found, in a line.
pub(crate) fn machine() -> anyhow::Result<String> {
    let cores = available_parallelism()?;
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim()));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Ok(format!("{cores} cores ({}), Linux {}\n", model.unwrap_or("unknown"), kernel.trim()))
}

/// The table of rows and their limits.
pub(crate) fn table(rows: &[Row]) -> String {
    let head = ["what ⁄ limit, of the same run", "ours", "limit", "ratio", "target", "reached"].map(str::to_owned);
    aligned(&std::iter::once(head).chain(rows.iter().map(Row::cells)).collect::<Vec<_>>())
}

/// A table for each curve, in one.
pub(crate) fn curves(curves: &[Curve]) -> String {
    let head = ["what", "with", "is"].map(str::to_owned);
    let lines = curves.iter().flat_map(|curve| {
        let cells = |at, value| [curve.what.to_owned(), format!("{at} {}", curve.of), curve.unit.show(value)];
        curve.points.iter().map(move |point| cells(point.at, point.value))
    });
    aligned(&std::iter::once(head).chain(lines).collect::<Vec<_>>())
}

/// Markdown that is aligned for a terminal.
fn aligned<const COLUMNS: usize>(lines: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(widths) {
            write!(text, "| {cell:<width$} ").expect("a string takes every write");
        }
        text.push_str("|\n");
        if at == 0 {
            for width in widths {
                write!(text, "|{:-<1$}", "", width + 2).expect("a string takes every write");
            }
            text.push_str("|\n");
        }
    }
    text
}
