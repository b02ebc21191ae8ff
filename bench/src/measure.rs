//! Rates and times, measured in turns: whatever else the machine does, it does to both sides of a ratio.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

/// How much of everything is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    /// How often each side is measured, in turn.
    pub(crate) rounds: usize,
    /// For how long a rate is measured each time.
    pub(crate) during: Duration,
    /// Events of the log that projections and replays go through.
    pub(crate) events: usize,
    /// Requests whose times are looked at one by one.
    pub(crate) samples: usize,
}

impl Amount {
    /// A few minutes altogether.
    pub(crate) const FULL: Self = Self { rounds: 5, during: Duration::from_secs(2), events: 250_000, samples: 500 };
    /// Whether it works.
    pub(crate) const SHORT: Self = Self { rounds: 1, during: Duration::from_millis(200), events: 2_000, samples: 10 };
}

/// How many times a second `one` comes to its end, with so many always under way. The first quarter does not count.
///
/// `one` is told which of those under way it is, from 0.
pub(crate) async fn rate(
    during: Duration,
    under_way: usize,
    one: impl AsyncFn(usize) -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    let (count, counting, over) = (AtomicU64::new(0), AtomicBool::new(false), AtomicBool::new(false));
    let work = try_join_all((0..under_way).map(async |which| {
        while !over.load(Ordering::Relaxed) {
            one(which).await?;
            count.fetch_add(u64::from(counting.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
        anyhow::Ok(())
    }));
    let watch = async {
        tokio::time::sleep(during / 4).await;
        counting.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        tokio::time::sleep(during).await;
        let counted = count.load(Ordering::Relaxed);
        over.store(true, Ordering::Relaxed);
        anyhow::Ok(counted as f64 / begun.elapsed().as_secs_f64())
    };
    let (rate, _) = tokio::try_join!(watch, work)?;
    Ok(rate)
}

/// Measures both in turns, each first as often as the other.
pub(crate) async fn in_turns(
    rounds: usize,
    mut ours: impl AsyncFnMut() -> anyhow::Result<f64>,
    mut limit: impl AsyncFnMut() -> anyhow::Result<f64>,
) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let (mut of_ours, mut of_limit) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        if round % 2 == 0 {
            of_ours.push(ours().await?);
            of_limit.push(limit().await?);
        } else {
            of_limit.push(limit().await?);
            of_ours.push(ours().await?);
        }
    }
    Ok((of_ours, of_limit))
}

/// The value that `share` of all do not exceed.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).ceil() as usize).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_odd_number_is_the_one_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn the_last_hundredth_is_the_worst_of_few() {
        assert_eq!(quantile(&[1.0, 2.0, 9.0], 0.99), 9.0);
    }
}
