//! How many of a consumer's feeds each of its workers should hold, so that they are spread evenly.
//!
//! Workers make themselves known in Postgres and count one another. Each by itself comes to its share: takes what is free
//! while it holds less, lets go while it holds more. Two that count differently for a moment agree a second later; the
//! tokens of the leases keep either from settling what is not its own.

use std::time::Duration;

use sqlx::PgPool;

use crate::Fault;

/// Makes a worker known for so long, and returns its share of `feeds`.
pub(crate) async fn of(
    pool: &PgPool,
    consumer: &str,
    owner: &str,
    lifetime: Duration,
    feeds: usize,
) -> Result<usize, Fault> {
    let others = sqlx::query!(
        r#"with me as (
             insert into workers (consumer, owner, expires_at) values ($1, $2, now() + make_interval(secs => $3))
             on conflict (consumer, owner) do update set expires_at = excluded.expires_at
           ), gone as (
             delete from workers where consumer = $1 and owner <> $2 and expires_at < now()
           )
           select count(*) as "count!", count(*) filter (where owner < $2) as "before_me!"
           from workers where consumer = $1 and owner <> $2 and expires_at >= now()"#,
        consumer,
        owner,
        lifetime.as_secs_f64()
    )
    .fetch_one(pool)
    .await?;
    let (others, before_me) = (others.count.unsigned_abs() as usize, others.before_me.unsigned_abs() as usize);
    Ok(share(feeds, others + 1, before_me))
}

/// Ends that a worker is counted.
pub(crate) async fn leave(pool: &PgPool, consumer: &str, owner: &str) -> Result<(), Fault> {
    sqlx::query!("delete from workers where consumer = $1 and owner = $2", consumer, owner).execute(pool).await?;
    Ok(())
}

/// What is left over after an even split goes to the first workers, one each.
const fn share(feeds: usize, workers: usize, before_me: usize) -> usize {
    feeds / workers + (before_me < feeds % workers) as usize
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn the_shares_differ_by_one_at_most_and_add_up() {
        for workers in 1..=20 {
            let shares: Vec<_> = (0..workers).map(|before_me| share(16, workers, before_me)).collect();
            assert_eq!(shares.iter().sum::<usize>(), 16);
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1, "{shares:?}");
        }
    }
}
