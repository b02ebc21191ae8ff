//! The rows of orders, one statement per table.
//!
//! An array of arrays would have to be rectangular: lists travel as one text each, with commas, which nothing in them has.

use domain::order::Acting;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Moment, OrderLine, ReturnedLine, Row};

fn joined(list: &[String]) -> String {
    list.join(",")
}

pub(super) async fn orders(rows: &[Row], connection: &mut PgConnection) -> sqlx::Result<()> {
    let amounts: Vec<_> = rows.iter().map(Row::amounts).collect();
    let (schemas, states): (Vec<_>, Vec<_>) = rows.iter().map(Row::state).unzip();
    sqlx::query!(
        "insert into orders (id, version, buyer, status, total_amount, shipping_amount, tax_amount, currency, to_ship, paid,
                             captured_amount, refunded_amount, placed_at, changed_at, pay_by, paid_at, complete_by, attempts,
                             last_answer, buyer_actions, support_actions, state, state_schema)
         select id, version, buyer, status, total_amount, shipping_amount, tax_amount, currency, to_ship, paid,
                captured_amount, refunded_amount, placed_at, changed_at, pay_by, paid_at, complete_by, attempts, last_answer,
                string_to_array(buyer_actions, ','), string_to_array(support_actions, ','), state::jsonb, state_schema
         from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
                     $9::bigint[], $10::bool[], $11::bigint[], $12::bigint[], $13::timestamptz[], $14::timestamptz[],
                     $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::bigint[], $19::text[], $20::text[],
                     $21::text[], $22::text[], $23::integer[])
           as r (id, version, buyer, status, total_amount, shipping_amount, tax_amount, currency, to_ship, paid,
                 captured_amount, refunded_amount, placed_at, changed_at, pay_by, paid_at, complete_by, attempts, last_answer,
                 buyer_actions, support_actions, state, state_schema)
         on conflict (id) do update set
           version = excluded.version, status = excluded.status, to_ship = excluded.to_ship, paid = excluded.paid,
           captured_amount = excluded.captured_amount, refunded_amount = excluded.refunded_amount,
           changed_at = excluded.changed_at, pay_by = excluded.pay_by, paid_at = excluded.paid_at,
           complete_by = excluded.complete_by, attempts = excluded.attempts, last_answer = excluded.last_answer,
           buyer_actions = excluded.buyer_actions, support_actions = excluded.support_actions, state = excluded.state,
           state_schema = excluded.state_schema",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().filter_map(|row| row.order.buyer().map(Uuid::from)).collect::<Vec<_>>(),
        &rows.iter().map(Row::status).collect::<Vec<_>>(),
        &amounts.iter().map(|amounts| amounts.total).collect::<Vec<_>>(),
        &amounts.iter().map(|amounts| amounts.shipping).collect::<Vec<_>>(),
        &amounts.iter().map(|amounts| amounts.tax).collect::<Vec<_>>(),
        &rows.iter().map(Row::currency).collect::<Vec<_>>(),
        &rows.iter().map(Row::to_ship).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.order.paid_by().is_some()).collect::<Vec<_>>(),
        &amounts.iter().map(|amounts| amounts.captured).collect::<Vec<_>>(),
        &amounts.iter().map(|amounts| amounts.refunded).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.placed_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.changed_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.order.pay_by()).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &rows.iter().map(|row| row.paid_at).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &rows.iter().map(|row| row.order.complete_by()).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &rows.iter().map(|row| i64::from(row.order.attempts())).collect::<Vec<_>>(),
        &rows.iter().map(Row::last_answer).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| joined(&row.actions(Acting::Buyer))).collect::<Vec<_>>(),
        &rows.iter().map(|row| joined(&row.actions(Acting::Support))).collect::<Vec<_>>(),
        &states,
        &schemas,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn sellers(rows: &[Row], connection: &mut PgConnection) -> sqlx::Result<()> {
    let parts: Vec<_> = rows.iter().flat_map(Row::parts).collect();
    sqlx::query!(
        "insert into order_sellers (order_id, seller, placed_at, changed_at, status, amount, currency, paid_at, tracking,
                                    shipped_at, delivered_at, actions, refunds)
         select order_id, seller, placed_at, changed_at, status, amount, currency, paid_at, tracking, shipped_at, delivered_at,
                string_to_array(actions, ','), string_to_array(refunds, ',')::bigint[]
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bigint[], $7::text[],
                     $8::timestamptz[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[])
           as r (order_id, seller, placed_at, changed_at, status, amount, currency, paid_at, tracking, shipped_at,
                 delivered_at, actions, refunds)
         on conflict (order_id, seller) do update set
           changed_at = excluded.changed_at, status = excluded.status, paid_at = excluded.paid_at,
           tracking = excluded.tracking, shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at,
           actions = excluded.actions, refunds = excluded.refunds",
        &parts.iter().map(|part| part.order.id).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.id).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.order.placed_at).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.seller.changed_at).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.seller.status.clone()).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.seller.amount).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.order.currency()).collect::<Vec<_>>(),
        &parts.iter().map(|part| part.seller.paid_at).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &parts.iter().map(|part| part.seller.tracking.clone()).collect::<Vec<_>>() as &[Option<String>],
        &parts.iter().map(|part| part.seller.shipped_at).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &parts.iter().map(|part| part.seller.delivered_at).collect::<Vec<_>>() as &[Option<time::OffsetDateTime>],
        &parts.iter().map(|part| joined(&part.actions())).collect::<Vec<_>>(),
        &parts.iter().map(|part| joined(&part.refunds())).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn lines(rows: &[OrderLine], connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into order_lines (order_id, line, product_id, seller, name, quantity, unit_price)
         select * from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[],
                              $7::bigint[])",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.line.product.into()).collect::<Vec<Uuid>>(),
        &rows.iter().map(|row| row.line.seller.into()).collect::<Vec<Uuid>>(),
        &rows.iter().map(|row| row.line.name.as_str().to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| i64::from(row.line.quantity)).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.line.unit_price.amount as i64).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn returned_lines(rows: &[ReturnedLine], connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into returned_lines (order_id, number, product_id, seller, quantity)
         select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[])",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.product).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.seller).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.quantity).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn moments(rows: &[Moment], connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into timeline (order_id, version, kind, actor, at, detail, partition, position, status, sellers_status,
                               sellers)
         select order_id, version, kind, actor, at, detail::jsonb, partition, position, status, sellers_status,
                string_to_array(sellers, ',')::uuid[]
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::smallint[],
                     $8::bigint[], $9::text[], $10::text[], $11::text[])
           as m (order_id, version, kind, actor, at, detail, partition, position, status, sellers_status, sellers)",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.kind.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.actor.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.detail.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.partition).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.position).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.status.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.sellers_status.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| joined(&row.sellers())).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
