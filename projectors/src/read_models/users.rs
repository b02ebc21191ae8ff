//! Accounts: profile, roles, standing and sessions, with the personal fields copied from the private records.

use std::collections::BTreeMap;

use domain::{
    Aggregate,
    user::{Event, Role, User},
};
use event_store::{Positioned, Record};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::sessions::Sessions;
use crate::{
    copy::{Copied, Copies, Line},
    projection::{Projection, Touched, Unfoldable},
};

/// The read model `users`.
pub enum Users {}

/// The accounts of a turn, with their sessions.
#[derive(Default)]
pub struct Rows {
    users: BTreeMap<Uuid, Row>,
    sessions: Sessions,
}

struct Row {
    id: Uuid,
    version: i64,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    shop_name: Option<String>,
    roles: Vec<String>,
    registered_at: OffsetDateTime,
    verified: bool,
    second_factor: bool,
    suspended_at: Option<OffsetDateTime>,
    suspension_reason: Option<String>,
    erased_at: Option<OffsetDateTime>,
    tokens_valid_after: Option<OffsetDateTime>,
}

impl Projection for Users {
    const NAME: &'static str = "users";
    const CATEGORIES: &'static [&'static str] = &[User::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[User::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] =
        &[("users", User::CATEGORY, "id"), ("sessions", User::CATEGORY, "user_id")];
    type Rows = Rows;

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let touched = touched.of(User::CATEGORY);
        let rows = sqlx::query_as!(
            Row,
            "select id, version, email, username, display_name, shop_name, roles, registered_at, verified, second_factor,
                    suspended_at, suspension_reason, erased_at, tokens_valid_after
             from users where id = any($1)",
            &touched
        )
        .fetch_all(&mut *connection)
        .await?;
        let users = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(Rows { users, sessions: Sessions::load(connection, &touched).await? })
    }

    fn fold(rows: &mut Rows, Positioned { event, .. }: &Positioned, private: &Record) -> Result<(), Unfoldable> {
        let (what, at) = (event.event::<User>()?, event.time()?);
        let Rows { users, sessions } = rows;
        if let Event::Registered { .. } = what {
            users.insert(event.id, Row::registered(event.id, at));
        }
        let row = users.get_mut(&event.id).ok_or(Unfoldable::NoRow)?;
        match what {
            Event::Registered { .. }
            | Event::SignupRepeated {}
            | Event::VerificationRequested { .. }
            | Event::ProfileChanged { .. }
            | Event::ResetRequested { .. }
            | Event::RefreshReused { .. }
            | Event::CarriedForward { .. } => {}
            Event::EmailVerified {} => row.verified = true,
            Event::PasswordChanged { .. } => row.tokens_valid_after = Some(at),
            Event::SecondFactorEnabled {} => row.second_factor = true,
            Event::SecondFactorDisabled {} => row.second_factor = false,
            Event::SessionStarted { session, until } => sessions.start(event.id, event.version, session, at, until),
            Event::SessionEnded { session, reason } => sessions.end(event.id, session, at, reason)?,
            Event::ShopOpened { .. } => row.add(Role::Seller),
            Event::RoleGranted { role } => {
                row.add(role);
                row.tokens_valid_after = Some(at);
            }
            Event::RoleRevoked { role } => {
                row.roles.retain(|held| held != role.as_str());
                row.tokens_valid_after = Some(at);
            }
            Event::Suspended { reason } => {
                row.suspended_at = Some(at);
                row.suspension_reason = Some(reason.into());
                row.tokens_valid_after = Some(at);
            }
            Event::Reinstated {} => row.reinstate(),
            Event::Erased { .. } => {
                row.reinstate();
                row.erased_at = Some(at);
                row.tokens_valid_after = Some(at);
            }
        }
        row.version = event.version as i64;
        row.copy(private);
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        save_users(rows.users.into_values().collect(), connection).await?;
        rows.sessions.save(connection).await
    }

    fn drain(rows: &mut Rows, copies: &mut Copies) {
        rows.sessions.drain(copies);
    }

    fn copy(rows: Rows, copies: &mut Copies) {
        rows.users.values().for_each(|row| copies.add(row));
        rows.sessions.copy(copies);
    }
}

impl Copied for Row {
    const TABLE: &'static str = "users";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("version", &self.version).put("email", &self.email);
        line.put("username", &self.username).put("display_name", &self.display_name).put("shop_name", &self.shop_name);
        line.put("roles", &self.roles).put("registered_at", &self.registered_at);
        line.put("verified", &self.verified).put("second_factor", &self.second_factor);
        line.put("suspended_at", &self.suspended_at).put("suspension_reason", &self.suspension_reason);
        line.put("erased_at", &self.erased_at).put("tokens_valid_after", &self.tokens_valid_after);
    }
}

impl Row {
    fn registered(id: Uuid, at: OffsetDateTime) -> Self {
        Self {
            id,
            version: 0,
            email: None,
            username: None,
            display_name: None,
            shop_name: None,
            roles: vec![Role::Buyer.as_str().to_owned()],
            registered_at: at,
            verified: false,
            second_factor: false,
            suspended_at: None,
            suspension_reason: None,
            erased_at: None,
            tokens_valid_after: None,
        }
    }

    fn reinstate(&mut self) {
        self.suspended_at = None;
        self.suspension_reason = None;
    }

    fn add(&mut self, role: Role) {
        if !self.roles.iter().any(|held| held == role.as_str()) {
            self.roles.push(role.as_str().to_owned());
        }
    }

    fn copy(&mut self, private: &Record) {
        let field = |name| private.get(name).map(str::to_owned);
        self.email = field("email");
        self.username = field("username");
        self.display_name = field("display_name");
        self.shop_name = field("shop_name");
    }
}

async fn save_users(rows: Vec<Row>, connection: &mut PgConnection) -> sqlx::Result<()> {
    // An array of arrays would have to be rectangular: the roles travel as one text each.
    sqlx::query!(
        "insert into users (id, version, email, username, display_name, shop_name, roles, registered_at, verified,
                            second_factor, suspended_at, suspension_reason, erased_at, tokens_valid_after)
         select id, version, email, username, display_name, shop_name, string_to_array(roles, ' '), registered_at, verified,
                second_factor, suspended_at, suspension_reason, erased_at, tokens_valid_after
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::timestamptz[], $9::bool[], $10::bool[], $11::timestamptz[], $12::text[], $13::timestamptz[],
                     $14::timestamptz[])
           as r (id, version, email, username, display_name, shop_name, roles, registered_at, verified, second_factor,
                 suspended_at, suspension_reason, erased_at, tokens_valid_after)
         on conflict (id) do update set
           version = excluded.version, email = excluded.email, username = excluded.username,
           display_name = excluded.display_name, shop_name = excluded.shop_name, roles = excluded.roles,
           verified = excluded.verified, second_factor = excluded.second_factor, suspended_at = excluded.suspended_at,
           suspension_reason = excluded.suspension_reason, erased_at = excluded.erased_at,
           tokens_valid_after = excluded.tokens_valid_after",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.email.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.username.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.display_name.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.shop_name.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.roles.join(" ")).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.registered_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.verified).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.second_factor).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.suspended_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &rows.iter().map(|row| row.suspension_reason.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.erased_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &rows.iter().map(|row| row.tokens_valid_after).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
    )
    .execute(connection)
    .await?;
    Ok(())
}
