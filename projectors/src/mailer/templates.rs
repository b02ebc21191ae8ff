//! The words of every mail. A template is a file: its first line is the subject, the rest the text.

use std::sync::LazyLock;

use lettre::message::header::ContentType;
use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};
use secrecy::SecretString;

/// What every mail is.
pub(super) const CONTENT_TYPE: ContentType = ContentType::TEXT_PLAIN;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        const TEMPLATES: &[(&str, &str)] = &[$(($name, include_str!(concat!("templates/", $name, ".txt")))),*];
    };
}

templates!(
    "verify_email",
    "signup_repeated",
    "reset_password",
    "password_changed",
    "session_copied",
    "order_placed",
    "order_confirmed",
    "order_rejected",
    "order_shipped",
    "order_refunded",
    "stock_low",
    "webhook_disabled",
);

/// Subject and text of each, apart: nothing of one can become part of the other.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let lines = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(lines.expect("the delimiters are the usual ones"));
    for (name, template) in TEMPLATES {
        let (subject, body) = template.split_once("\n\n").expect("a template has a subject and a text");
        let subject = subject.strip_prefix("Subject: ").expect("a template begins with its subject");
        for (part, source) in [("subject", subject), ("body", body)] {
            let added = environment.add_template_owned(format!("{name}.{part}.txt"), source);
            added.expect("the templates are tried by tests");
        }
    }
    environment
});

/// A mail, as it is read. Never shown: there may be a link in it.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) body: SecretString,
}

/// Fills in a template.
pub(super) fn fill_in(name: &str, values: &Value) -> Result<Words, minijinja::Error> {
    let render = |part| ENVIRONMENT.get_template(&format!("{name}.{part}.txt"))?.render(values.clone());
    // A line break in a header would begin another one.
    let subject = render("subject")?.replace(char::is_control, " ");
    Ok(Words { subject, body: render("body")?.into() })
}
