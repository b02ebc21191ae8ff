//! What `COPY` writes is what a statement with parameters writes.

use projectors::copy::{Copied, Copies, Line};
use sqlx::PgConnection;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

struct Row {
    id: Uuid,
    number: i64,
    text: Option<String>,
    texts: Vec<String>,
    at: OffsetDateTime,
}

impl Copied for Row {
    const TABLE: &'static str = "copied";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("number", &self.number).put("text", &self.text);
        line.put("texts", &self.texts).put("at", &self.at);
    }
}

async fn insert(sql: &mut PgConnection, row: &Row) {
    let insert = "insert into inserted (id, number, text, texts, at) values ($1, $2, $3, $4, $5)";
    let insert = sqlx::query(insert).bind(row.id).bind(row.number).bind(&row.text).bind(&row.texts).bind(row.at);
    insert.execute(sql).await.unwrap();
}

#[tokio::test]
async fn every_value_is_copied_as_a_parameter_would_be_written() {
    let database = test_kit::database().await;
    let mut sql = <PgConnection as sqlx::Connection>::connect(database.url()).await.unwrap();
    let columns = "(at timestamptz, id uuid, number bigint, text text, texts text[])";
    for table in ["copied", "inserted"] {
        let create = format!("create table {table} {columns}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut sql).await.unwrap();
    }
    let texts =
        ["", "\\N", "\\.", "a\tb\nc\r\nd", "\\t", "\"", "{a,b}", "NULL", "ä ☃ 🎄", " ", "'", "\u{8}\u{b}\u{7f}"];
    let texts = texts.map(str::to_owned);
    let times = [
        datetime!(2026-11-21 02:38:21.393 UTC),
        datetime!(2026-11-21 02:38:21.123456789 +5:30),
        datetime!(1999-12-31 23:59:59.999999999 UTC),
        datetime!(0000-01-01 0:00 UTC),
        datetime!(9999-12-31 23:59:59.999999 UTC),
    ];
    let mut copies = Copies::default();
    for (number, text) in (-3..).zip(texts.iter().map(Some).chain([None])) {
        for at in times {
            let (text, texts) = (text.cloned(), texts[..(number + 3) as usize % texts.len()].to_vec());
            let row = Row { id: Uuid::now_v7(), number: number * (i64::MAX / 16), text, texts, at };
            insert(&mut sql, &row).await;
            copies.add(&row);
        }
    }
    copies.write(&mut sql).await.unwrap();
    assert_eq!(copies.size(), 0);
    let differs = "select count(*) from (select * from copied except all select * from inserted) r";
    assert_eq!(sqlx::query_scalar::<_, i64>(differs).fetch_one(&mut sql).await.unwrap(), 0);
    let count: i64 = sqlx::query_scalar("select count(*) from copied").fetch_one(&mut sql).await.unwrap();
    assert_eq!(count, 13 * 5);
}
