//! How much processor time processes have used, from `/proc`.

use std::fs;

use anyhow::Context;

/// The kernel counts in hundredths of a second (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process and the children that it has waited for have used, in seconds.
pub(crate) fn of_process(id: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).with_context(|| format!("process {id} has ended"))?;
    Ok(seconds(&stat).unwrap_or_default().1)
}

/// The same of a process and all its children, living or gone: what a Postgres is made of.
pub(crate) fn of_family(id: u32) -> anyhow::Result<f64> {
    let mut sum = of_process(id)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        // Processes come and go meanwhile.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        if let Some((parent, seconds)) = seconds(&stat)
            && parent == id
        {
            sum += seconds;
        }
    }
    Ok(sum)
}

/// The parent and the time of a line of `/proc/<id>/stat`, whose second field is a name in brackets.
fn seconds(stat: &str) -> Option<(u32, f64)> {
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields.get(11..15)?.iter().map(|field| field.parse::<f64>()).sum::<Result<f64, _>>().ok()?;
    Some((fields.get(1)?.parse().ok()?, ticks / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_confuses_nothing() {
        let stat = "7 (a (b) c) S 3 7 7 0 -1 0 0 0 0 0 100 50 25 25 20 0 1 0 0";
        assert_eq!(seconds(stat), Some((3, 2.0)));
    }
}
