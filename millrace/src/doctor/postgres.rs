//! How Postgres is reached and run.

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use time::OffsetDateTime;

use super::{finding::Finding, redis::reached};
use crate::address::Address;

/// The first version that is tried.
const OLDEST: u32 = 15;

/// What the archive relies on: what it has of the log may be in Redis no more.
const SAFE: [(&str, &str); 3] = [
    ("fsync", "a crash of the machine can lose what was archived, and damage everything"),
    ("full_page_writes", "a crash of the machine can damage what was being written"),
    ("synchronous_commit", "a crash can lose what was archived and then taken out of Redis"),
];

struct Server {
    version: String,
    ahead: time::Duration,
    /// The values of [`SAFE`].
    settings: Vec<String>,
    superuser: bool,
    user: String,
}

pub(super) async fn look(database: &PgConnectOptions, address: Option<&Address>) -> Vec<Finding> {
    let server = ask(database).await;
    let mut findings = vec![Finding::of("Postgres answers", &server, |_| "to this user".to_owned())];
    findings.extend(server.iter().flat_map(run));
    findings.extend(address.into_iter().flat_map(|address| reached("Postgres", address)));
    findings
}

async fn ask(database: &PgConnectOptions) -> sqlx::Result<Server> {
    let mut sql = PgConnection::connect_with(database).await?;
    let version = sqlx::query_scalar("show server_version").fetch_one(&mut sql).await?;
    let before = OffsetDateTime::now_utc();
    let there: OffsetDateTime = sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut sql).await?;
    let here = before + (OffsetDateTime::now_utc() - before) / 2;
    let mut settings = Vec::new();
    for (name, _) in SAFE {
        settings.push(sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(&mut sql).await?);
    }
    let role = "select rolsuper, rolname::text from pg_roles where rolname = current_user";
    let (superuser, user) = sqlx::query_as(role).fetch_one(&mut sql).await?;
    sql.close().await?;
    Ok(Server { version, ahead: there - here, settings, superuser, user })
}

fn run(Server { version, ahead, settings, superuser, user }: &Server) -> Vec<Finding> {
    let major = version.split(['.', ' ']).next().and_then(|major| major.parse().ok()).unwrap_or(0);
    let mut findings = vec![match major < OLDEST {
        true => Finding::failure("the version of Postgres", format!("{version}, {OLDEST} or newer is needed")),
        false => Finding::ok("the version of Postgres", version),
    }];
    let off: Vec<_> =
        SAFE.iter().zip(settings).filter(|(_, value)| *value == "off").map(|(setting, _)| setting).collect();
    if off.is_empty() {
        findings.push(Finding::ok("Postgres keeps what is committed", "written and synced"));
    }
    for (name, therefore) in off {
        findings.push(Finding::failure(
            "Postgres keeps what is committed",
            format!("{name} is off: {therefore}; set it to on"),
        ));
    }
    findings.push(match superuser {
        true => Finding::warning(
            "the user of Postgres",
            format!("{user} is a superuser: give the services roles of their own (ops/postgres/roles.sql)"),
        ),
        false => Finding::ok("the user of Postgres", format!("{user}, who is no superuser")),
    });
    findings.push(Finding::clock("Postgres", *ahead));
    findings
}
