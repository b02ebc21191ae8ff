//! What the buyer and the sellers of an order write to one another. Its id is the order's.
//!
//! The words are a private record beside the log; who may write is found out from the order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Aggregate, OrderId, UserId, order::Party};

/// The most messages of one order.
pub const MAX_MESSAGES: u32 = 1_000;

/// The messages of one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    posted: u32,
    /// The numbers of the messages whose texts are kept, by who wrote them.
    authors: BTreeMap<UserId, Vec<u32>>,
}

impl Conversation {
    /// How many messages there are: the number of the newest.
    #[must_use]
    pub const fn posted(&self) -> u32 {
        self.posted
    }
}

/// What can be asked of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Write something.
    Post {
        /// Who writes.
        author: UserId,
        /// On which side of the order.
        party: Party,
    },
    /// Delete every text of somebody who is erased.
    Forget {
        /// Who wrote them.
        author: UserId,
    },
}

/// What has happened in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wrote.
    #[serde(rename = "message.posted")]
    Posted {
        /// The number of the message, from 1. Its text is the private field of that name.
        number: u32,
        /// Who wrote.
        author: UserId,
        /// On which side of the order.
        party: Party,
    },
    /// Texts were deleted: who wrote them is erased.
    #[serde(rename = "message.forgotten")]
    Forgotten {
        /// Who wrote them.
        author: UserId,
        /// The numbers of the messages.
        numbers: Vec<u32>,
    },
    /// The books were closed: this is how it stands.
    #[serde(rename = "message.carried_forward")]
    CarriedForward {
        /// How many messages there are.
        posted: u32,
        /// The numbers of those whose texts are kept, by who wrote them.
        authors: BTreeMap<UserId, Vec<u32>>,
    },
}

/// Which rule of conversations a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are [`MAX_MESSAGES`] already.
    #[error("an order has {MAX_MESSAGES} messages at most")]
    Full,
}

impl Aggregate for Conversation {
    const CATEGORY: &'static str = "message";

    type Id = OrderId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Post { .. } if self.posted >= MAX_MESSAGES => Err(Error::Full),
            Command::Post { author, party } => Ok(vec![Event::Posted { number: self.posted + 1, author, party }]),
            Command::Forget { author } => {
                let kept = self.authors.get(&author);
                Ok(kept.map(|numbers| Event::Forgotten { author, numbers: numbers.clone() }).into_iter().collect())
            }
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Posted { number, author, .. } => {
                self.posted = *number;
                self.authors.entry(*author).or_default().push(*number);
            }
            Event::Forgotten { author, .. } => {
                self.authors.remove(author);
            }
            Event::CarriedForward { posted, authors } => {
                *self = Self { posted: *posted, authors: authors.clone() };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { posted, authors } = self.clone();
        (posted > 0).then_some(Event::CarriedForward { posted, authors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{given, id};

    fn post(author: u128, party: Party) -> Command {
        Command::Post { author: id(author), party }
    }

    fn posted(number: u32, author: u128, party: Party) -> Event {
        Event::Posted { number, author: id(author), party }
    }

    fn forgotten(author: u128, numbers: impl IntoIterator<Item = u32>) -> Event {
        Event::Forgotten { author: id(author), numbers: numbers.into_iter().collect() }
    }

    #[test]
    fn messages_are_counted() {
        let first = posted(1, 1, Party::Buyer);
        given::<Conversation>([]).when(post(1, Party::Buyer)).then([first.clone()]);
        given::<Conversation>([first]).when(post(2, Party::Seller)).then([posted(2, 2, Party::Seller)]);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let almost = || posted(MAX_MESSAGES - 1, 1, Party::Buyer);
        let last = posted(MAX_MESSAGES, 2, Party::Seller);
        given::<Conversation>([almost()]).when(post(2, Party::Seller)).then([last.clone()]);
        given::<Conversation>([almost(), last]).when(post(2, Party::Seller)).then_err(Error::Full);
    }

    #[test]
    fn the_texts_of_one_author_are_forgotten_and_counting_goes_on() {
        let history = || [posted(1, 1, Party::Buyer), posted(2, 2, Party::Seller), posted(3, 1, Party::Buyer)];
        let forget = |author| Command::Forget { author: id(author) };
        given::<Conversation>(history()).when(forget(1)).then([forgotten(1, [1, 3])]);
        given::<Conversation>(history()).when(forget(9)).then_nothing();
        let after = || history().into_iter().chain([forgotten(1, [1, 3])]);
        given::<Conversation>(after()).when(forget(1)).then_nothing();
        given::<Conversation>(after()).when(post(1, Party::Buyer)).then([posted(4, 1, Party::Buyer)]);
        given::<Conversation>(after().chain([posted(4, 1, Party::Buyer)])).when(forget(1)).then([forgotten(1, [4])]);
    }
}
