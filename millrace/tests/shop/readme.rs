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

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_of_the_readme_works_to_the_letter() {
    walk(Shop::open());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_of_the_readme_works_on_a_cluster_too() {
    walk(Shop::on_a_cluster().await);
}

fn walk(mut shop: Shop) {
    let folder = tempfile::tempdir().unwrap();
    let steps = journey().replace("127.0.0.1:8080", &format!("127.0.0.1:{}", shop.port));
    assert!(steps.contains("XRANGE"), "the journey ends in the log");
    let binaries = std::path::Path::new(crate::running::MILLRACE).parent().unwrap();
    let steps = steps.replace("target/debug/", &format!("{}/", binaries.display()));
    let mut walk = Command::new("bash");
    if let Some(cluster) = &shop.cluster {
        // redis-cli asks one node, and goes on to the others from there.
        walk.env("REDIS_URL", cluster.nodes[0].url());
    }
    let walked = walk
        .args(["-euo", "pipefail", "-c", &steps])
        .env("MILLRACE_DATA_DIR", shop.data_dir())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
    assert!(walked.status.success(), "{out}\n{err}");
    for expected in [r#""status":"confirmed""#, r#""available":9"#, "1-0", "order.placed", "2-0", "order.confirmed"] {
        assert!(out.contains(expected), "{expected} is missing in\n{out}\n{err}");
    }
    shop.stop();
}
