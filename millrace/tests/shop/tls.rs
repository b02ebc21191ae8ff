//! The ways to Redis and Postgres over TLS, verified on both ends.

use std::{path::Path, process::Command};

use sqlx::{Connection, PgConnection};
use test_kit::{Authority, TestPostgres, TestRedis};

use crate::{running::MILLRACE, services::Apart};

/// A Redis and a Postgres that show certificates; Redis wants to see one as well.
struct Stores {
    authority: Authority,
    redis: TestRedis,
    tls_port: u16,
    postgres: TestPostgres,
}

impl Stores {
    async fn start() -> Self {
        let (authority, tls_port) = (Authority::new(), test_kit::free_port());
        let [certificate, key] = authority.server().map(|path| path.display().to_string());
        let lines = [
            format!("tls-port {tls_port}"),
            format!("tls-cert-file {certificate}"),
            format!("tls-key-file {key}"),
            format!("tls-ca-cert-file {}", authority.ca().display()),
            "tls-auth-clients yes".to_owned(),
        ];
        let redis = test_kit::redis_with(&lines.each_ref().map(String::as_str)).await;
        let settings = ["ssl=on".to_owned(), format!("ssl_cert_file={certificate}"), format!("ssl_key_file={key}")];
        let postgres = test_kit::postgres_with(&settings.each_ref().map(String::as_str)).await;
        Self { authority, redis, tls_port, postgres }
    }

    fn redis_url(&self) -> String {
        format!("rediss://localhost:{}", self.tls_port)
    }

    /// Verified by this authority.
    fn database_url(&self, ca: &Path) -> String {
        let url = self.postgres.url().replace("@127.0.0.1", "@localhost");
        format!("{url}?sslmode=verify-full&sslrootcert={}", ca.display())
    }

    /// What a service is told, to believe this authority about Redis and to be believed.
    fn variables(&self, ca: &Path) -> Vec<(&'static str, String)> {
        let [certificate, key] = self.authority.client();
        let files = [("MILLRACE_REDIS_CA", ca), ("MILLRACE_REDIS_CERT", &certificate), ("MILLRACE_REDIS_KEY", &key)];
        files.map(|(name, path)| (name, path.display().to_string())).to_vec()
    }

    /// A command that fails.
    fn refused(&self, arguments: &[&str], variables: &[(&str, String)]) -> String {
        let mut command = Command::new(MILLRACE);
        command.args(arguments).env("REDIS_URL", self.redis_url()).env("MILLRACE_MAIL", "off");
        command.env("DATABASE_URL", self.database_url(&self.authority.ca()));
        let keys = tempfile::tempdir().unwrap();
        command.env("MILLRACE_KEYS_DIR", keys.path()).envs(variables.iter().map(|(name, value)| (name, value)));
        let refused = command.output().unwrap();
        assert!(!refused.status.success());
        String::from_utf8(refused.stderr).unwrap()
    }
}

#[tokio::test]
async fn an_order_goes_its_way_over_tls_alone() {
    let stores = Stores::start().await;
    let (redis, database) = (stores.redis_url(), stores.database_url(&stores.authority.ca()));
    let variables = stores.variables(&stores.authority.ca());
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
    let shop = Apart::reaching(Box::new(move |_| [redis.clone(), database.clone()]), 1, &variables).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let order = buyer.order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");

    let mut plain = redis::Client::open(stores.redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let clients: String = redis::cmd("CLIENT").arg("LIST").query_async(&mut plain).await.unwrap();
    let over_tls = format!("laddr=127.0.0.1:{}", stores.tls_port);
    let not_over_tls: Vec<_> =
        clients.lines().filter(|client| !client.contains(&over_tls) && !client.contains("cmd=client|list")).collect();
    assert_eq!(not_over_tls, [""; 0]);
    assert!(clients.lines().count() > 3, "{clients}");
    let mut sql = PgConnection::connect(&stores.postgres.url()).await.unwrap();
    let plain = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where not ssl and backend_type = 'client backend' and pid <> pg_backend_pid()";
    assert_eq!(sqlx::query_scalar::<_, i64>(plain).fetch_one(&mut sql).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_another_authority_vouches_for_is_refused_at_once() {
    let (stores, other) = (Stores::start().await, Authority::new());
    let said = stores.refused(&["command-api"], &stores.variables(&other.ca()));
    assert!(said.contains("certificate") && said.contains("MILLRACE_REDIS_CA"), "{said}");
    // What the system trusts, no test is among.
    let said = stores.refused(&["command-api"], &[]);
    assert!(said.contains("certificate") && said.contains("MILLRACE_REDIS_CA"), "{said}");
    let mut variables = stores.variables(&stores.authority.ca());
    variables.push(("DATABASE_URL", stores.database_url(&other.ca())));
    let said = stores.refused(&["projectors"], &variables);
    assert!(said.contains("certificate") && said.contains("sslrootcert"), "{said}");
}

#[tokio::test]
async fn a_client_that_shows_no_certificate_is_refused_where_one_is_asked_for() {
    let stores = Stores::start().await;
    let only_ca = &stores.variables(&stores.authority.ca())[..1];
    let said = stores.refused(&["events", "tail"], only_ca);
    assert!(said.contains("ertificate"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named_with_its_setting() {
    let stores = Stores::start().await;
    let mut variables = stores.variables(&stores.authority.ca());
    for (place, wrong) in [(0, "/nowhere/ca.pem"), (0, "/dev/null"), (1, "/nowhere/client.pem")] {
        let (name, right) = variables[place].clone();
        variables[place].1 = wrong.to_owned();
        let said = stores.refused(&["events", "tail"], &variables);
        assert!(said.contains(name) && said.contains(wrong), "{said}");
        variables[place].1 = right;
    }
    variables.pop();
    let said = stores.refused(&["events", "tail"], &variables);
    assert!(said.contains("MILLRACE_REDIS_CERT") && said.contains("MILLRACE_REDIS_KEY"), "{said}");
}
