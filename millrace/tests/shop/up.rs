//! `millrace up`: starts, stops, keeps, and stays out of others' way.

use std::{fs, os::unix::fs::PermissionsExt, os::unix::process::CommandExt, path::Path, process::Command};

use nix::{
    sys::signal::kill,
    unistd::{Pid, Uid, User},
};

use crate::{
    customer::{Customer, PASSWORD},
    running::{MILLRACE, PATIENCE, Shop},
};

#[tokio::test]
async fn data_and_sessions_survive_a_stop_and_a_start() {
    let mut shop = Shop::open();
    let seller = shop.customer("anna").await;
    let product = seller.sell("Anna's lanterns", 10).await;
    shop.at_rest().await;
    shop.stop();
    shop.start();
    // The access token of before is still good: the signing keys are kept.
    let stock = seller.get_json(&format!("/api/inventory/{product}")).await;
    assert_eq!(stock["on_hand"], 10);
    Customer::log_in(&shop.url(), "anna@example.com", PASSWORD).await;
    shop.stop();
}

#[tokio::test]
async fn a_stop_leaves_no_server_behind() {
    let mut shop = Shop::open();
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut shop.operator().await).await.unwrap();
    let redis: i32 = info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap().trim().parse().unwrap();
    let postmaster = fs::read_to_string(shop.data_dir().join("postgres/postmaster.pid")).unwrap();
    let postgres: i32 = postmaster.lines().next().unwrap().trim().parse().unwrap();
    shop.stop();
    for server in [redis, postgres] {
        assert!(kill(Pid::from_raw(server), None).is_err(), "process {server} is still there");
    }
}

#[tokio::test]
async fn two_shops_run_side_by_side() {
    let (mut one, mut two) = (Shop::open(), Shop::open());
    one.customer("anna").await;
    let nobody = Customer::anonymous(&two.url());
    let body = serde_json::json!({ "email": "anna@example.com", "password": PASSWORD });
    assert_eq!(nobody.post("/api/auth/login", body).await.status(), 401, "accounts are not shared");
    one.stop();
    two.stop();
}

#[test]
fn a_second_shop_in_the_same_folder_is_refused_with_a_reason() {
    let mut shop = Shop::open();
    let port = test_kit::free_port().to_string();
    let second = shop
        .command()
        .args(["up", "--port", &port, "--ops-port", &test_kit::free_port().to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && said.contains("in use"), "{said}");
    shop.stop();
}

#[test]
fn a_port_that_is_taken_is_refused_before_anything_starts() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let mut command = Command::new(MILLRACE);
    command
        .arg("up")
        .arg("--port")
        .arg(taken.local_addr().unwrap().port().to_string())
        .arg("--data-dir")
        .arg(&data_dir);
    let refused = command.output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("cannot listen on 127.0.0.1"));
    assert!(!data_dir.exists(), "nothing was started");
}

#[tokio::test]
async fn the_process_says_when_it_is_ready_and_what_it_measures() {
    let mut shop = Shop::open();
    test_kit::eventually("everything is well", PATIENCE, async || shop.is_ready().await).await;
    let measures = async || {
        let metrics = reqwest::get(format!("{}/metrics", shop.ops_url())).await.unwrap().text().await.unwrap();
        metrics.contains("consumer_events_total")
    };
    test_kit::eventually("consumers measure what they do", PATIENCE, measures).await;
    assert_eq!(
        reqwest::get(format!("{}/metrics", shop.url())).await.unwrap().status(),
        404,
        "never on the public port"
    );
    shop.stop();
}

#[tokio::test]
async fn doctor_finds_a_running_shop_well_and_a_stopped_one_not() {
    let mut shop = Shop::open();
    // A shop answers a moment before its consumers hold their feeds.
    let well = async || shop.command().arg("doctor").output().unwrap().status.success();
    test_kit::eventually("doctor finds the shop well", PATIENCE, well).await;
    shop.stop();
    let stopped = shop.command().arg("doctor").output().unwrap();
    assert_eq!(stopped.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&stopped.stdout).contains("FAIL"));
}

/// Root starts Postgres as somebody else; here the whole shop runs as that somebody.
#[test]
fn an_ordinary_user_can_run_it() {
    let folder = tempfile::tempdir().unwrap();
    let (binary, data_dir) = (folder.path().join("millrace"), folder.path().join("data"));
    fs::copy(MILLRACE, &binary).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(&data_dir).unwrap();
    let mut command = Command::new(&binary);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    if Uid::effective().is_root() {
        let user = ordinary_user();
        std::os::unix::fs::chown(&data_dir, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    up_and_down(command, &data_dir);
}

#[test]
fn root_can_run_it_in_a_folder_that_no_other_user_can_enter() {
    if !Uid::effective().is_root() {
        println!("SKIPPED: only root can try how it runs as root");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data_dir = folder.path().join("data");
    let printed = up_and_down(Command::new(MILLRACE), &data_dir);
    let note = printed.iter().find(|line| line.starts_with("note")).expect("it says where the data went");
    let elsewhere = note.split_whitespace().find(|word| word.starts_with("/var/lib/millrace/")).unwrap();
    fs::remove_dir_all(elsewhere.trim_end_matches(['.', ',', ';', ':'])).unwrap();
}

fn ordinary_user() -> User {
    let names = ["postgres", "nobody"];
    names.iter().find_map(|name| User::from_name(name).unwrap()).expect("every system has nobody")
}

/// Starts a shop by this command, asks it for products, and stops it in order.
fn up_and_down(mut command: Command, data_dir: &Path) -> Vec<String> {
    use std::io::{BufRead, BufReader};
    let (port, ops_port) = (test_kit::free_port().to_string(), test_kit::free_port().to_string());
    command.env_remove("REDIS_URL").env_remove("DATABASE_URL").env("MILLRACE_LOG", "error");
    command.args(["up", "--demo", "--port", &port, "--ops-port", &ops_port, "--data-dir"]).arg(data_dir);
    let mut process = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut printed = Vec::new();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        let ready = line.starts_with("ready");
        printed.push(line);
        if ready {
            break;
        }
    }
    kill(Pid::from_raw(i32::try_from(process.id()).unwrap()), nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(process.wait().unwrap().success(), "{printed:#?}");
    assert!(printed.last().is_some_and(|line| line.starts_with("ready")), "{printed:#?}");
    printed
}
