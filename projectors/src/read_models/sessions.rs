//! The sessions of users: which began, and which have ended.

use std::collections::{BTreeMap, BTreeSet};

use domain::{SessionId, user::Ending};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    copy::{Copied, Copies, Line},
    projection::Unfoldable,
};

/// The sessions of a turn.
#[derive(Default)]
pub(super) struct Sessions {
    /// Those that have not ended, by user and session.
    open: BTreeMap<(Uuid, Uuid), Row>,
    /// Those of them that are new.
    started: BTreeSet<(Uuid, Uuid)>,
    ended: Vec<Row>,
}

struct Row {
    user_id: Uuid,
    version: i64,
    id: Uuid,
    started_at: OffsetDateTime,
    until: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    reason: Option<String>,
}

impl Sessions {
    pub(super) async fn load(connection: &mut PgConnection, users: &[Uuid]) -> sqlx::Result<Self> {
        let open = sqlx::query_as!(
            Row,
            "select user_id, version, id, started_at, until, ended_at, reason
             from sessions where user_id = any($1) and ended_at is null",
            users
        )
        .fetch_all(connection)
        .await?;
        Ok(Self { open: open.into_iter().map(|row| ((row.user_id, row.id), row)).collect(), ..Self::default() })
    }

    pub(super) fn start(&mut self, user: Uuid, version: u64, id: SessionId, at: OffsetDateTime, until: OffsetDateTime) {
        let (id, version) = (id.into(), version as i64);
        let row = Row { user_id: user, version, id, started_at: at, until, ended_at: None, reason: None };
        self.open.insert((user, id), row);
        self.started.insert((user, id));
    }

    pub(super) fn end(
        &mut self,
        user: Uuid,
        id: SessionId,
        at: OffsetDateTime,
        reason: Ending,
    ) -> Result<(), Unfoldable> {
        let row = self.open.remove(&(user, id.into())).ok_or(Unfoldable::NoRow)?;
        self.started.remove(&(user, row.id));
        self.ended.push(Row { ended_at: Some(at), reason: Some(reason.as_str().to_owned()), ..row });
        Ok(())
    }

    pub(super) async fn save(self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let Self { open, started, ended } = self;
        let fresh = open.into_iter().filter(|(key, _)| started.contains(key)).map(|(_, row)| row);
        let rows: Vec<_> = fresh.chain(ended).collect();
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into sessions (user_id, version, id, started_at, until, ended_at, reason)
             select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::timestamptz[],
                                  $6::timestamptz[], $7::text[])
             on conflict (user_id, version) do update set ended_at = excluded.ended_at, reason = excluded.reason",
            &rows.iter().map(|row| row.user_id).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.started_at).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.until).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.ended_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
            &rows.iter().map(|row| row.reason.clone()).collect::<Vec<_>>() as &[Option<String>],
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Hands over those that have ended.
    pub(super) fn drain(&mut self, copies: &mut Copies) {
        self.ended.drain(..).for_each(|row| copies.add(&row));
    }

    /// Hands over all.
    pub(super) fn copy(mut self, copies: &mut Copies) {
        self.drain(copies);
        self.open.values().for_each(|row| copies.add(row));
    }
}

impl Copied for Row {
    const TABLE: &'static str = "sessions";

    fn put(&self, line: &mut Line<'_>) {
        line.put("user_id", &self.user_id).put("version", &self.version).put("id", &self.id);
        line.put("started_at", &self.started_at).put("until", &self.until);
        line.put("ended_at", &self.ended_at).put("reason", &self.reason);
    }
}
