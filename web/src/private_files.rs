//! Files that nobody but their owner may read, and public ones beside them, made once however many processes start at the same time.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::Path;

const OWNER_ALONE: u32 = 0o600;
const EVERYBODY: u32 = 0o644;

/// Makes the folder where needed and holds it against other processes until the lock is dropped.
pub(crate) fn lock(folder: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let lock = OpenOptions::new().create(true).append(true).mode(OWNER_ALONE).open(folder.join(".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Writes a file whole or not at all; the folder must be locked.
pub(crate) fn write(path: &Path, content: &str) -> io::Result<()> {
    write_for(OWNER_ALONE, path, content)
}

/// Writes a file that everybody may read, whole or not at all; the folder must be locked.
pub(crate) fn publish(path: &Path, content: &str) -> io::Result<()> {
    write_for(EVERYBODY, path, content)
}

fn write_for(whom: u32, path: &Path, content: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(whom).open(&unfinished)?;
    file.set_permissions(Permissions::from_mode(whom))?;
    // Whoever works on the folder of another leaves nothing there that its owner cannot read.
    let folder = fs::metadata(path.parent().unwrap_or(path))?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (folder.uid(), folder.gid()) {
        chown(&unfinished, Some(folder.uid()), Some(folder.gid()))?;
    }
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// Reads a file, unless others than its owner may read it too.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other("others than its owner may read it: chmod 600"));
    }
    fs::read_to_string(path)
}
