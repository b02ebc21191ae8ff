//! What Linux says of this process, as metrics under the names that Prometheus' client libraries have for it.

use std::fmt::Write;
use std::fs::{read_dir, read_to_string};

/// What Linux counts the time of a process in, on every platform that Rust's standard library supports.
const TICKS_PER_SECOND: f64 = 100.0;

/// The lines of `GET /metrics` about the process, as of now. What the system does not tell is left out.
pub(crate) fn render() -> String {
    let mut lines = String::new();
    let mut add = |name: &str, kind: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            // A String takes whatever is written.
            let _ = writeln!(lines, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
    };
    let (stat, status) = (read("/proc/self/stat"), read("/proc/self/status"));
    // The name of the program may hold blanks, and ends with the last bracket.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // Numbered as in proc(5), where the first behind the bracket is 3.
    let ticks = |field: usize| Some(fields.get(field - 3)?.parse::<f64>().ok()? / TICKS_PER_SECOND);
    let cpu = ticks(14).zip(ticks(15)).map(|(user, system)| user + system);
    add("process_cpu_seconds_total", "counter", "Time of processors that the process has used", cpu);
    let rss = number_after(&status, "VmRSS:").map(|kib| kib * 1024.0);
    add("process_resident_memory_bytes", "gauge", "Memory that the process holds", rss);
    add("process_threads", "gauge", "Threads of the process", number_after(&status, "Threads:"));
    let open = read_dir("/proc/self/fd").ok().map(|files| files.count() as f64);
    add("process_open_fds", "gauge", "Files and sockets that the process has open", open);
    let most = number_after(&read("/proc/self/limits"), "Max open files");
    add("process_max_fds", "gauge", "Files and sockets that the process may have open", most);
    let booted = number_after(&read("/proc/stat"), "btime");
    let started = booted.zip(ticks(22)).map(|(booted, after)| booted + after);
    add("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970", started);
    lines
}

fn read(file: &str) -> String {
    read_to_string(file).unwrap_or_default()
}

/// The number that follows these words at the beginning of a line.
fn number_after(text: &str, words: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(words))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn tells_of_this_process() {
        let lines = render();
        let value = |name: &str| number_after(&lines, &format!("{name} ")).unwrap();
        assert!(value("process_resident_memory_bytes") > 1_000_000.0);
        assert!(value("process_threads") >= 1.0);
        assert!((1.0..=value("process_max_fds")).contains(&value("process_open_fds")));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        assert!((now - value("process_start_time_seconds")).abs() < 3600.0, "{lines}");
        assert!(value("process_cpu_seconds_total") >= 0.0);
    }
}
