//! The user that the servers run as. Postgres refuses to run as root; for one rule instead of two, root runs neither.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use crate::{Error, Result};

/// Another user to run servers as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its login name.
    pub name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account that root runs servers as: `postgres`, or `nobody`. An ordinary user runs them as itself: `None`.
    ///
    /// # Errors
    /// [`Error::NoAccount`] when root finds neither.
    pub fn for_servers() -> Result<Option<Self>> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        let by_name = |name| User::from_name(name).ok().flatten();
        by_name("postgres").or_else(|| by_name("nobody")).map(|user| Some(user.into())).ok_or(Error::NoAccount)
    }

    /// Like [`Account::for_servers`], but once `folder` exists its owner goes on owning it.
    ///
    /// # Errors
    /// [`Error::NoAccount`] when root finds nobody to run the servers as.
    pub fn for_folder(folder: &Path) -> Result<Option<Self>> {
        let usual = Self::for_servers()?;
        let owner = folder.metadata().ok().filter(|folder| folder.uid() != 0);
        let owner = owner.and_then(|folder| User::from_uid(Uid::from_raw(folder.uid())).ok().flatten());
        Ok(usual.map(|usual| owner.map_or(usual, Self::from)))
    }

    /// Makes `command` run as this account, without the groups of root.
    pub fn run<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.uid(self.uid).gid(self.gid)
    }

    /// Gives a file or folder to this account.
    ///
    /// # Errors
    /// When the file is missing or the process may not give it away.
    pub fn own(&self, path: &Path) -> Result<()> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(Error::io("give away", path))
    }

    /// Whether this account can reach what lies in `folder`.
    #[must_use]
    pub fn can_enter(&self, folder: &Path) -> bool {
        let mut test = Command::new("test");
        self.run(test.arg("-x").arg(folder)).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}
