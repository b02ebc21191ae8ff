//! Accounts: profile and roles, with the personal fields copied from the private records.

use std::collections::BTreeMap;

use domain::{
    Aggregate,
    user::{Event, Role, User},
};
use event_store::{Record, Recorded};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    copy::{Copied, Copies, Line},
    projection::{Projection, Touched, Unfoldable},
};

/// The read model `users`.
pub enum Users {}

/// The accounts of a turn.
#[derive(Default)]
pub struct Rows(BTreeMap<Uuid, Row>);

struct Row {
    id: Uuid,
    version: i64,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    shop_name: Option<String>,
    roles: Vec<String>,
    registered_at: OffsetDateTime,
}

impl Projection for Users {
    const NAME: &'static str = "users";
    const CATEGORIES: &'static [&'static str] = &[User::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[User::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] = &[("users", User::CATEGORY, "id")];
    type Rows = Rows;

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let rows = sqlx::query_as!(
            Row,
            "select id, version, email, username, display_name, shop_name, roles, registered_at
             from users where id = any($1)",
            &touched.of(User::CATEGORY)
        )
        .fetch_all(connection)
        .await?;
        Ok(Rows(rows.into_iter().map(|row| (row.id, row)).collect()))
    }

    fn fold(rows: &mut Rows, event: &Recorded, private: &Record) -> Result<(), Unfoldable> {
        let what = event.event::<User>()?;
        if let Event::Registered { .. } = what {
            rows.0.insert(event.id, Row::registered(event.id, event.time()?));
        }
        let row = rows.0.get_mut(&event.id).ok_or(Unfoldable::NoRow)?;
        match what {
            Event::Registered { .. }
            | Event::SignupRepeated {}
            | Event::VerificationRequested { .. }
            | Event::EmailVerified {}
            | Event::ProfileChanged { .. }
            | Event::PasswordChanged { .. }
            | Event::ResetRequested { .. }
            | Event::SecondFactorEnabled {}
            | Event::SecondFactorDisabled {}
            | Event::SessionStarted { .. }
            | Event::SessionEnded { .. }
            | Event::RefreshReused { .. }
            | Event::Suspended { .. }
            | Event::Reinstated {}
            | Event::Erased { .. }
            | Event::CarriedForward { .. } => {}
            Event::ShopOpened { .. } => row.add(Role::Seller),
            Event::RoleGranted { role } => row.add(role),
            Event::RoleRevoked { role } => row.roles.retain(|held| held != role.as_str()),
        }
        row.version = event.version as i64;
        row.copy(private);
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        let rows: Vec<_> = rows.0.into_values().collect();
        // An array of arrays would have to be rectangular: the roles travel as one text each.
        sqlx::query!(
            "insert into users (id, version, email, username, display_name, shop_name, roles, registered_at)
             select id, version, email, username, display_name, shop_name, string_to_array(roles, ' '), registered_at
             from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::timestamptz[])
               as r (id, version, email, username, display_name, shop_name, roles, registered_at)
             on conflict (id) do update set
               version = excluded.version, email = excluded.email, username = excluded.username,
               display_name = excluded.display_name, shop_name = excluded.shop_name, roles = excluded.roles",
            &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.email.clone()).collect::<Vec<_>>() as &[Option<String>],
            &rows.iter().map(|row| row.username.clone()).collect::<Vec<_>>() as &[Option<String>],
            &rows.iter().map(|row| row.display_name.clone()).collect::<Vec<_>>() as &[Option<String>],
            &rows.iter().map(|row| row.shop_name.clone()).collect::<Vec<_>>() as &[Option<String>],
            &rows.iter().map(|row| row.roles.join(" ")).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.registered_at).collect::<Vec<_>>(),
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    fn drain(_: &mut Rows, _: &mut Copies) {}

    fn copy(rows: Rows, copies: &mut Copies) {
        rows.0.values().for_each(|row| copies.add(row));
    }
}

impl Copied for Row {
    const TABLE: &'static str = "users";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("version", &self.version).put("email", &self.email);
        line.put("username", &self.username).put("display_name", &self.display_name).put("shop_name", &self.shop_name);
        line.put("roles", &self.roles).put("registered_at", &self.registered_at);
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
        }
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
