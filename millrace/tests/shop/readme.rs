//! The README's journey, word for word.

use std::process::Command;

use crate::running::{Shop, repository};

/// The shell blocks between the two marks.
fn journey() -> String {
    let page = repository("README.md");
    let journey = page.split("<!-- journey -->").nth(1).expect("the README marks its journey");
    let blocks = journey.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    blocks.collect()
}

/// Walks the journey in a shop that is elsewhere than the README says.
pub(crate) fn walk(shop: &str, variables: &[(&str, String)]) {
    let folder = tempfile::tempdir().unwrap();
    let steps = journey().replace("http://127.0.0.1:8080", shop);
    assert!(steps.contains("XRANGE"), "the journey ends in the log");
    let binaries = std::path::Path::new(crate::running::MILLRACE).parent().unwrap();
    let steps = steps.replace("target/debug/", &format!("{}/", binaries.display()));
    let walked = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &steps])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
    assert!(walked.status.success(), "{out}\n{err}");
    for expected in [r#""status":"confirmed""#, r#""available":9"#, "1-0", "order.placed", "2-0", "order.confirmed"] {
        assert!(out.contains(expected), "{expected} is missing in\n{out}\n{err}");
    }
}

#[test]
fn the_journey_of_the_readme_works_to_the_letter() {
    let mut shop = Shop::open();
    walk(&shop.url(), &[("MILLRACE_DATA_DIR", shop.data_dir().display().to_string())]);
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_of_the_readme_works_on_a_cluster_too() {
    let mut shop = Shop::on_a_cluster().await;
    // redis-cli asks one node, and goes on to the others from there.
    let node = shop.cluster.as_ref().map(|cluster| cluster.nodes[0].url()).unwrap();
    let data_dir = shop.data_dir().display().to_string();
    walk(&shop.url(), &[("MILLRACE_DATA_DIR", data_dir), ("REDIS_URL", node)]);
    shop.stop();
}
