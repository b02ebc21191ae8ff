//! A real browser, by the W3C's WebDriver protocol: Chromium, which its own driver starts and ends.

use std::{
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use nix::sys::signal::{Signal, killpg};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::running::{PATIENCE, pid};

/// Nothing here goes out to the network by itself. A sandbox of its own is refused to root.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// One window of a browser that nobody has used before.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens it. `None`, said loudly, where there is no browser; in CI there has to be one.
    #[expect(clippy::print_stdout, reason = "whoever runs the tests is to hear of it")]
    pub(crate) async fn open() -> Option<Self> {
        let Some(program) = find("chromedriver") else {
            assert!(std::env::var_os("CI").is_none(), "CI has a browser: ops/install-browser");
            println!("SKIPPED: there is no chromedriver on the PATH (ops/install-browser)");
            return None;
        };
        let (port, profile) = (test_kit::free_port(), tempfile::tempdir().unwrap());
        let mut command = Command::new(program);
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let driver = command.spawn().unwrap();
        let client = Client::new();
        let ready = async || client.get(format!("http://127.0.0.1:{port}/status")).send().await.is_ok();
        test_kit::eventually("the driver answers", PATIENCE, ready).await;
        let flags: Vec<_> = FLAGS
            .into_iter()
            .map(str::to_owned)
            .chain([format!("--user-data-dir={}", profile.path().display())])
            .collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": flags } } } });
        let session = format!("http://127.0.0.1:{port}/session");
        let opened = client.post(&session).json(&wanted).send().await.unwrap().json::<Value>().await.unwrap();
        let Some(id) = opened["value"]["sessionId"].as_str() else { panic!("the browser does not start: {opened}") };
        Some(Self { driver, client, session: format!("{session}/{id}"), _profile: profile })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.client.request(method, format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let mut answer = request.send().await.unwrap().json::<Value>().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].take()
    }

    /// Opens a page, and waits until it is there.
    pub(crate) async fn visit(&self, url: &str) {
        self.ask(Method::POST, "/url", Some(json!({ "url": url }))).await;
    }

    /// What a script on the page comes to: the body of an async function of these arguments.
    pub(crate) async fn run(&self, script: &str, arguments: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (...given) => {{ {script} }})(...Array.from(arguments).slice(0, -1))
               .then(done, error => done({{ thrown: String(error) }}));"
        );
        self.ask(Method::POST, "/execute/async", Some(json!({ "script": script, "args": arguments }))).await
    }

    /// The cookies of the page that is open, with those that no script can read: names and values, sorted.
    pub(crate) async fn cookies(&self) -> Vec<(String, String)> {
        let cookies = self.ask(Method::GET, "/cookie", None).await;
        let text = |cookie: &Value, key| cookie[key].as_str().unwrap().to_owned();
        let mut cookies: Vec<_> =
            cookies.as_array().unwrap().iter().map(|cookie| (text(cookie, "name"), text(cookie, "value"))).collect();
        cookies.sort();
        cookies
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser is of the driver's group, and does not end with it.
        let _ = killpg(pid(&self.driver), Signal::SIGTERM);
        let _ = self.driver.wait();
    }
}

/// A program on the PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
