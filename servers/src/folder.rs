//! The data folder of a shop, as far as its servers are concerned.
//!
//! | file | what |
//! |---|---|
//! | `servers.json` | the ports, and where the servers' data is when it cannot be here |
//! | `servers.lock` | held while a Millrace runs these servers |
//! | `postgres-password` | of the superuser, readable by the owner of the folder alone |
//! | `redis`, `postgres` | the data |
//! | `redis.conf`, `redis.log`, `postgres.log` | written anew at each start; appended to |

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use crate::{Account, Error, Result, ports};

/// What `servers.json` remembers from run to run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) redis_port: Option<u16>,
    pub(crate) postgres_port: Option<u16>,
    /// Where the servers' data is, unless it is in the data folder itself.
    elsewhere: Option<PathBuf>,
}

impl Memory {
    /// What the data folder remembers; nothing when it is new.
    pub(crate) fn recall(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("servers.json");
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| Error::io("understand", &path)(error.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    pub(crate) fn save(&self, data_dir: &Path) -> Result<()> {
        let (path, new) = (data_dir.join("servers.json"), data_dir.join("servers.json.new"));
        let json = serde_json::to_vec_pretty(self).expect("ports and a path that came as text are JSON");
        fs::write(&new, json).and_then(|()| fs::rename(&new, &path)).map_err(Error::io("write", &path))
    }

    /// The folder of the servers' data.
    pub(crate) fn home<'a>(&'a self, data_dir: &'a Path) -> &'a Path {
        self.elsewhere.as_deref().unwrap_or(data_dir)
    }

    /// Decides where the servers' data goes; once decided it stays there. Returns what a person should know about it.
    pub(crate) fn settle(&mut self, data_dir: &Path, base: &Path) -> Result<Option<String>> {
        let Some(account) = Account::for_servers()? else { return Ok(None) };
        if self.elsewhere.is_none() && !data_dir.join("postgres").exists() && !account.can_enter(data_dir) {
            let elsewhere = base.join(format!("{:016x}", fingerprint(data_dir)));
            create(&elsewhere)?;
            self.elsewhere = Some(elsewhere.canonicalize().map_err(Error::io("find", &elsewhere))?);
        }
        Ok(self.elsewhere.as_deref().map(|elsewhere| {
            let (elsewhere, data_dir, name) = (elsewhere.display(), data_dir.display(), &account.name);
            format!("The servers' data is in {elsewhere}: they run as user {name}, who cannot reach {data_dir}.")
        }))
    }
}

/// Creates the data folder if need be, and takes it for this process.
pub(crate) fn take(data_dir: &Path) -> Result<(PathBuf, Flock<File>)> {
    create(data_dir)?;
    let data_dir = data_dir.canonicalize().map_err(Error::io("find", data_dir))?;
    let path = data_dir.join("servers.lock");
    let file = File::options().create(true).append(true).open(&path).map_err(Error::io("write", &path))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok((data_dir, lock)),
        Err((_, nix::Error::EWOULDBLOCK)) => Err(Error::InUse(data_dir)),
        Err((_, error)) => Err(Error::io("lock", &path)(error.into())),
    }
}

/// The remembered port while it is free, else a new one.
pub(crate) fn port(remembered: &mut Option<u16>) -> u16 {
    let port = remembered.filter(|port| ports::is_free(*port)).unwrap_or_else(ports::free);
    *remembered = Some(port);
    port
}

/// The password of the Postgres in this data folder, made up once.
pub(crate) fn password(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("postgres-password");
    if let Ok(password) = fs::read_to_string(&path)
        && !password.is_empty()
    {
        return Ok(password);
    }
    let password = format!("{:032x}", rand::random::<u128>());
    write_secret(&path, &password)?;
    Ok(password)
}

/// Writes a file that only its owner can read.
pub(crate) fn write_secret(path: &Path, secret: &str) -> Result<()> {
    let file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(secret.as_bytes())).map_err(Error::io("write", path))
}

/// A folder that only `account` can enter.
pub(crate) fn create_private(folder: &Path, account: Option<&Account>) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::io("create", folder))?;
    account.map_or(Ok(()), |account| account.own(folder))
}

/// A folder that others can pass through, whatever the umask; an existing one stays as it is.
fn create(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755)))
        .map_err(Error::io("create", folder))
}

/// FNV-1a: the same for a path in every version of Millrace.
fn fingerprint(path: &Path) -> u64 {
    let bytes = path.as_os_str().as_bytes().iter();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
