//! What the buyer and the sellers of an order write to one another. Its id is the order's.
//!
//! The words are a private record beside the log; who may write is found out from the order.

use serde::{Deserialize, Serialize};

use crate::{Aggregate, OrderId, UserId, order::Party};

/// The messages of one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    posted: u32,
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
    /// The books were closed: this is how it stands.
    #[serde(rename = "message.carried_forward")]
    CarriedForward {
        /// How many messages there are.
        posted: u32,
    },
}

/// Which rule of conversations a command would break: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {}

impl Aggregate for Conversation {
    const CATEGORY: &'static str = "message";

    type Id = OrderId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let Command::Post { author, party } = command;
        Ok(vec![Event::Posted { number: self.posted + 1, author, party }])
    }

    fn evolve(&mut self, event: &Event) {
        self.posted = match *event {
            Event::Posted { number, .. } => number,
            Event::CarriedForward { posted } => posted,
        };
    }

    fn carried_forward(&self) -> Option<Event> {
        (self.posted > 0).then_some(Event::CarriedForward { posted: self.posted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{given, id};

    fn posted(number: u32, author: u128, party: Party) -> Event {
        Event::Posted { number, author: id(author), party }
    }

    #[test]
    fn messages_are_counted() {
        let post = |author, party| Command::Post { author: id(author), party };
        let first = posted(1, 1, Party::Buyer);
        given::<Conversation>([]).when(post(1, Party::Buyer)).then([first.clone()]);
        given::<Conversation>([first]).when(post(2, Party::Seller)).then([posted(2, 2, Party::Seller)]);
    }
}
