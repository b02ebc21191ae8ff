//! `millrace keys`: the keys that sign tokens.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use web::{
    keys::{Listed, Rotation, SigningKeys},
    settings,
};

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// List the keys: which signs, which will, which only verify what they have signed
    List(Folder),
    /// Replace the key that signs, without a request being refused; running services notice by themselves
    Rotate(Rotate),
}

/// Where the keys are.
#[derive(Args, Debug)]
pub(crate) struct Folder {
    /// The folder of the keys; that of the shop in the data folder, unless set
    #[arg(long, env = "MILLRACE_KEYS_DIR")]
    keys_dir: Option<PathBuf>,
    /// The folder of the shop
    #[arg(long, env = "MILLRACE_DATA_DIR", default_value = ".millrace")]
    data_dir: PathBuf,
}

/// How to replace it.
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    access: settings::Access,
    /// How long the new key is public before it signs: longer than anybody keeps a copy of the public keys
    #[arg(long, default_value = "1h", value_parser = settings::duration)]
    publish_for: Duration,
    /// The old key was stolen: sign with a new one and accept no other from now on. Every session has to refresh
    #[arg(long, conflicts_with = "publish_for")]
    emergency: bool,
}

/// Runs the command that was asked for.
///
/// # Errors
/// When there are no keys, or they cannot be changed.
pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    let keys = match command {
        Command::List(folder) => folder.open()?,
        Command::Rotate(Rotate { folder, access, publish_for, emergency }) => {
            let keys = folder.open()?;
            let orderly = Rotation::Orderly { publish_for, access_lifetime: access.access_lifetime };
            keys.rotate(if emergency { Rotation::Emergency } else { orderly })?;
            keys
        }
    };
    let mut out = io::stdout().lock();
    keys.public().list().iter().try_for_each(|key| writeln!(out, "{}", line(key)))?;
    Ok(ExitCode::SUCCESS)
}

impl Folder {
    fn open(&self) -> anyhow::Result<SigningKeys> {
        let folder = self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"));
        if !folder.is_dir() {
            anyhow::bail!("there are no keys in {}: name their folder with --keys-dir", folder.display());
        }
        SigningKeys::open(&folder).with_context(|| format!("the keys in {} cannot be used", folder.display()))
    }
}

fn line(Listed { kid, state, signs_from, gone_from }: &Listed) -> String {
    let until = gone_from.map_or(String::new(), |gone_from| format!("  gone {}", instant(gone_from)));
    format!("{kid}  {state:<9}  signs from {}{until}", instant(*signs_from))
}

fn instant(at: OffsetDateTime) -> String {
    let at = at.replace_nanosecond(0).unwrap_or(at);
    at.format(&Rfc3339).unwrap_or_default()
}
