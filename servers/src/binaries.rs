//! Finds the servers' programs. Debian and Ubuntu keep those of Postgres off the PATH, in a folder per version.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Result};

const REDIS: Package = Package { name: "redis-server", least: 7 };
const POSTGRES: Package = Package { name: "postgresql", least: 15 };

/// The programs of one Postgres version.
#[derive(Debug, Clone)]
pub struct Postgres {
    /// Creates a cluster.
    pub initdb: PathBuf,
    /// The server.
    pub postgres: PathBuf,
}

struct Package {
    name: &'static str,
    least: u32,
}

/// Finds `redis-server` on the PATH.
///
/// # Errors
/// Names the package when it is missing or too old.
pub fn redis_server() -> Result<PathBuf> {
    let folders = search_path();
    newest("redis-server", &folders, &REDIS)
}

/// Finds Postgres: on the PATH, where `pg_config` says, or the newest of `/usr/lib/postgresql`.
///
/// # Errors
/// Names the package when it is missing or too old.
pub fn postgres() -> Result<Postgres> {
    let mut folders = search_path();
    folders.extend(pg_config_bindir());
    folders.extend(versions_of_debian());
    let postgres = newest("postgres", &folders, &POSTGRES)?;
    let initdb = postgres.with_file_name("initdb");
    if initdb.is_file() {
        Ok(Postgres { initdb, postgres })
    } else {
        Err(Error::Missing { program: "initdb", package: POSTGRES.name, least: POSTGRES.least })
    }
}

fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

fn versions_of_debian() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    versions.flatten().map(|version| version.path().join("bin")).collect()
}

/// The newest `program` in `folders`; of equals the first.
fn newest(program: &'static str, folders: &[PathBuf], package: &Package) -> Result<PathBuf> {
    let candidates = folders.iter().map(|folder| folder.join(program)).filter(|candidate| candidate.is_file());
    let mut newest: Option<(u32, PathBuf)> = None;
    for candidate in candidates {
        if let Some(major) = major_version(&candidate)
            && newest.as_ref().is_none_or(|(most, _)| major > *most)
        {
            newest = Some((major, candidate));
        }
    }
    match newest {
        None => Err(Error::Missing { program, package: package.name, least: package.least }),
        Some((found, program)) if found < package.least => {
            Err(Error::TooOld { program, package: package.name, found, least: package.least })
        }
        Some((_, program)) => Ok(program),
    }
}

fn major_version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg(OsStr::new("--version")).output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `Redis server v=7.0.15 sha=…` and `postgres (PostgreSQL) 15.13 (Debian …)`.
fn parse_major(version: &str) -> Option<u32> {
    let word = version.split([' ', '=']).find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    word.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn pretend(folder: &Path, program: &str, says: &str) {
        let path = folder.join(program);
        fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn reads_the_major_version() {
        assert_eq!(parse_major("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"), Some(7));
        assert_eq!(parse_major("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("command not found"), None);
    }

    #[test]
    fn names_the_package_of_a_missing_program() {
        let error = newest("redis-server", &[], &REDIS).unwrap_err();
        assert_eq!(
            error.to_string(),
            "redis-server is not installed; Debian and Ubuntu have it in the package `redis-server` (redis-server >= 7)"
        );
    }

    #[test]
    fn refuses_an_old_program_and_prefers_the_newest() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        pretend(old.path(), "postgres", "postgres (PostgreSQL) 13.9");
        let folders = [old.path().to_owned(), new.path().to_owned()];
        assert!(matches!(newest("postgres", &folders, &POSTGRES), Err(Error::TooOld { found: 13, .. })));
        pretend(new.path(), "postgres", "postgres (PostgreSQL) 16.2");
        assert_eq!(newest("postgres", &folders, &POSTGRES).unwrap(), new.path().join("postgres"));
    }
}
