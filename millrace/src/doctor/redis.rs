//! How Redis is reached and run.

use event_store::{Inspection, Store};

use super::finding::Finding;
use crate::address::{Address, Weakness};

/// The first version that has what the log needs.
const OLDEST: u32 = 7;

pub(super) async fn look(store: &Store, address: Option<&Address>) -> Vec<Finding> {
    let ready = store.is_ready().await.map_err(anyhow::Error::from).and_then(|loaded| {
        anyhow::ensure!(
            loaded,
            "another version of the append function, or none: start the shop once with this version"
        );
        Ok(())
    });
    let mut findings = vec![Finding::of("Redis has the append function", &ready, |()| "of this version".to_owned())];
    findings.push(durability(store).await);
    match store.inspect().await {
        Ok(nodes) => findings.extend(nodes.iter().flat_map(|node| {
            let found = run(node).into_iter();
            found.map(|finding| if nodes.len() > 1 { finding.at(&node.node) } else { finding })
        })),
        Err(error) => findings.push(Finding::failure("Redis tells how it is run", error.to_string())),
    }
    findings.extend(address.into_iter().flat_map(|address| reached("Redis", address)));
    findings
}

async fn durability(store: &Store) -> Finding {
    let what = "Redis keeps what is acknowledged";
    match store.unsafe_settings().await {
        Ok(found) if found.is_empty() => Finding::ok(what, "appended and synced, never evicted"),
        Ok(found) => {
            let named = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            Finding::failure(what, format!("{named} (see ops/redis.conf)"))
        }
        Err(error) => Finding::failure(what, error.to_string()),
    }
}

/// What is said of the way to a store, and of the password.
pub(super) fn reached(store: &str, address: &Address) -> Vec<Finding> {
    let (password, way) = (format!("the password of {store}"), format!("the way to {store}"));
    vec![
        match address.weak_password() {
            Some(weakness) => Finding::failure(password, format!("{weakness}: set another")),
            None if !address.has_password() => {
                Finding::warning(password, "there is none: whoever can log in to this machine may do everything")
            }
            None => Finding::ok(password, "is not one that everybody knows"),
        },
        match address.weak_way() {
            Some(weakness @ Weakness::PlainText { .. }) => {
                Finding::warning(way, format!("{weakness} (docs/security.md says how to verify it)"))
            }
            Some(_) | None => Finding::ok(way, "stays on this machine, or is guarded by TLS"),
        },
    ]
}

fn run(Inspection { version, ahead, settings, user, dangerous, .. }: &Inspection) -> Vec<Finding> {
    let setting = |name| settings.get(name).map_or("", String::as_str);
    let major = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    let mut findings = vec![
        match major < OLDEST {
            true => Finding::failure("the version of Redis", format!("{version}, {OLDEST} or newer is needed")),
            false => Finding::ok("the version of Redis", version),
        },
        match setting("no-appendfsync-on-rewrite") {
            "yes" => Finding::failure(
                "Redis syncs while it rewrites its file",
                "no-appendfsync-on-rewrite is yes: a crash meanwhile loses acknowledged commands; set it to no",
            ),
            _ => Finding::ok("Redis syncs while it rewrites its file", "always"),
        },
        match setting("auto-aof-rewrite-percentage") {
            "0" => Finding::warning(
                "the append-only file",
                "auto-aof-rewrite-percentage is 0: it grows until the disk is full; set it to 100",
            ),
            _ => Finding::ok("the append-only file", "is rewritten as it grows"),
        },
        match setting("save") {
            "" => Finding::ok("snapshots of Redis", "none beside the append-only file"),
            save => Finding::warning(
                "snapshots of Redis",
                format!(
                    "save is \"{save}\": each costs a fork, and is older than the append-only file; set it to \"\""
                ),
            ),
        },
        match setting("maxmemory") {
            "0" | "" => Finding::warning(
                "the memory of Redis",
                "maxmemory is 0: the system ends Redis when memory runs out, instead of commands being put off in time; set a limit",
            ),
            limit => Finding::ok("the memory of Redis", format!("{limit} bytes at most")),
        },
    ];
    findings.extend(users(user, dangerous));
    if setting("protected-mode") == "no" && dangerous.iter().any(|(user, _)| user == "default") {
        findings.push(Finding::warning(
            "Redis in front of strangers",
            "protected-mode is no, and the user default may do everything: switch that user off (ops/redis/users.acl)",
        ));
    }
    findings.push(Finding::clock("Redis", *ahead));
    findings
}

fn users(own: &str, dangerous: &[(String, Vec<&'static str>)]) -> Vec<Finding> {
    let listed = |may: &[&str]| may.join(", ");
    let own_may = dangerous.iter().find(|(user, _)| user == own);
    let others: Vec<_> =
        dangerous.iter().map(|(user, _)| user.as_str()).filter(|user| *user != own && *user != "admin").collect();
    let own = match own_may {
        Some((_, may)) => Finding::warning(
            "the user of Redis",
            format!("{own} may do {}: give each service a user of its own (ops/redis/users.acl)", listed(may)),
        ),
        None => Finding::ok("the user of Redis", format!("{own}, who may do nothing that is dangerous")),
    };
    let others = (!others.is_empty()).then(|| {
        let may = format!("{} may empty or stop it, if switched on: only admin should", others.join(", "));
        Finding::warning("the other users of Redis", may)
    });
    [Some(own), others].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use time::Duration;

    use super::*;

    fn said(settings: &[(&str, &str)], ahead: Duration, user: &str, dangerous: &[&str]) -> String {
        let settings: HashMap<_, _> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let dangerous = dangerous.iter().map(|user| ((*user).to_owned(), vec!["FLUSHALL"])).collect();
        let (node, version) = ("10.0.0.1:6379".to_owned(), "7.0.15".to_owned());
        let found = run(&Inspection { node, version, ahead, settings, user: user.to_owned(), dangerous });
        let bad = found.iter().map(ToString::to_string).filter(|line| !line.starts_with("ok"));
        bad.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_redis_that_is_run_as_it_should_be_has_nothing_said_against_it() {
        let settings = [("save", ""), ("no-appendfsync-on-rewrite", "no"), ("maxmemory", "1000")];
        assert_eq!(said(&settings, Duration::milliseconds(-900), "operator", &["admin"]), "");
    }

    #[test]
    fn clocks_that_differ_and_users_that_may_too_much_are_named() {
        let found = said(&[("maxmemory", "1")], Duration::seconds(-3), "default", &["default", "reports", "admin"]);
        assert!(found.contains("-3.0 s") && found.contains("default may do FLUSHALL"), "{found}");
        assert!(found.contains("reports may empty or stop it"), "{found}");
    }
}
