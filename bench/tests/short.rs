//! The benchmarks work. How fast anything is, is not for a test.

use std::process::Command;

/// Runs one in its short form, and returns what it writes and the picture that it draws.
#[expect(clippy::unwrap_used, reason = "this is a part of the tests")]
fn short(what: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    let run = bench.args([what, "--short", "--to"]).arg(folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let name = if what == "table" { "results" } else { what };
    let read = |end| std::fs::read_to_string(folder.path().join(name).with_extension(end)).unwrap();
    assert!(String::from_utf8_lossy(&run.stdout).contains(&read("md")));
    (read("md"), read("svg"))
}

#[test]
fn every_row_of_the_table_is_measured_beside_its_limit() {
    let (table, picture) = short("table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.contains('⁄') && !line.contains("what ⁄"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 12, "{table}");
    for row in &rows {
        // In so short a time nothing may come to its end: then it is 0.
        assert!(row[4].parse::<f64>().is_ok_and(f64::is_finite), "{row:?}");
    }
    assert!(picture.contains("replay of orders"));
}

#[test]
fn every_curve_has_its_points() {
    let (table, picture) = short("curves");
    for point in ["256 connections", "8000 aggregates", "4 processes"] {
        assert!(table.contains(point) && picture.contains(point), "{point} in {table}");
    }
}
