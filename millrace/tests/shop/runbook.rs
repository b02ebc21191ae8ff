//! Alerts, their tests, the runbook and the dashboards fit together, and what the runbook has people type works.

use std::{collections::BTreeSet, path::Path, process::Command};

use clap::Parser;

use crate::{
    prometheus::{DASHBOARDS, panels},
    running::{MILLRACE, Shop, repository},
};

/// What follows this word at the beginning of a line.
fn after(text: &str, word: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix(word)).map(str::to_owned).collect()
}

fn alerts() -> BTreeSet<String> {
    after(&repository("ops/prometheus/alerts.yml"), "- alert: ")
}

#[test]
fn every_alert_has_its_section_of_the_runbook_and_every_section_its_alert() {
    let page = repository("docs/runbook.md");
    let (_, sections) = page.split_once("\n# Alerts\n").unwrap();
    let (sections, _) = sections.split_once("\n# Procedures\n").unwrap();
    assert_eq!(after(sections, "### "), alerts());
    let links = after(&repository("ops/prometheus/alerts.yml"), "runbook: docs/runbook.md#");
    assert_eq!(links, alerts().iter().map(|alert| alert.to_lowercase()).collect());
}

#[test]
fn every_alert_is_fired_by_one_test_and_kept_silent_by_another() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("ops/prometheus/tests");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let names = after(&files.collect::<String>(), "- name: ");
    for verb in ["fires", "is silent"] {
        let tried = names.iter().filter_map(|name| name.split_once(' ').filter(|(_, what)| what.starts_with(verb)));
        assert_eq!(tried.map(|(alert, _)| alert.to_owned()).collect::<BTreeSet<_>>(), alerts(), "{verb}");
    }
}

#[test]
fn panels_have_ids_of_their_own_and_say_what_is_normal() {
    for dashboard in DASHBOARDS {
        let (mut ids, panels) = (BTreeSet::new(), panels(dashboard));
        for panel in &panels {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{dashboard}: {} is there twice", panel["id"]);
            if panel["type"] != "row" {
                let described = ["title", "description"].iter().all(|key| panel[key].as_str() > Some(""));
                let unit = &panel["fieldConfig"]["defaults"]["unit"];
                assert!(described && unit.is_string() && panel["targets"].is_array(), "{dashboard}: {panel}");
            }
        }
    }
}

/// The blocks of the runbook in this language: what is in `sh` only looks, what is in `bash` does something.
fn blocks(language: &str) -> String {
    let page = repository("docs/runbook.md");
    let blocks = page.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_commands_of_the_runbook_that_change_something_are_understood() {
    let commands = blocks("bash");
    let lines = commands.lines().filter(|line| line.starts_with("millrace "));
    let mut understood = 0;
    for line in lines {
        let words = line.split('#').next().unwrap().split_whitespace();
        millrace::cli::Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        understood += 1;
    }
    assert!(understood > 5, "the blocks were found");
}

#[tokio::test]
async fn the_commands_of_the_runbook_that_only_look_work_to_the_letter() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 20).await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    let path = std::env::join_paths(
        std::iter::once(Path::new(MILLRACE).parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let example = "order=019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";
    let steps = blocks("sh");
    assert!(steps.contains(example));
    let looked = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &steps.replace(example, &format!("order={order}"))])
        .env("MILLRACE_DATA_DIR", shop.data_dir())
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&looked.stdout), String::from_utf8_lossy(&looked.stderr));
    assert!(looked.status.success(), "{out}\n{err}");
    assert!(out.contains("order.confirmed"), "{out}");
    assert!(!err.contains("ERROR"), "{err}");
    shop.stop();
}
