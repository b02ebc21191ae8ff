//! The committed descriptions of checked queries (`.sqlx`), by which builds go, are those of the migrations.

use std::fs;

use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Column, Connection, Either, Executor, PgConnection, SqlSafeStr, Statement, TypeInfo};

use test_kit::migrations::{migrate, root, search_path};

/// The names and types of a statement's columns, and the types of its parameters.
type Shape = (Vec<(String, String)>, Vec<String>);

#[tokio::test]
async fn every_committed_query_matches_the_migrations() {
    let database = test_kit::database().await;
    migrate(database.url()).await;
    let options: PgConnectOptions = database.url().parse().unwrap();
    let options = options.options([("search_path", search_path(&root()))]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();

    let mut drifted = Vec::new();
    let files = fs::read_dir(root().join(".sqlx")).unwrap();
    for file in files.map(|file| file.unwrap().path()) {
        let committed: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let query = committed["query"].as_str().unwrap();
        let expected = committed_shape(&committed["describe"]);
        match prepared_shape(&mut connection, query).await {
            Ok(shape) if shape == expected => {}
            Ok(shape) => drifted.push(format!("{query}\n  committed as {expected:?}\n  is now {shape:?}")),
            Err(error) => drifted.push(format!("{query}\n  fails: {error}")),
        }
    }

    assert!(drifted.is_empty(), "prepare these queries again:\n{}", drifted.join("\n"));
}

async fn prepared_shape(connection: &mut PgConnection, query: &str) -> sqlx::Result<Shape> {
    let statement = connection.prepare(AssertSqlSafe(query.to_owned()).into_sql_str()).await?;
    let name = |of: &sqlx::postgres::PgTypeInfo| of.name().to_uppercase();
    let columns = statement.columns().iter().map(|column| (column.name().to_owned(), name(column.type_info())));
    let parameters = match statement.parameters() {
        Some(Either::Left(types)) => types.iter().map(name).collect(),
        Some(Either::Right(_)) | None => panic!("Postgres tells the types of parameters"),
    };
    Ok((columns.collect(), parameters))
}

fn committed_shape(describe: &Value) -> Shape {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let columns = list(&describe["columns"]).into_iter();
    let columns = columns.map(|column| (column["name"].as_str().unwrap().to_owned(), type_name(&column["type_info"])));
    (columns.collect(), list(&describe["parameters"]["Left"]).iter().map(type_name).collect())
}

/// `TextArray` in a file is what Postgres calls `TEXT[]`.
fn type_name(committed: &Value) -> String {
    let name = committed.as_str().unwrap();
    match name.strip_suffix("Array") {
        Some(element) => format!("{element}[]"),
        None => name.to_owned(),
    }
    .to_uppercase()
}
