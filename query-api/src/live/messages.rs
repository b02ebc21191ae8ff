//! What is written about orders, and who is writing at this moment.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;
use web::typing::Typing;

use super::news::{Concerns, News, json};
use super::places::{Category, Stand};
use super::rows::{Span, index, what_is_known};
use crate::messages::{Message, Row, shops_of};

/// What is told of a message: what whoever reads the messages of that order is shown of it.
#[derive(Serialize)]
struct MessageNews {
    /// Of the order.
    id: Uuid,
    #[serde(flatten)]
    message: Message,
}

/// What is told of somebody who writes. Who the buyer is, nobody learns.
#[derive(Serialize)]
struct TypingNews<'a> {
    /// Of the order.
    id: Uuid,
    party: &'a str,
    seller_id: Option<Uuid>,
}

/// A message that was posted.
pub(super) struct Posted {
    pub(super) stand: Stand,
    order: Uuid,
    row: Row,
}

/// The messages that were posted, with the texts as they are now.
pub(super) async fn posted(pool: &PgPool, span: &Span<'_>) -> sqlx::Result<Vec<Posted>> {
    let everybody = span.of.is_none_or(|listener| listener.admin);
    let user = span.of.and_then(|listener| listener.user);
    if !everybody && user.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select m.partition as "partition!", m.position as "position!", m.late, m.order_id as "order_id!", m.number as "number!",
                  m.author as "author!", m.party as "party!", m.text, m.at as "at!"
           from unnest($1::smallint[], $2::bigint[], $3::bigint[], $7::bigint[], $8::bigint[])
             as k (partition, after, until, late_after, late_until)
           cross join lateral (
             (select null::bigint as late, r.* from orders.messages r
              where r.partition = k.partition and r.position > k.after and r.position <= k.until and not exists (
                select from orders.late l where l.category = 'message' and l.partition = r.partition
                  and l.position = r.position and l.number > k.late_until)
              order by r.position limit $4)
             union all
             select l.number, r.* from orders.late l join orders.messages r using (partition, position)
             where l.category = 'message' and l.partition = k.partition and l.number > k.late_after
               and l.number <= k.late_until
           ) m
           where $5 or exists (select from orders.orders o where o.id = m.order_id and o.buyer = $6)
              or exists (select from orders.order_sellers s where s.order_id = m.order_id and s.seller = $6)
           order by m.partition, m.late, m.position"#,
        &Span::partitions(),
        span.after(Category::Messages),
        &span.until(Category::Messages),
        span.most,
        everybody,
        user,
        span.after(Category::LateMessages),
        &span.until(Category::LateMessages),
    )
    .fetch_all(pool)
    .await?;
    let posted = rows.into_iter().map(|row| Posted {
        stand: Stand::new(Category::Messages, index(row.partition), row.position, row.late),
        order: row.order_id,
        row: Row { number: row.number, author: row.author, party: row.party, text: row.text, at: row.at },
    });
    Ok(posted.collect())
}

/// Who takes part in orders: the buyer and the sellers of each.
async fn parties(pool: &PgPool, orders: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = sqlx::query!(
        r#"select o.id as "id!",
                  array(select s.seller from orders.order_sellers s where s.order_id = o.id) || o.buyer as "parties!"
           from orders.orders o where o.id = any($1)"#,
        orders
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.parties)).collect())
}

/// What messages are to whom. The rows of orders may be a moment behind those of messages: an order without one is shown to
/// nobody, and neither is what is written about it.
pub(super) async fn news(pool: &PgPool, posted: Vec<Posted>) -> sqlx::Result<Vec<News>> {
    if posted.is_empty() {
        return Ok(Vec::new());
    }
    let orders: Vec<_> = posted.iter().map(|posted| posted.order).collect();
    let parties = what_is_known(&orders, || parties(pool, &orders)).await?;
    let shops = shops_of(pool, posted.iter().map(|posted| &posted.row)).await?;
    let news = posted.into_iter().filter_map(|Posted { stand, order, row }| {
        let (author, parties) = (row.author, parties.get(&order)?.clone());
        let mut told = MessageNews { id: order, message: row.show(None, &shops) };
        let others = json(&told);
        told.message.own = true;
        let concerns = Concerns::Message { author, parties, authors: json(&told), others };
        Some(News { stand: Some(stand), event: "message", concerns })
    });
    Ok(news.collect())
}

/// That somebody is writing, to whom it may be told.
pub(super) fn typing(typing: &Typing) -> News {
    let Typing { order, author, party, audience } = typing;
    let seller_id = (party == "seller").then_some(*author);
    let told = json(&TypingNews { id: *order, party, seller_id });
    News { stand: None, event: "typing", concerns: Concerns::Typing { audience: audience.clone(), told } }
}
