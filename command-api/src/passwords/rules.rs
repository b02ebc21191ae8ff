//! What makes a new password acceptable: its length, and that nobody would guess it first.
//!
//! `common.txt` is the list of `@zxcvbn-ts/language-common` 4.1.3 (MIT, see `common.LICENSE`), in lower case and sorted. Nearly all
//! of it is shorter than a password may be here, so what counts is the password behind the decoration: `Password1234!`,
//! `p@ssw0rd2026`, `dragondragon`. No character is required and none forbidden (NIST SP 800-63B, OWASP ASVS 6.2).

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::codes::field;

const SHORTEST: usize = 12;
const LONGEST: usize = 128;
/// So many letters and digits must remain where the caller's own names are taken out.
const LEAST_OF_ITS_OWN: usize = 8;
/// A name of so many letters is looked for within a password.
const LEAST_OF_A_NAME: usize = 3;
/// More digits and signs around a word than that are taken for a part of the secret.
const MOST_DECORATION: usize = 6;
/// A few characters, repeated, are no secret.
const MOST_REPEATED: usize = 4;

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// What fingers find without a thought, and what stands in every name of ours.
const RUNS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890123456789",
    "123456789123456789123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];
const OUR_NAME: &str = "millrace";

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// It is too short or too long.
    #[error("a password has {SHORTEST} to {LONGEST} characters, of any kind")]
    Length,
    /// It is one of those that are tried first.
    #[error("this password, or the word it is made of, is one that many people use")]
    Common,
    /// It is made of what the caller is called.
    #[error("this password is too much like your address or one of your names")]
    Similar,
}

impl Unacceptable {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => field::PASSWORD_LENGTH,
            Self::Common => field::PASSWORD_COMMON,
            Self::Similar => field::PASSWORD_SIMILAR,
        }
    }
}

/// Judges a new password of somebody who is known by these addresses and names.
pub(super) fn check(password: &str, names: &[&str]) -> Result<(), Unacceptable> {
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Err(Unacceptable::Length);
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Err(Unacceptable::Common);
    }
    if names.iter().chain([&OUR_NAME]).any(|name| is_similar(&lower, &name.to_lowercase())) {
        return Err(Unacceptable::Similar);
    }
    Ok(())
}

fn is_common(password: &str) -> bool {
    is_listed(password) || is_run(password) || is_repeated(password) || is_decorated(password)
}

fn is_listed(text: &str) -> bool {
    COMMON.contains(text) || COMMON.contains(plain(text).as_str())
}

fn is_run(text: &str) -> bool {
    let backwards: String = text.chars().rev().collect();
    RUNS.iter().any(|run| run.contains(text) || run.contains(&backwards))
}

/// The same word, or the same few characters, over and over; the last time perhaps not to its end.
fn is_repeated(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=characters.len() / 2).any(|length| {
        let (unit, rest) = characters.split_at(length);
        let repeats = rest.iter().zip(unit.iter().cycle()).all(|(one, other)| one == other);
        repeats && (length <= MOST_REPEATED || is_common(&unit.iter().collect::<String>()))
    })
}

/// A common word with digits and signs around it.
fn is_decorated(text: &str) -> bool {
    let word = text.trim_matches(|character: char| !character.is_alphabetic());
    let before = text.len() - text.trim_start_matches(|character: char| !character.is_alphabetic()).len();
    let (before, after) = (&text[..before.min(text.len())], &text[(before + word.len()).min(text.len())..]);
    let decoration = before.chars().count() + after.chars().count();
    let idle = |part: &str| part.is_empty() || is_run(part) || is_repeated(part) || COMMON.contains(part);
    let weak = decoration <= MOST_DECORATION || (idle(before) && idle(after));
    decoration > 0 && !word.is_empty() && weak && (is_listed(word) || is_run(word) || is_repeated(word))
}

fn is_similar(password: &str, name: &str) -> bool {
    let bare = letters_and_digits(password);
    let names = name.split(|character: char| !character.is_alphanumeric()).chain([name]).map(letters_and_digits);
    names.filter(|name| name.chars().count() >= LEAST_OF_A_NAME).any(|name| {
        let backwards: String = name.chars().rev().collect();
        let own = |text: &str| [&name, &backwards].iter().map(|name| rest(text, name)).min().unwrap_or_default();
        let is_made_of_it = |text: &str| own(text) < LEAST_OF_ITS_OWN && own(text) < text.chars().count();
        is_made_of_it(&bare) || is_made_of_it(&plain(&bare)) || name.contains(&bare)
    })
}

/// How many characters remain of a text where a name is taken out.
fn rest(text: &str, name: &str) -> usize {
    text.replace(name, "").chars().count()
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// The word behind digits and signs that stand for letters.
fn plain(text: &str) -> String {
    let letter = |character| match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["bob@mail.example", "bobby-t", "Bob's Lanterns"];

    fn verdict(password: &str) -> Result<(), Unacceptable> {
        check(password, &NAMES)
    }

    #[test]
    fn takes_any_characters() {
        for password in [
            "correct horse battery staple ü 🐎",
            "a quiet mill by the river",
            "            trailing space ",
            "83920174652938",
            "zk7#qv!w2pXm",
            "monkeys eat 17 pears daily",
        ] {
            assert_eq!(verdict(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        let letters = ['é', 'ß', 'ö', 'ñ', 'ç', 'ø', 'ł'];
        let of_length = |length| letters.iter().cycle().take(length).collect::<String>() + "x";
        assert_eq!(
            [11, 12, 128, 129].map(|length| verdict(&of_length(length - 1)) == Err(Unacceptable::Length)),
            [true, false, false, true]
        );
    }

    #[test]
    fn refuses_what_many_people_use() {
        for password in [
            "1qaz2wsx3edc4rfv",
            "Administrator",
            "Password1234",
            "P@ssw0rd2026!",
            "password12345678",
            "passwordpassword",
            "Password1Password1",
            "dragon!!!!!!!!!!!!",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcab",
            "123456789012",
            "987654321098765",
            "abcdefghijklm",
            "qwertyuiopasdf",
            "!!!letmein!!!",
        ] {
            assert_eq!(verdict(password), Err(Unacceptable::Common), "{password}");
        }
    }

    #[test]
    fn refuses_what_the_caller_is_called() {
        for password in [
            "bob24bob24bob",
            "bob@mail.example",
            "BobbyT-2026!!",
            "lanterns-2026-x",
            "0 b0bby-t 0 x",
            "snretnal-2026",
            "millrace-2026",
            "mailexamplebob",
        ] {
            assert_eq!(verdict(password), Err(Unacceptable::Similar), "{password}");
        }
        assert_eq!(verdict("what bob has never thought of"), Ok(()));
        assert_eq!(check("mail12mail12x", &[]), Ok(()), "of somebody else");
    }

    #[test]
    fn the_list_is_in_lower_case_and_long_enough() {
        assert!(COMMON.len() > 40_000);
        assert!(COMMON.iter().all(|word| *word == word.to_lowercase()));
    }
}
