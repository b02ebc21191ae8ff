//! Describes every checked query anew, in `.sqlx`: needed after a query or a migration has changed.
//!
//! Builds go by these files, so that they need no database. Run it as `make queries`.

use std::{
    env, fs,
    path::Path,
    process::{Command, ExitCode},
};

use test_kit::migrations::{migrate, root, search_path};

/// The crates that hold SQL.
const CRATES: [&str; 2] = ["projectors", "query-api"];

#[tokio::main]
async fn main() -> ExitCode {
    let database = test_kit::database().await;
    migrate(database.url()).await;
    let folder = root().join(".sqlx");
    fs::remove_dir_all(&folder).expect("the descriptions are committed");
    fs::create_dir(&folder).expect("the folder was just removed");
    for name in CRATES {
        touch(&root().join(name).join("src"));
    }
    // The whole workspace, since cargo would build the dependencies of some of its crates anew, with fewer features.
    let cargo = env::var_os("CARGO").expect("cargo runs this");
    let mut check = Command::new(cargo);
    check.args(["check", "--workspace", "--all-targets"]).current_dir(root()).env("SQLX_OFFLINE", "false");
    let separator = if database.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}options=-csearch_path%3D{}", database.url(), search_path(&root()));
    check.env("DATABASE_URL", url).env("SQLX_OFFLINE_DIR", &folder);
    match check.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

/// Makes cargo look at a crate again.
fn touch(folder: &Path) {
    let library = folder.join("lib.rs");
    let text = fs::read(&library).expect("every crate has one");
    fs::write(&library, text).expect("the sources can be written");
}
