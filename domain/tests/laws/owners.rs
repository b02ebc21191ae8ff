//! Laws that claims and accounts keep together: what is claimed never belongs to two, in whatever order the steps of
//! claiming, registering and taking back come, and however long they take.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Aggregate, UserId,
    claim::{APPEAR_WITHIN, Claim, Command},
};
use proptest::{collection::vec, prelude::*, sample::select};
use time::{Duration, OffsetDateTime};

use crate::wishes::id;

/// Who wants the name: two who are about to sign up, and one who has an account and wants another name.
const WANT_IT: [u128; 3] = [1, 2, MEMBER];
const MEMBER: u128 = 3;
/// Who frees the name when its timer is due, or whenever else.
const KEEPER: u128 = 4;

/// One name, and everybody's way to it. Each step is as long after the one before as the scheduler likes.
#[derive(Clone)]
struct World {
    /// By the clock of the store.
    now: OffsetDateTime,
    /// How far the clocks of the others are wrong.
    wrong: BTreeMap<u128, Duration>,
    claim: Claim,
    appeared: BTreeSet<UserId>,
    /// Whose account rests on the claim.
    rests: BTreeSet<UserId>,
    errands: BTreeMap<u128, Errand>,
}

/// How far somebody has come.
#[derive(Clone, Copy)]
enum Errand {
    Begun { at: OffsetDateTime },
    LookedUp { at: OffsetDateTime, holder: Option<UserId>, until: Option<OffsetDateTime> },
    Knows { at: OffsetDateTime, until: Option<OffsetDateTime>, holder_appeared: bool },
    Claimed { until: OffsetDateTime },
}

impl World {
    fn new(wrong: BTreeMap<u128, Duration>) -> Self {
        Self {
            now: OffsetDateTime::UNIX_EPOCH,
            wrong,
            claim: Claim::default(),
            appeared: BTreeSet::from([id(MEMBER)]),
            rests: BTreeSet::new(),
            errands: BTreeMap::new(),
        }
    }

    fn wait(&mut self, minutes: i64) {
        self.now += Duration::minutes(minutes);
    }

    /// Takes the next step of somebody, then looks whether the name belongs to one at most.
    fn step(&mut self, who: u128) {
        let next = match self.errands.remove(&who) {
            None => {
                let wrong = self.wrong.get(&who).copied().unwrap_or_default();
                Some(Errand::Begun { at: self.now + wrong })
            }
            Some(Errand::Begun { at }) => {
                Some(Errand::LookedUp { at, holder: self.claim.owner(), until: self.claim.until() })
            }
            Some(Errand::LookedUp { at, holder, until }) => {
                let own = holder == Some(id(who));
                let holder_appeared = own || holder.is_some_and(|holder| self.appeared.contains(&holder));
                Some(Errand::Knows { at, until: until.filter(|_| own), holder_appeared })
            }
            Some(Errand::Knows { at, holder_appeared, .. }) if who == KEEPER => {
                self.decide(Command::TakeBack { at, holder_appeared });
                None
            }
            Some(Errand::Knows { at, until, holder_appeared }) => {
                let latest = at + APPEAR_WITHIN;
                let claimed = self.now <= latest && self.decide(Command::Claim { owner: id(who), at, holder_appeared });
                claimed.then(|| Errand::Claimed { until: until.map_or(latest, |earlier| earlier.max(latest)) })
            }
            Some(Errand::Claimed { until }) => {
                // A member has all the time in the world: nobody takes a claim over from those who have appeared.
                if who == MEMBER || (self.now <= until && self.appeared.insert(id(who))) {
                    self.rests.insert(id(who));
                }
                None
            }
        };
        self.errands.extend(next.map(|errand| (who, errand)));
        assert!(self.rests.iter().all(|user| self.claim.owner() == Some(*user)), "{:?}: {:?}", self.rests, self.claim);
    }

    fn decide(&mut self, command: Command) -> bool {
        let decided = self.claim.decide(command);
        decided.iter().flatten().for_each(|event| self.claim.evolve(event));
        decided.is_ok()
    }
}

/// Lets these people take so many steps each, and so many waits of five minutes pass, in every order there is.
fn in_every_order(world: &World, steps: &mut [(u128, u32)], waits: u32) -> u64 {
    let mut ways = u64::from(waits == 0 && steps.iter().all(|(_, left)| *left == 0));
    for index in 0..steps.len() {
        let (who, left) = steps[index];
        if left > 0 {
            let mut next = world.clone();
            next.step(who);
            steps[index].1 = left - 1;
            ways += in_every_order(&next, steps, waits);
            steps[index].1 = left;
        }
    }
    if waits > 0 {
        let mut next = world.clone();
        next.wait(5);
        ways += in_every_order(&next, steps, waits - 1);
    }
    ways
}

#[test]
fn a_name_is_never_taken_from_one_who_registers_in_time() {
    let mut world = World::new(BTreeMap::new());
    (0..4).for_each(|_| world.step(1));
    // The first has claimed it, and has yet to register. Another signs up, and the timer fires.
    let ways = in_every_order(&world, &mut [(1, 1), (2, 5), (KEEPER, 4)], 4);
    assert!(ways > 1_000_000, "only {ways} ways were tried");
}

#[test]
fn a_name_whose_owner_never_registered_goes_to_the_next() {
    let mut world = World::new(BTreeMap::new());
    (0..4).for_each(|_| world.step(1));
    world.wait(15);
    (0..4).for_each(|_| world.step(KEEPER));
    assert_eq!(world.claim.owner(), None);
    (0..5).for_each(|_| world.step(2));
    assert_eq!(world.rests, BTreeSet::from([id(2)]));
    // Too late.
    world.step(1);
    assert_eq!(world.rests, BTreeSet::from([id(2)]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_name_belongs_to_one_at_most(
        wrong in vec(-2i64..=2, 4),
        happenings in vec((1u128..=4, select(vec![0, 0, 0, 0, 0, 1, 4, 5, 9, 10, 15])), 0..80),
    ) {
        let everybody = WANT_IT.into_iter().chain([KEEPER]);
        let mut world = World::new(everybody.zip(wrong.into_iter().map(Duration::minutes)).collect());
        for (who, minutes) in happenings {
            world.wait(minutes);
            world.step(who);
        }
    }
}
