//! Links that were sent by mail.

use domain::UserId;
use secrecy::{ExposeSecret, SecretString};
use web::problem::Problem;
use web::tokens::mail::{Link, Purpose};

use crate::app::App;
use crate::codes;

impl App {
    /// Whose a link is, and its number, by which the user's events know whether it is good.
    pub(crate) fn link(&self, token: &SecretString, purpose: Purpose) -> Result<(UserId, u32), Problem> {
        let link = self.links.verify(token.expose_secret(), purpose).ok();
        let known = link.and_then(|Link { user, number }| Some((user.into(), u32::try_from(number).ok()?)));
        known.ok_or_else(|| Problem::gone(codes::LINK_EXPIRED, "the link's time is up, or it is not whole"))
    }
}
