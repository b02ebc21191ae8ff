//! The generations of a read model: which there are, and what each is for.

use sqlx::{AssertSqlSafe, PgConnection};

/// What a generation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// A replay fills it.
    Building,
    /// It is complete and kept up to date, and not shown yet.
    Next,
    /// Queries read it.
    Live,
    /// Queries read it until the last switch. It is kept up to date, so that they can again.
    Previous,
}

/// One generation of a read model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The read model.
    pub read_model: &'static str,
    /// Rises from 1.
    pub number: i32,
    /// What it is for.
    pub state: State,
}

impl Generation {
    /// Its schema, which also names its consumer group.
    #[must_use]
    pub fn schema(&self) -> String {
        format!("{}_g{}", self.read_model, self.number)
    }

    /// Whether consumers keep it up to date.
    #[must_use]
    pub const fn is_fed(&self) -> bool {
        !matches!(self.state, State::Building)
    }
}

/// The generations of a read model, oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn all(connection: &mut PgConnection, read_model: &'static str) -> sqlx::Result<Vec<Generation>> {
    let statement = format!("select generation, state from {read_model}.generations order by 1");
    let rows: Vec<(i32, State)> = sqlx::query_as(AssertSqlSafe(statement)).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(number, state)| Generation { read_model, number, state }).collect())
}

/// The generation that queries read.
///
/// # Errors
/// When Postgres does not answer, or the schemas were never brought up to date.
pub async fn live(connection: &mut PgConnection, read_model: &'static str) -> sqlx::Result<Generation> {
    let all = all(connection, read_model).await?;
    all.into_iter().find(|generation| generation.state == State::Live).ok_or(sqlx::Error::RowNotFound)
}
