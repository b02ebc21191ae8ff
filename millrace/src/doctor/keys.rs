//! Whether those alone can read the keys who are to.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use super::finding::Finding;

const GROUP_OR_OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;

pub(super) fn look(folder: &Path) -> Vec<Finding> {
    let what = "the keys";
    match wrong(folder) {
        Ok(wrong) if wrong.is_empty() => {
            vec![Finding::ok(what, format!("{}: their owner alone can read them", folder.display()))]
        }
        Ok(wrong) => wrong.into_iter().map(|wrong| Finding::failure(what, wrong)).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            vec![Finding::warning(
                what,
                format!("there are none in {}: command-api makes them at its first start", folder.display()),
            )]
        }
        Err(error) => vec![Finding::failure(what, format!("{}: {error}", folder.display()))],
    }
}

/// Files that others can read who must not, and a folder in which they could put theirs.
fn wrong(folder: &Path) -> io::Result<Vec<String>> {
    let mut wrong = Vec::new();
    if mode(folder)? & OTHERS_WRITE != 0 {
        wrong.push(format!("others can put keys of theirs into {}: chmod go-w", folder.display()));
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let private = path.extension().is_some_and(|extension| extension == "pem" || extension == "key");
        if private && mode(&path)? & GROUP_OR_OTHERS != 0 {
            wrong.push(format!(
                "others can read {}: chmod 600, and replace it (`millrace keys rotate --emergency`)",
                path.display()
            ));
        }
    }
    Ok(wrong)
}

fn mode(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::{super::finding::Level, *};

    #[test]
    fn a_key_that_others_can_read_is_named_and_the_public_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for (file, mode) in [("a.pem", 0o600), ("jwks.json", 0o644), ("secret.key", 0o640)] {
            fs::write(folder.path().join(file), "").unwrap();
            fs::set_permissions(folder.path().join(file), Permissions::from_mode(mode)).unwrap();
        }
        let found = look(folder.path());
        let said = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(found.len() == 1 && found[0].level == Level::Failure && said.contains("secret.key"), "{said}");

        fs::set_permissions(folder.path().join("secret.key"), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(look(folder.path())[0].level, Level::Ok);
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        assert_eq!(look(folder.path())[0].level, Level::Failure);
    }

    #[test]
    fn a_shop_that_never_ran_has_no_keys_yet() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(look(&folder.path().join("keys"))[0].level, Level::Warning);
    }
}
