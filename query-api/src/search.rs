//! What people type into a search, read as words, and what that makes Postgres look for.
//!
//! A product is found when it has all the words, or words that begin with them. Where no product has all of them, a word
//! that no product has counts as misspelt (every word, if they are only not found together), and finds what it could have been
//! with one letter wrong, missing, too many, or swapped with its neighbour: see `slips` in the migrations of `products`.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;

/// Shorter words, longer ones and numbers are never misspelt.
const SHORTEST: usize = 3;
const LONGEST: usize = 32;
/// What no product has.
const NOTHING: &str = "'~'";

/// Which words count as misspelt, bit by bit. It goes into cursors, so that the pages of a list agree on it whatever is
/// listed meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Misspelt(u16);

/// Where a page of found products ended: how the words were read, and the sort key of its last row.
pub(crate) type Found<K> = (Misspelt, K);

/// A search, as Postgres takes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) misspelt: Misspelt,
    /// What a product must match.
    pub(crate) condition: String,
    /// What counts, word by word: the forms of each, and once more the words themselves.
    pub(crate) forms: String,
    pub(crate) exact: String,
}

struct Asked {
    /// The first ten: each costs a look into the index.
    words: Vec<String>,
    /// Which of them some product has, if none has all.
    known: Vec<bool>,
}

impl Search {
    /// Reads a text; `before` is how the pages before have read it.
    pub(crate) async fn read(pool: &PgPool, text: &str, before: Option<Misspelt>) -> sqlx::Result<Self> {
        let asked = sqlx::query_as!(
            Asked,
            r#"with asked as (
                 select (array_remove(string_to_array(btrim(regexp_replace(regexp_replace(regexp_replace(
                   lower(normalize($1::text, nfkd) collate "und-x-icu"),
                   '[\u0300-\u036f\u0591-\u05c7\u064b-\u065f''’`]+', '', 'g'),
                   '[^[:alnum:]\u0900-\u109f\u1780-\u17ff]+', ' ', 'g'),
                   '(\S{64})\S+', '\1', 'g')), ' '), ''))[:10] as words
               ), found as (
                 select words, exists (
                   select from products.products p where p.status = 'active' and p.search @@
                     (select string_agg('''' || word || ''':*', ' & ') from unnest(words) as word)::tsquery
                 ) as together
                 from asked
               )
               select words as "words!",
                      case when together then '{}' else array(
                        select exists (select from products.products p where p.status = 'active'
                                         and p.search @@ ('''' || word || ''':*')::tsquery)
                        from unnest(words) with ordinality as w (word, place) order by place
                      ) end as "known!"
               from found"#,
            text
        )
        .fetch_one(pool)
        .await?;
        let misspelt = before.unwrap_or_else(|| asked.misspelt());
        Ok(Self::of(&asked.words, misspelt))
    }

    fn of(words: &[String], misspelt: Misspelt) -> Self {
        let (mut condition, mut every, mut exact) = (Vec::new(), Vec::new(), Vec::new());
        for (place, word) in words.iter().enumerate() {
            let mut forms = vec![format!("'{word}':*")];
            match misspelt.has(place) && can_be_misspelt(word) {
                true => forms.extend(slips(word).map(|slip| format!("'~{slip}'"))),
                false => exact.push(format!("'{word}'")),
            }
            let forms = forms.join(" | ");
            condition.push(format!("({forms})"));
            every.push(forms);
        }
        let joined = |parts: Vec<String>, by| if parts.is_empty() { NOTHING.to_owned() } else { parts.join(by) };
        Self { misspelt, condition: joined(condition, " & "), forms: joined(every, " | "), exact: joined(exact, " | ") }
    }
}

impl Asked {
    fn misspelt(&self) -> Misspelt {
        let all_known = self.known.iter().all(|known| *known);
        let places = self.known.iter().enumerate().filter(|(_, known)| all_known || !**known);
        Misspelt(places.fold(0, |bits, (place, _)| bits | 1 << place))
    }
}

impl Misspelt {
    const fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }
}

fn can_be_misspelt(word: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&word.chars().count()) && !word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A word, and what is left of it without one of its letters.
fn slips(word: &str) -> impl Iterator<Item = String> {
    let without = word.char_indices().map(|(at, letter)| format!("{}{}", &word[..at], &word[at + letter.len_utf8()..]));
    std::iter::once(word.to_owned()).chain(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(known: &[bool]) -> Asked {
        Asked { words: vec!["word".to_owned(); known.len()], known: known.to_vec() }
    }

    fn search(words: &[&str], misspelt: u16) -> Search {
        Search::of(&words.iter().map(ToString::to_string).collect::<Vec<_>>(), Misspelt(misspelt))
    }

    #[test]
    fn words_that_no_product_has_are_misspelt() {
        assert_eq!(asked(&[true, false, true]).misspelt(), Misspelt(0b010));
        assert_eq!(asked(&[]).misspelt(), Misspelt(0), "what is found has nothing wrong with it");
    }

    #[test]
    fn words_that_are_only_not_found_together_may_all_be_misspelt() {
        assert_eq!(asked(&[true, true]).misspelt(), Misspelt(0b11));
    }

    #[test]
    fn wants_every_word_or_one_that_begins_with_it() {
        assert_eq!(search(&["red", "tea"], 0).condition, "('red':*) & ('tea':*)");
    }

    #[test]
    fn counts_a_word_once_more_than_what_begins_with_it() {
        let search = search(&["red", "tea"], 0b01);
        assert_eq!(search.forms, "'red':* | '~red' | '~ed' | '~rd' | '~re' | 'tea':*");
        assert_eq!(search.exact, "'tea'");
    }

    #[test]
    fn leaves_each_letter_of_a_misspelt_word_out() {
        assert_eq!(search(&["tée"], 1).condition, "('tée':* | '~tée' | '~ée' | '~te' | '~té')");
    }

    #[test]
    fn takes_short_words_and_numbers_as_they_are() {
        assert_eq!(search(&["of", "100"], 0b11).condition, "('of':*) & ('100':*)");
    }

    #[test]
    fn a_search_without_words_finds_nothing() {
        assert_eq!(search(&[], 0).condition, "'~'");
    }
}
