//! What a rehearsal found out.

use std::{collections::BTreeMap, fmt, process::ExitCode, time::Duration};

use uuid::Uuid;

use super::{contract::Money, row::Invalid};

/// The most differences that are printed.
const DIFFERENCES_SHOWN: usize = 20;

/// What a rehearsal did, and whether the shop's books are in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Products listed.
    pub products: usize,
    /// Rows of the history in the period.
    pub rows: u64,
    /// How many of them could not be played, by reason.
    pub invalid: BTreeMap<Invalid, u64>,
    /// Every order that the shop has acknowledged, in the sequence of the plan.
    pub acknowledged: Vec<Uuid>,
    /// Those that were confirmed.
    pub confirmed: Vec<Uuid>,
    /// Those that were rejected.
    pub rejected: Vec<Uuid>,
    /// Those that nobody saw decided.
    pub undecided: Vec<Uuid>,
    /// How many of those that were confirmed were paid, shipped and delivered.
    pub delivered: usize,
    /// Returns that the shop took back.
    pub returned: usize,
    /// Returns of orders that were never delivered.
    pub unreturned: usize,
    /// What the provider took for delivered orders.
    pub captured_pence: u64,
    /// What went back for returns.
    pub refunded_pence: u64,
    /// Requests sent again after a 503 or a lost connection.
    pub retried: u64,
    /// From the first order to the last decision.
    pub took: Duration,
    /// From each order's acknowledgement to its decision, shortest first.
    pub waits: Vec<Duration>,
    /// Where the shop's answers and our books differ, as sentences.
    pub differences: Vec<String>,
}

impl Report {
    /// Whether every order was decided, and stock and money are what they should be.
    #[must_use]
    pub fn reconciles(&self) -> bool {
        self.differences.is_empty() && self.undecided.is_empty()
    }

    /// What the process should say of it: 1 when the books are not in order.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.reconciles() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn orders_per_second(&self) -> f64 {
        let decided = u32::try_from(self.waits.len()).unwrap_or(u32::MAX);
        f64::from(decided) / self.took.as_secs_f64().max(f64::EPSILON)
    }
}

/// The wait that so many percent of the sorted waits do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rows        {} read, {} invalid", self.rows, self.invalid.values().sum::<u64>())?;
        for (reason, rows) in &self.invalid {
            writeln!(f, "            {rows} {reason}")?;
        }
        writeln!(f, "products    {} listed", self.products)?;
        let (placed, confirmed, rejected) = (self.acknowledged.len(), self.confirmed.len(), self.rejected.len());
        writeln!(f, "orders      {placed} placed, {confirmed} confirmed, {rejected} rejected")?;
        writeln!(f, "            {} paid, shipped and delivered", self.delivered)?;
        if !self.undecided.is_empty() {
            writeln!(f, "            {} never decided: {}", self.undecided.len(), first(&self.undecided, 3))?;
        }
        writeln!(f, "returns     {} taken back, {} of orders never delivered", self.returned, self.unreturned)?;
        let (captured, refunded) = (Money::pence(self.captured_pence), Money::pence(self.refunded_pence));
        writeln!(f, "money       {captured} taken, {refunded} given back")?;
        writeln!(f, "requests    {} sent again", self.retried)?;
        writeln!(f, "rate        {:.1} orders/s over {:.1} s", self.orders_per_second(), self.took.as_secs_f64())?;
        if let (Some(half), Some(most)) = (percentile(&self.waits, 50), percentile(&self.waits, 99)) {
            writeln!(f, "decided     p50 {} ms, p99 {} ms after placing", half.as_millis(), most.as_millis())?;
        }
        if self.reconciles() {
            return writeln!(f, "books       stock and money reconcile");
        }
        writeln!(f, "books       do not reconcile; differences: {}", self.differences.len())?;
        for difference in self.differences.iter().take(DIFFERENCES_SHOWN) {
            writeln!(f, "            {difference}")?;
        }
        match self.differences.len().saturating_sub(DIFFERENCES_SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "            and {more} more"),
        }
    }
}

fn first(ids: &[Uuid], count: usize) -> String {
    let shown: Vec<_> = ids.iter().take(count).map(Uuid::to_string).collect();
    let more = if ids.len() > count { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(milliseconds: std::ops::RangeInclusive<u64>) -> Vec<Duration> {
        milliseconds.map(Duration::from_millis).collect()
    }

    #[test]
    fn a_percentile_is_a_wait_that_happened() {
        let hundred = waits(1..=100);
        assert_eq!(percentile(&hundred, 50), Some(Duration::from_millis(50)));
        assert_eq!(percentile(&hundred, 99), Some(Duration::from_millis(99)));
        assert_eq!(percentile(&waits(1..=3), 50), Some(Duration::from_millis(2)));
        assert_eq!(percentile(&waits(1..=3), 99), Some(Duration::from_millis(3)));
        assert_eq!(percentile(&waits(7..=7), 50), Some(Duration::from_millis(7)));
        assert_eq!(percentile(&[], 99), None);
    }

    #[test]
    fn prints_no_more_than_the_first_differences() {
        let differences = (1..=25).map(|n| format!("difference no. {n}")).collect();
        let printed = Report { differences, ..Report::default() }.to_string();
        assert!(printed.contains("do not reconcile; differences: 25\n"), "{printed}");
        assert!(printed.contains("difference no. 20\n            and 5 more\n"), "{printed}");
    }

    #[test]
    fn an_order_that_was_never_decided_does_not_reconcile() {
        let report = Report { undecided: vec![Uuid::nil()], ..Report::default() };
        assert!(!report.reconciles());
        assert!(report.to_string().contains("1 never decided: 00000000-"));
    }
}
