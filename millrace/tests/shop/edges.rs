//! Crates depend on one another as `docs/architecture.md` says, and in no other way.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

use crate::running::repository;

/// The lines `from -> to` of the fenced block under "Crates".
fn listed() -> BTreeSet<String> {
    let page = repository("docs/architecture.md");
    let edges = page.lines().map(str::trim).filter(|line| line.split(" -> ").count() == 2 && !line.contains('`'));
    edges.map(str::to_owned).collect()
}

fn declared() -> BTreeSet<String> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<_> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut edges = BTreeSet::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().unwrap() {
            let (from, to) = (package["name"].as_str().unwrap(), dependency["name"].as_str().unwrap());
            // Tests may use the test kit, and look at the log as an operator would.
            if ours.contains(to) && dependency["kind"].is_null() {
                edges.insert(format!("{from} -> {to}"));
            }
        }
    }
    edges
}

#[test]
fn every_edge_between_crates_is_one_that_the_architecture_lists() {
    assert_eq!(declared(), listed());
}
