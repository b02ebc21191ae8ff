//! Which consumers work and which stand still, for the readiness check.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::Fault;

/// The last word of every consumer of this process.
#[derive(Debug, Default)]
pub struct Status(Mutex<BTreeMap<String, Option<String>>>);

impl Status {
    /// The consumers that stand still, and why.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, String)> {
        let consumers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        consumers.iter().filter_map(|(group, fault)| Some((group.clone(), fault.clone()?))).collect()
    }

    pub(crate) fn works(&self, group: &str) {
        self.set(group, None);
    }

    pub(crate) fn failed(&self, group: &str, fault: &Fault) {
        self.set(group, Some(fault.to_string()));
    }

    /// A consumer that has ended says nothing any more.
    pub(crate) fn ended(&self, group: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(group);
    }

    fn set(&self, group: &str, fault: Option<String>) {
        let mut consumers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match consumers.get_mut(group) {
            Some(known) => *known = fault,
            None => drop(consumers.insert(group.to_owned(), fault)),
        }
    }
}
