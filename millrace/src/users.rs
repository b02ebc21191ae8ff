//! `millrace users`: the people of a shop.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};
use command_api::Operator;
use domain::user::Role;
use web::settings;

use crate::stores::Stores;

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Show how an account stands
    Show(Show),
    /// Let a user act as something more, such as the first admin; takes their address for proven
    Grant(Grant),
}

/// Whose account.
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The e-mail address of the account
    email: String,
    #[command(flatten)]
    shop: Shop,
}

/// Who, and as what.
#[derive(Args, Debug)]
pub(crate) struct Grant {
    /// The e-mail address of the account
    email: String,
    /// As what; sellers become such by opening a shop
    role: Granted,
    #[command(flatten)]
    shop: Shop,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Granted {
    /// Runs the marketplace
    Admin,
    /// Looks after its people, and changes nothing
    Support,
    /// Places orders
    Buyer,
}

impl From<Granted> for Role {
    fn from(granted: Granted) -> Self {
        match granted {
            Granted::Admin => Self::Admin,
            Granted::Support => Self::Support,
            Granted::Buyer => Self::Buyer,
        }
    }
}

/// Where the shop is.
#[derive(Args, Debug)]
struct Shop {
    #[command(flatten)]
    stores: Stores,
    /// The folder of the keys; that of the shop in the data folder, unless set
    #[arg(long, env = "MILLRACE_KEYS_DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    access: settings::Access,
}

impl Shop {
    fn operator(&self) -> anyhow::Result<Operator> {
        let keys = self.keys_dir.clone().unwrap_or_else(|| self.stores.data_dir.join("keys"));
        Operator::open(self.stores.store()?, &self.stores.redis()?, &keys, self.access.access_lifetime)
    }
}

/// Runs the command that was asked for.
///
/// # Errors
/// When there is no such account, or the shop cannot be reached.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let (email, shop) = match command {
        Command::Show(Show { email, shop }) => (email, shop.operator()?),
        Command::Grant(Grant { email, role, shop }) => {
            let operator = shop.operator()?;
            operator.grant(&email, role.into()).await?;
            (email, operator)
        }
    };
    let (id, user) = shop.user(&email).await?;
    let mut out = io::stdout().lock();
    let roles: Vec<_> = user.roles().map(Role::as_str).collect();
    let said = |is: bool| if is { "yes" } else { "no" };
    writeln!(out, "id             {id}")?;
    writeln!(out, "version        {}", user.version())?;
    writeln!(out, "roles          {}", roles.join(", "))?;
    writeln!(out, "verified       {}", said(user.is_verified()))?;
    writeln!(out, "second factor  {}", said(user.second_factor()))?;
    writeln!(out, "suspended      {}", said(user.is_suspended()))?;
    writeln!(out, "sessions       {}", user.sessions().count())?;
    Ok(ExitCode::SUCCESS)
}
