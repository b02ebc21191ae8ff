//! Text that came from people: parsed once, of a reasonable length, without control characters.
//!
//! `TryFrom<String>` is the way in. Reading an event back checks nothing: what was accepted once stays readable when a
//! rule here becomes stricter.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Too short or too long, in characters.
    #[error("must have {min} to {max} characters, not {actual}")]
    Length {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
        /// What came.
        actual: usize,
    },
    /// A character that no reader could see, or that could disguise another.
    #[error("must not contain control characters")]
    Control,
    /// It begins or ends with white space.
    #[error("must not begin or end with white space")]
    Padded,
    /// It does not have the form asked for.
    #[error("{0}")]
    Form(&'static str),
}

/// Characters without a shape of their own, which could make a text read as another. The joiners U+200C and U+200D are
/// needed to write some languages and emoji, and stay.
const fn disguises(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A joiner shows nothing by itself.
const fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// What counts as the same text: letters of either case and either width, any white space, joined or not.
fn fold(text: &str) -> String {
    let plain: String = text.nfkc().filter(|c| !joins(*c)).collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(text: &str, min: usize, max: usize, lines: bool) -> Result<(), Invalid> {
    let actual = text.chars().count();
    if !(min..=max).contains(&actual) {
        return Err(Invalid::Length { min, max, actual });
    }
    if text.chars().any(|c| (c.is_control() && !(lines && matches!(c, '\n' | '\t'))) || disguises(c)) {
        return Err(Invalid::Control);
    }
    if text.trim().len() != text.len() {
        return Err(Invalid::Padded);
    }
    if !text.is_empty() && text.chars().all(joins) {
        return Err(Invalid::Control);
    }
    Ok(())
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $min:literal to $max:literal $(, lines: $lines:literal)? $(, form: $form:expr)?;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                check(&text, $min, $max, false $(|| $lines)?)?;
                $(let form: fn(&str) -> Result<(), Invalid> = $form; form(&text)?;)?
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )+};
}

texts! {
    /// An e-mail address as its owner writes it. Uniqueness goes by [`Email::normalised`].
    Email, 3 to 254, form: email;
    /// The name an account is known by. Uniqueness goes by [`Username::normalised`].
    Username, 3 to 32, form: username;
    /// What a person wants to be called.
    DisplayName, 1 to 64;
    /// What a shop is called. Uniqueness goes by [`ShopName::normalised`].
    ShopName, 2 to 64;
    /// What a product is called.
    ProductName, 1 to 200;
    /// What a product is, over several lines.
    Description, 0 to 5000, lines: true;
    /// What a product is found under.
    CategoryName, 1 to 64;
    /// Why somebody did something.
    Reason, 1 to 500;
    /// Whatever the goods came with: a delivery note, a purchase order.
    Reference, 1 to 100;
    /// What a parcel can be followed by.
    Tracking, 1 to 100;
    /// Whom a parcel is for.
    Recipient, 1 to 100;
    /// What stands above the town in an address.
    AddressLine, 1 to 100;
    /// A town.
    Place, 1 to 100;
    /// A postal code, as its country writes it.
    Postcode, 1 to 16;
    /// An ISO 3166-1 alpha-2 code.
    Country, 2 to 2, form: country;
    /// What can be rung.
    Phone, 3 to 32, form: phone;
    /// What one person writes to another, over several lines.
    MessageText, 1 to 2000, lines: true, form: without_tabs;
    /// Where a picture can be fetched.
    ImageUrl, 8 to 2048, form: web_address;
}

fn email(text: &str) -> Result<(), Invalid> {
    const FORM: Invalid = Invalid::Form("must be an e-mail address, such as name@example.com");
    let (local, host) = text.rsplit_once('@').ok_or(FORM)?;
    let labels = || host.split('.');
    let fits = !local.is_empty()
        && local.len() <= 64
        && !local.chars().any(|c| c.is_whitespace() || matches!(c, '@' | '<' | '>' | '"' | ',' | ';' | ':' | '\\'))
        && labels().count() >= 2
        && labels().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    if fits { Ok(()) } else { Err(FORM) }
}

fn username(text: &str) -> Result<(), Invalid> {
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if fits {
        Ok(())
    } else {
        Err(Invalid::Form("must be letters, digits, '_', '-' and '.', beginning with a letter or digit"))
    }
}

/// The codes that are assigned, <https://www.iso.org/obp/ui/#search/code/>.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO \
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
    SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US \
    UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

fn country(text: &str) -> Result<(), Invalid> {
    let known = COUNTRIES.split_ascii_whitespace().any(|code| code == text);
    if known { Ok(()) } else { Err(Invalid::Form("must be an ISO 3166-1 alpha-2 code, such as DE")) }
}

fn phone(text: &str) -> Result<(), Invalid> {
    let fits = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '/' | '(' | ')'));
    if fits && text.contains(|c: char| c.is_ascii_digit()) {
        Ok(())
    } else {
        Err(Invalid::Form("must be a phone number: digits, and '+', ' ', '-', '.', '/', '(' or ')' among them"))
    }
}

fn without_tabs(text: &str) -> Result<(), Invalid> {
    if text.contains('\t') { Err(Invalid::Control) } else { Ok(()) }
}

fn web_address(text: &str) -> Result<(), Invalid> {
    const FORM: Invalid = Invalid::Form("must be an address beginning with https://, without user or password");
    let rest = text.strip_prefix("https://").ok_or(FORM)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Browsers read a backslash as a slash, which would move the host.
    let strange = |c: char| c.is_whitespace() || matches!(c, '\\' | '<' | '>' | '"' | '`' | '{' | '}' | '|' | '^');
    if host.is_empty() || host.starts_with(':') || host.contains('@') || text.contains(strange) {
        return Err(FORM);
    }
    Ok(())
}

impl Email {
    /// What counts as the same address: letters of either case.
    #[must_use]
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }
}

impl Username {
    /// What counts as the same name: letters of either case.
    #[must_use]
    pub fn normalised(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl ShopName {
    /// What counts as the same name: letters of either case and either width, any white space.
    #[must_use]
    pub fn normalised(&self) -> String {
        fold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Result<Email, Invalid> {
        text.to_owned().try_into()
    }

    #[test]
    fn accepts_addresses_as_people_write_them() {
        for text in ["a@b.co", "Anna.Berg+shop@example.org", "üser@exämple.de", "o'neil@sub.domain.example"] {
            assert!(email(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_cannot_receive_mail() {
        for text in ["", "a", "a@b", "@b.co", "a@", "a b@c.de", "a@-b.co", "a@b..co", "<a@b.co>", "a@b.co\n"] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn refuses_characters_that_cannot_be_seen() {
        for text in ["\u{0}", "a\u{0}b", "a\u{202e}b", "tab\there"] {
            assert_eq!(ProductName::try_from(text.to_owned()), Err(Invalid::Control), "{text:?}");
        }
        assert!(Description::try_from("two\nlines".to_owned()).is_ok());
    }

    #[test]
    fn refuses_text_that_shows_nothing_or_hides_something() {
        for text in ["\u{200b}", "Te\u{200b}a", "soft\u{ad}hyphen", "\u{200d}", "tag\u{e0041}"] {
            assert_eq!(ProductName::try_from(text.to_owned()), Err(Invalid::Control), "{text:?}");
        }
        assert!(ProductName::try_from("👩\u{200d}🌾 می\u{200c}خواهم".to_owned()).is_ok());
    }

    #[test]
    fn a_message_has_lines_and_no_other_control_characters() {
        let message = |text: &str| MessageText::try_from(text.to_owned());
        for text in ["two\nlines", "<b>bold</b> & <script>alert(1)</script>", "👩\u{200d}🌾", &"é".repeat(2000)] {
            assert!(message(text).is_ok(), "{text}");
        }
        for text in ["a\tb", "a\rb", "a\u{0}b", "a\u{1b}[2Jb", "a\u{85}b"] {
            assert_eq!(message(text), Err(Invalid::Control), "{text:?}");
        }
        for text in ["", " ", "\n", "a\n", &"é".repeat(2001)] {
            assert!(message(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn knows_the_countries_there_are() {
        let country = |text: &str| Country::try_from(text.to_owned());
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
        for text in ["DE", "GB", "ZW"] {
            assert!(country(text).is_ok(), "{text}");
        }
        for text in ["UK", "XX", "de", "D ", "DEU", ""] {
            assert!(country(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_phone_number_can_be_rung() {
        let phone = |text: &str| Phone::try_from(text.to_owned());
        for text in ["112", "+49 381 1234567", "(0381) 12-34.56/7"] {
            assert!(phone(text).is_ok(), "{text}");
        }
        for text in ["call me", "---", "+49;rm", "1"] {
            assert!(phone(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shop_names_that_look_alike_are_the_same() {
        let of = |text: &str| ShopName::try_from(text.to_owned()).expect("valid").normalised();
        assert_eq!(of("Anna's  Shop"), of("anna's shop"));
        assert_eq!(of("Ａｎｎａ"), of("anna"));
        assert_eq!(of("an\u{200d}na"), of("anna"));
    }

    #[test]
    fn accepts_pictures_from_the_web_alone() {
        let image = |text: &str| ImageUrl::try_from(text.to_owned());
        for text in ["https://example.org/a.jpg?w=1#top", "https://[::1]:8080/ä.png", "https://shop.example/a@2x.png"]
        {
            assert!(image(text).is_ok(), "{text}");
        }
        for text in [
            "javascript:alert(1)",
            "http://example.org/a.jpg",
            "data:image/png;base64,AAAA",
            "//example.org/a.jpg",
            "https:///a.jpg",
            "https://anna:secret@example.org/a.jpg",
            "https://example.org\\@elsewhere.example/a.jpg",
            "https://example.org/a b.jpg",
            "https://example.org/\"onerror=",
        ] {
            assert!(image(text).is_err(), "{text}");
        }
    }
}
