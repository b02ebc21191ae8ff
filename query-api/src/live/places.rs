//! How far somebody has heard: the place in each feed of orders, of stock and of messages, and how many of each came late. Clients
//! get it as the id of each event.

use std::fmt::{self, Write};
use std::str::FromStr;

/// How many partitions there are.
pub(super) const PARTITIONS: usize = 16;
/// Between the feeds of a category, and between the categories.
const FEEDS: char = '.';
const CATEGORIES: char = '_';
/// The longest hexadecimal number that is a place.
const LONGEST: usize = 15;

/// What events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Orders,
    Stock,
    Messages,
    /// Those of the first three that came when others behind them had long been told. They have numbers of their own.
    LateOrders,
    LateStock,
    LateMessages,
}

impl Category {
    const COUNT: usize = 6;

    /// Those of the same that came late.
    pub(super) const fn late(self) -> Self {
        match self {
            Self::Orders | Self::LateOrders => Self::LateOrders,
            Self::Stock | Self::LateStock => Self::LateStock,
            Self::Messages | Self::LateMessages => Self::LateMessages,
        }
    }
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) category: Category,
    pub(super) partition: usize,
    pub(super) position: i64,
}

/// Where an event is told of: at its place, or by its number among those that came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) place: Place,
    pub(super) late: Option<Place>,
}

impl Stand {
    pub(super) fn new(category: Category, partition: usize, position: i64, late: Option<i64>) -> Self {
        let at = |category, position| Place { category, partition, position };
        Self { place: at(category, position), late: late.map(|number| at(category.late(), number)) }
    }

    /// What is known once it is told.
    pub(super) fn mark(self) -> Place {
        self.late.unwrap_or(self.place)
    }
}

/// A place in every feed: everything up to there is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places([[i64; PARTITIONS]; Category::COUNT]);

impl Places {
    pub(super) const fn of(&self, category: Category) -> &[i64; PARTITIONS] {
        &self.0[category as usize]
    }

    /// Whether an event lies behind what is known.
    pub(super) const fn has(&self, place: Place) -> bool {
        place.position <= self.0[place.category as usize][place.partition]
    }

    /// Now an event is known, and so are all before it in its feed.
    pub(super) fn pass(&mut self, place: Place) {
        let known = &mut self.0[place.category as usize][place.partition];
        *known = place.position.max(*known);
    }

    /// Now an event is known. Whether it was not yet: one that came late is news to whoever has passed its place, and to anybody
    /// else when that place comes.
    pub(super) fn learn(&mut self, stand: Stand) -> bool {
        let known = self.has(stand.mark()) || stand.late.is_some() && !self.has(stand.place);
        self.pass(stand.mark());
        !known
    }

    /// Now everything is known that is known there.
    pub(super) fn join(&mut self, other: &Self) {
        for (known, other) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *known = (*known).max(*other);
        }
    }

    /// Whether everything is known that is known there.
    pub(super) fn reach(&self, other: &Self) -> bool {
        self.0.as_flattened().iter().zip(other.0.as_flattened()).all(|(known, other)| known >= other)
    }

    /// How many places of all feeds lie between.
    pub(super) fn beyond(&self, other: &Self) -> i64 {
        let pairs = self.0.as_flattened().iter().zip(other.0.as_flattened());
        pairs.map(|(known, other)| (known - other).max(0)).sum()
    }
}

/// Hexadecimal, nothing for 0, and nothing for a category of which nothing is known.
impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (category, places) in self.0.iter().enumerate() {
            if category > 0 {
                f.write_char(CATEGORIES)?;
            }
            if places.iter().all(|place| *place == 0) {
                continue;
            }
            for (partition, place) in places.iter().enumerate() {
                if partition > 0 {
                    f.write_char(FEEDS)?;
                }
                if *place > 0 {
                    write!(f, "{place:x}")?;
                }
            }
        }
        Ok(())
    }
}

/// These are no places of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown;

impl FromStr for Places {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let place = |text: &str| match text.len() {
            0 => Ok(0),
            1..=LONGEST if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                i64::from_str_radix(text, 16).map_err(|_| Unknown)
            }
            _ => Err(Unknown),
        };
        let category = |text: &str| -> Result<[i64; PARTITIONS], Unknown> {
            if text.is_empty() {
                return Ok([0; PARTITIONS]);
            }
            let places: Result<Vec<_>, _> = text.split(FEEDS).map(place).collect();
            places?.try_into().map_err(|_| Unknown)
        };
        let categories: Result<Vec<_>, _> = text.split(CATEGORIES).map(category).collect();
        Ok(Self(categories?.try_into().map_err(|_| Unknown)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(category: Category, partition: usize, position: i64) -> Place {
        Place { category, partition, position }
    }

    #[test]
    fn come_back_as_they_were() {
        let mut places = Places::default();
        places.pass(place(Category::Orders, 0, 26));
        places.pass(place(Category::Stock, 15, 1));
        assert_eq!(places.to_string(), "1a..............._...............1____");
        assert_eq!(places.to_string().parse(), Ok(places));
        assert_eq!(Places::default().to_string().parse(), Ok(Places::default()));
    }

    #[test]
    fn know_what_lies_before_them_in_the_same_feed_and_no_other() {
        let mut places = Places::default();
        places.pass(place(Category::Orders, 3, 7));
        assert!(places.has(place(Category::Orders, 3, 6)) && places.has(place(Category::Orders, 3, 7)));
        assert!(!places.has(place(Category::Orders, 3, 8)));
        assert!(!places.has(place(Category::Stock, 3, 7)) && !places.has(place(Category::Orders, 4, 7)));
    }

    #[test]
    fn learn_of_what_came_late_by_its_number_or_else_at_its_place() {
        let early = Stand::new(Category::Orders, 0, 7, None);
        let late = Stand::new(Category::Orders, 0, 7, Some(1));
        let mut passed = Places::default();
        passed.pass(place(Category::Orders, 0, 9));
        assert!(passed.learn(late) && !passed.learn(late) && !passed.learn(early));
        let mut before = Places::default();
        assert!(!before.learn(late) && before.learn(early) && !before.learn(late));
    }

    #[test]
    fn join_to_what_either_of_them_knows() {
        let (mut one, mut other) = (Places::default(), Places::default());
        one.pass(place(Category::Orders, 0, 5));
        other.pass(place(Category::Orders, 1, 9));
        assert!(!one.reach(&other));
        assert_eq!((other.beyond(&one), one.beyond(&other)), (9, 5));
        one.join(&other);
        assert!(one.reach(&other) && one.has(place(Category::Orders, 0, 5)));
    }

    #[test]
    fn are_refused_when_they_were_made_up() {
        let good = Places::default().to_string();
        for text in
            ["", "1", "_", &good[1..], &good.replace('_', "_-1"), &good.replace('_', "_10000000000000000"), "ä_ö"]
        {
            assert_eq!(text.parse::<Places>(), Err(Unknown), "{text}");
        }
    }
}
