//! Records are archived apart from the events, and forgotten there as well.

use std::collections::BTreeMap;

use domain::{
    Aggregate, UserId,
    user::{self, Role, User},
};
use event_store::{Changes, Decision, Record, Request, Stream};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::shop::{Shop, context};

/// Changes a user's records along with an event.
async fn change(shop: &Shop, user: UserId, role: Role, private: Record, credential: Record) {
    let request = Request::new(context(), [Stream::of::<User>(user)]);
    let grant = move |states: &event_store::States<'_>| {
        let events = states.get::<User>(user).decide(user::Command::GrantRole { role }).unwrap();
        let changes = Changes::none().and::<User>(user, events).and_private::<User>(user, private.clone());
        Decision::new(changes.and_credential(user, credential.clone()), ())
    };
    shop.store.commit(request, grant).await.unwrap();
}

type Fields = BTreeMap<String, String>;

async fn archived(shop: &Shop, statement: &'static str, user: UserId) -> Option<Fields> {
    let fields: Option<String> =
        sqlx::query_scalar(statement).bind(Uuid::from(user)).fetch_optional(&mut shop.sql().await).await.unwrap();
    fields.map(|fields| serde_json::from_str(&fields).unwrap())
}

const PRIVATE: &str = "select fields::text from records.private where category = 'user' and id = $1";
const CREDENTIAL: &str = "select fields::text from records.credentials where user_id = $1";

#[tokio::test]
async fn records_follow_the_changes_of_their_user_and_are_forgotten_with_them() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let (email, password) = ([("email", "anna@example.com".to_owned())], [("password", "a \"hash\"\\".to_owned())]);
    change(&shop, seller, Role::Admin, Record::from(email), Record::from(password)).await;
    shop.at_rest().await;
    assert_eq!(
        archived(&shop, PRIVATE, seller).await,
        Some(shop.store.private("user", &[seller.into()]).await.unwrap()[0].0.clone())
    );
    assert_eq!(archived(&shop, CREDENTIAL, seller).await, Some(shop.store.credential(seller).await.unwrap().0));
    change(&shop, seller, Role::Support, Record::default(), Record::default()).await;
    shop.at_rest().await;
    assert_eq!(archived(&shop, PRIVATE, seller).await, None);
    assert_eq!(archived(&shop, CREDENTIAL, seller).await, None);
    running.stop().await;
}

/// A role of a test's own, since roles belong to all databases of the server.
async fn role(shop: &Shop) -> String {
    let role = format!("somebody_{}", Uuid::now_v7().simple());
    execute(&mut shop.sql().await, format!("create role {role} login")).await.unwrap();
    role
}

async fn execute(sql: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(sql).await.map(drop)
}

#[tokio::test]
async fn records_belong_to_a_role_of_their_own_and_nobody_else_may_look() {
    let shop = Shop::open().await;
    let owner = "select count(*) from pg_tables where schemaname = 'records' and tableowner <> 'millrace_records'";
    assert_eq!(shop.count(owner).await, 0);
    let mut sql = shop.sql().await;
    execute(&mut sql, format!("set role {}", role(&shop).await)).await.unwrap();
    let refused = sqlx::query("select from records.private").execute(&mut sql).await.unwrap_err();
    assert_eq!(refused.into_database_error().unwrap().code().unwrap(), "42501");
}

#[tokio::test]
async fn a_database_user_who_may_create_no_role_keeps_the_records_itself() {
    let database = test_kit::database().await;
    let options: PgConnectOptions = database.url().parse().unwrap();
    let mut sql = PgConnection::connect_with(&options).await.unwrap();
    let name = format!("shopkeeper_{}", Uuid::now_v7().simple());
    execute(&mut sql, format!("create role {name} login")).await.unwrap();
    execute(&mut sql, format!("alter database {} owner to {name}", options.get_database().unwrap())).await.unwrap();
    let shop = Shop::with(options.clone().username(&name)).await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    assert!(archived(&shop, PRIVATE, seller).await.is_some());
    running.stop().await;
    drop(sql);
}
