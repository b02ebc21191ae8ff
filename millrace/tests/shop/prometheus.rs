//! What an operator on call looks at, asked of a real Prometheus with the project's own configuration: every expression of every
//! dashboard and rule has data of a shop that works, and a consumer that stops is told.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use reqwest::Url;
use serde_json::Value;

use crate::{
    browser::find,
    crash::{begin_rehearsal, history},
    dead_letters::run,
    running::{PATIENCE, Shop, repository},
    services::Apart,
};

pub(crate) const DASHBOARDS: [&str; 4] = ["overview", "commands", "consumers", "shop"];

/// A Prometheus that watches one shop.
struct Prometheus {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    /// Starts one that watches these listeners, by job. `None`, said loudly, where there is none; in CI there has to be one.
    #[expect(clippy::print_stdout, reason = "whoever runs the tests is to hear of it")]
    async fn watch(targets: &[(&str, String)]) -> Option<Self> {
        let Some(program) = find("prometheus") else {
            assert!(std::env::var_os("CI").is_none(), "CI has Prometheus: ops/install-prometheus");
            println!("SKIPPED: there is no prometheus on the PATH (ops/install-prometheus)");
            return None;
        };
        let (port, folder) = (test_kit::free_port(), tempfile::tempdir().unwrap());
        configure(folder.path(), targets);
        let process = Command::new(program)
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(["--log.level=error", "--storage.tsdb.retention.size=100MB"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let prometheus = Self { process, url: format!("http://127.0.0.1:{port}"), _folder: folder };
        let ready = async || {
            let answer = reqwest::get(format!("{}/-/ready", prometheus.url)).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        test_kit::eventually("Prometheus is ready", PATIENCE, ready).await;
        Some(prometheus)
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let url = Url::parse_with_params(&format!("{}/api/v1/{path}", self.url), parameters).unwrap();
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(answer["status"], "success", "{parameters:?}: {answer}");
        answer["data"].clone()
    }

    /// Whether there is a series that has the labels by which it is shown.
    async fn has_data(&self, Shown { expression, labels }: &Shown) -> bool {
        let data = self.ask("query", &[("query", expression)]).await;
        let mut series = data["result"].as_array().unwrap().iter();
        series.any(|series| labels.iter().all(|label| series["metric"][label].is_string()))
    }

    async fn rules(&self) -> Vec<Value> {
        let data = self.ask("rules", &[]).await;
        let groups = data["groups"].as_array().unwrap();
        groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).cloned().collect()
    }

    /// Waits until this alert is firing or not, of this consumer.
    async fn tells(&self, alert: &str, group: Option<&str>, firing: bool) {
        let told = async || {
            let data = self.ask("alerts", &[]).await;
            let mut alerts = data["alerts"].as_array().unwrap().iter();
            alerts.any(|found| {
                assert!(!found["annotations"].to_string().contains("error expanding"), "{found}");
                let labels = &found["labels"];
                labels["alertname"] == alert && labels["group"].as_str() == group && found["state"] == "firing"
            }) == firing
        };
        let what = format!("{alert} {}", if firing { "is firing" } else { "is over" });
        test_kit::eventually(&what, PATIENCE, told).await;
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The project's configuration in a folder of its own: these targets, and seconds instead of minutes. That an alert waits as long
/// as it says, and looks back as far, is tried by promtool (ops/prometheus/tests).
fn configure(folder: &Path, targets: &[(&str, String)]) {
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write("prometheus.yml", repository("ops/prometheus/prometheus.yml").replace("15s", "1s"));
    write("rules.yml", repository("ops/prometheus/rules.yml"));
    let shortened = |line: &str| match line.split_once("for: ") {
        Some((indent, _)) if indent.trim().is_empty() => format!("{indent}for: 1s\n"),
        _ => format!("{}\n", line.replace("[5m]", "[10s]")),
    };
    write("alerts.yml", repository("ops/prometheus/alerts.yml").lines().map(shortened).collect());
    fs::create_dir(folder.join("targets")).unwrap();
    for (job, address) in targets {
        write(&format!("targets/{job}.yml"), format!("- targets: ['{}']\n", address.trim_start_matches("http://")));
    }
}

/// Every panel of a dashboard.
pub(crate) fn panels(dashboard: &str) -> Vec<Value> {
    let dashboard: Value =
        serde_json::from_str(&repository(&format!("ops/grafana/dashboards/{dashboard}.json"))).unwrap();
    dashboard["panels"].as_array().unwrap().clone()
}

/// An expression, and the labels by which its series are told apart.
#[derive(Debug)]
struct Shown {
    expression: String,
    labels: Vec<String>,
}

/// What dashboards show, with all consumers and instances chosen.
fn shown() -> impl Iterator<Item = Shown> {
    let panels = DASHBOARDS.into_iter().flat_map(panels);
    let targets = panels.flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    targets.map(|target| {
        let expression = target["expr"].as_str().unwrap().replace("$__rate_interval", "30s");
        let expression = expression.replace("$group", ".*").replace("$instance", ".*");
        assert!(!expression.contains('$'), "{expression}");
        let legend = target["legendFormat"].as_str().unwrap();
        let labels = legend.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap().to_owned());
        Shown { expression, labels: labels.collect() }
    })
}

/// The metrics that an expression names. What is in braces, brackets and after `by` or `on` are labels and times.
fn metrics(expression: &str) -> BTreeSet<String> {
    let mut bare = String::new();
    let mut depth = 0;
    for letter in expression.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    for clause in ["by (", "on (", "group_right ("] {
        while let Some(start) = bare.find(clause) {
            let end = start + bare[start..].find(')').unwrap();
            bare.replace_range(start..=end, " ");
        }
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut names = BTreeSet::new();
    let mut rest = bare.as_str();
    while let Some(start) = rest.find(is_name) {
        let end = rest[start..].find(|c| !is_name(c)).map_or(rest.len(), |length| start + length);
        let (name, after) = (&rest[start..end], rest[end..].trim_start());
        let is_word = ["and", "or", "unless"].contains(&name) || name.starts_with(|c: char| c.is_ascii_digit());
        if !is_word && !after.starts_with('(') {
            names.insert(name.to_owned());
        }
        rest = &rest[end..];
    }
    names
}

#[test]
fn metrics_are_found_in_an_expression() {
    let expression =
        r#"sum by (job) (rate(http_requests_total{status=~"5.."}[5m])) / on (job) job:x:rate5m > 0.1 and up == 1"#;
    assert_eq!(metrics(expression), ["http_requests_total", "job:x:rate5m", "up"].map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_expression_of_dashboards_and_rules_has_data_and_a_consumer_that_is_paused_is_told() {
    let mut shop = Shop::open();
    let Some(prometheus) = Prometheus::watch(&[("up", shop.ops_url())]).await else { return };
    let rehearsal = begin_rehearsal(&shop, history(40));

    let rules = prometheus.rules().await;
    let recorded = rules.iter().filter(|rule| rule["type"] == "recording");
    let recorded = recorded.map(|rule| Shown { expression: rule["name"].as_str().unwrap().to_owned(), labels: vec![] });
    let mut silent: Vec<_> = recorded.chain(shown()).collect();
    assert!(silent.len() > 50, "rules and dashboards are found");
    let all_speak = async || {
        let mut still = Vec::new();
        for shown in std::mem::take(&mut silent) {
            if !prometheus.has_data(&shown).await {
                still.push(shown);
            }
        }
        silent = still;
        silent.is_empty()
    };
    let spoken = tokio::time::timeout(PATIENCE, test_kit::eventually("all speak", 2 * PATIENCE, all_speak)).await;
    assert!(spoken.is_ok(), "without data: {silent:#?}");

    let names = prometheus.ask("label/__name__/values", &[]).await;
    for rule in prometheus.rules().await {
        assert_eq!(rule["health"], "ok", "{rule}");
        for metric in metrics(rule["query"].as_str().unwrap()) {
            assert!(names.as_array().unwrap().contains(&Value::from(metric.as_str())), "{metric} of {}", rule["name"]);
        }
    }
    assert!(rehearsal.await.unwrap().unwrap().reconciles());

    prometheus.tells("ConsumerPaused", Some("orders_g1"), false).await;
    assert!(run(&shop, "consumers pause orders_g1 --reason rehearsal").0);
    prometheus.tells("ConsumerPaused", Some("orders_g1"), true).await;
    assert!(run(&shop, "consumers resume orders_g1").0);
    prometheus.tells("ConsumerPaused", Some("orders_g1"), false).await;
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_that_are_dead_read_as_lag_and_not_as_silence() {
    let mut shop = Apart::open(&[]).await;
    let Some(prometheus) = Prometheus::watch(&shop.operations()).await else { return };
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 20).await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");

    shop.stop("projectors");
    buyer.order(&product, 1).await;

    prometheus.tells("ProjectorsDown", None, true).await;
    for alert in ["FeedsUnowned", "ConsumerStuck"] {
        prometheus.tells(alert, Some("order-fulfilment"), true).await;
    }
}
