//! The guide that adds an aggregate is true: applied to a copy of the repository it builds, and its tests pass.
//!
//! The copy and what is built of it lie under the target folder and stay there, so that another run builds what has
//! changed. Dependencies are those that are built already.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use test_kit::migrations::{migrate_from, root, search_path};
use tokio::process::Command;

const PAGE: &str = "docs/adding-an-aggregate.md";
/// What is no part of the sources.
const LEFT_OUT: [&str; 4] = ["target", ".git", "node_modules", ".millrace"];
/// How long building and running may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// How much is told of what went wrong.
const TOLD: usize = 80;

/// A block of the page that names a file.
struct Block {
    /// Where it begins.
    line: usize,
    file: String,
    text: String,
    /// Whether it changes a file, rather than being one.
    changes: bool,
}

/// The blocks of the page: each opening fence with a path behind the language.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let text: String = text.flat_map(|line| [line, "\n"]).collect();
        if let Some((language, file)) = info.split_once(' ') {
            let (file, changes) = (file.to_owned(), language == "diff");
            blocks.push(Block { line: number + 1, file, text, changes });
        }
    }
    blocks
}

impl Block {
    /// Applies it to the sources.
    fn apply(&self, files: &mut BTreeMap<String, Vec<u8>>) {
        let Self { line, file, text, changes } = self;
        let here = format!("{PAGE}, line {line}, {file}");
        if !changes {
            let before = files.insert(file.clone(), text.clone().into_bytes());
            assert!(before.is_none(), "{here}: the page makes this file, and it is there already");
            return;
        }
        let side = |other: char| -> String {
            let kept = text.lines().filter(|line| !line.starts_with(other));
            kept.flat_map(|line| [line.get(1..).unwrap_or(""), "\n"]).collect()
        };
        let (before, after) = (side('+'), side('-'));
        let source = files.get(file).unwrap_or_else(|| panic!("{here}: there is no such file to change"));
        let source = String::from_utf8(source.clone()).unwrap();
        let found = source.matches(&before).count();
        assert_eq!(found, 1, "{here}: these lines should be in it once:\n{before}");
        files.insert(file.clone(), source.replacen(&before, &after, 1).into_bytes());
    }
}

/// Every file of the repository below a folder.
fn sources(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if LEFT_OUT.contains(&name) {
            continue;
        }
        if path.is_dir() {
            sources(&path, root, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// Makes a folder hold these files and no others. What is as it should be is not touched, and not built again.
fn lay_out(files: &BTreeMap<String, Vec<u8>>, copy: &Path) {
    let mut there = BTreeMap::new();
    fs::create_dir_all(copy).unwrap();
    sources(copy, copy, &mut there);
    for name in there.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(copy.join(name)).unwrap();
    }
    for (name, text) in files.iter().filter(|(name, text)| there.get(*name) != Some(text)) {
        let path = copy.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let from = root().join(name);
        if let Ok(original) = fs::metadata(from) {
            fs::set_permissions(&path, original.permissions()).unwrap();
        }
    }
}

/// Gives the copy the dependencies that are built already. Without them it builds its own.
async fn lend_dependencies(built: &Path, own: &Path) {
    if own.exists() || !built.join("deps").exists() {
        return;
    }
    fs::create_dir_all(own).unwrap();
    // Libraries are linked, since nobody writes into them; what cargo notes of them is copied.
    for (how, folder) in [("-al", "deps"), ("-a", "build"), ("-a", ".fingerprint")] {
        let copied = Command::new("cp").arg(how).arg(built.join(folder)).arg(own).status().await;
        if !copied.is_ok_and(|status| status.success()) {
            fs::remove_dir_all(own).unwrap();
            return;
        }
    }
}

/// Runs tests in the copy: so many, since a filter that finds nothing goes well too.
async fn cargo(copy: &Path, target: &Path, database: &str, arguments: &[&str], count: usize) {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap());
    cargo.args(arguments).current_dir(copy).env("CARGO_TARGET_DIR", target).kill_on_drop(true);
    // Queries are held against the migrations of the copy.
    cargo.env("SQLX_OFFLINE", "false").env("DATABASE_URL", database);
    // What cargo tells the processes that it runs about this package is not about that one.
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("CARGO_") && name != "CARGO_HOME") {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_TERM_COLOR", "never");
    let output = tokio::time::timeout(PATIENCE, cargo.stdin(Stdio::null()).output()).await;
    let command = arguments.join(" ");
    let output = output.unwrap_or_else(|_| panic!("`cargo {command}` took longer than {PATIENCE:?}")).unwrap();
    let said = [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    let last = said.lines().filter(|line| !line.trim_start().starts_with("Compiling")).collect::<Vec<_>>();
    let last = last[last.len().saturating_sub(TOLD)..].join("\n");
    assert!(output.status.success(), "with {PAGE} applied, `cargo {command}` fails in {}:\n{last}", copy.display());
    let passed = said.lines().filter(|line| line.starts_with("test ") && line.ends_with("... ok")).count();
    assert_eq!(passed, count, "with {PAGE} applied, `cargo {command}` ran other tests than it should:\n{last}");
}

#[tokio::test]
async fn the_page_that_adds_an_aggregate_builds_and_its_tests_pass() {
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let mut files = BTreeMap::new();
    sources(&root(), &root(), &mut files);
    blocks(&page).iter().for_each(|block| block.apply(&mut files));
    // The guide of the copy is not tried again there.
    files.remove("test-kit/tests/guide.rs");

    let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned();
    let (copy, target) = (built.join("guide/workspace"), built.join("guide/target"));
    lay_out(&files, &copy);
    lend_dependencies(&built.join("debug"), &target.join("debug")).await;
    let database = test_kit::database().await;
    migrate_from(&copy, database.url()).await;
    let separator = if database.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}options=-csearch_path%3D{}", database.url(), search_path(&copy));

    // All crates are selected, so that dependencies have the features that they were built with.
    let tests = ["wishlist", "every_stored_event", "every_event_type", "streams_md", "every_operation_has_a_row"];
    let of_workspace = ["test", "--workspace", "--test", "golden", "--test", "shop", "--"];
    cargo(&copy, &target, &url, &[&of_workspace[..], &tests].concat(), tests.len()).await;
    cargo(&copy, &target, &url, &["test", "--package", "domain", "--lib", "--", "wishlist", "aggregate"], 4).await;
}
