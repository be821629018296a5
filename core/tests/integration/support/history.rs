//! What several clients saw of one alias, and whether it can have happened one after the other.
//!
//! Every request takes effect, if it does, at one moment between its call and its return. `explain` looks for an order of such moments in
//! which every acknowledged answer is right and the last state is the one truth holds (after Wing and Gong, "Testing and
//! Verifying Concurrent Objects").

use std::collections::HashSet;

/// What a client wanted of the alias. Every creation has a target of its own, by which its link is known.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Create { target: String },
    Delete,
    Restore,
}

/// What it was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    Created,
    Deleted,
    /// With the version the link then had.
    Restored(u64),
    /// 409: the alias belongs to somebody.
    Taken,
    /// 404: there is no such link.
    Missing,
    /// 503: it may have happened or not.
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) wish: Wish,
    pub(crate) told: Told,
    pub(crate) called: usize,
    pub(crate) returned: usize,
}

/// The link of the alias, if there ever was one.
pub(crate) type State = Option<Held>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    pub(crate) target: String,
    pub(crate) version: u64,
    pub(crate) live: bool,
}

impl Wish {
    /// The state after this wish was fulfilled; nothing where it cannot be.
    fn fulfilled(&self, state: &State) -> Option<Held> {
        match (self, state) {
            (Self::Create { target }, None) => Some(Held { target: target.clone(), version: 1, live: true }),
            (Self::Create { .. }, Some(_)) | (Self::Delete | Self::Restore, None) => None,
            (Self::Delete, Some(held)) => Some(held.turned(false)),
            (Self::Restore, Some(held)) => Some(held.turned(true)),
        }
    }
}

impl Held {
    fn turned(&self, live: bool) -> Self {
        Self { live, version: self.version + u64::from(self.live != live), ..self.clone() }
    }
}

impl Event {
    /// The states this event can lead to from `state`. Where reads may be outdated, a refusal says nothing about the moment.
    fn next(&self, state: &State, outdated_reads: bool) -> Vec<State> {
        let fulfilled = self.wish.fulfilled(state);
        match self.told {
            Told::Created | Told::Deleted => fulfilled.into_iter().map(Some).collect(),
            Told::Restored(version) => fulfilled.filter(|held| held.version == version).into_iter().map(Some).collect(),
            Told::Taken | Told::Missing => {
                let right = state.is_some() == (self.told == Told::Taken);
                if right || outdated_reads { vec![state.clone()] } else { Vec::new() }
            }
            Told::Nothing => fulfilled.into_iter().map(Some).chain([state.clone()]).collect(),
        }
    }
}

/// Whether `events` can have happened one after the other, from nothing to `end`.
pub(crate) fn explain(events: &[Event], end: &State, outdated_reads: bool) -> bool {
    let mut seen = HashSet::new();
    let mut to_try = vec![(0_u64, None)];
    while let Some((done, state)) = to_try.pop() {
        if !seen.insert((done, state.clone())) {
            continue;
        }
        let open = || events.iter().enumerate().filter(|(number, _)| done & (1 << number) == 0);
        let Some(first_return) = open().map(|(_, event)| event.returned).min() else {
            if state == *end {
                return true;
            }
            continue;
        };
        for (number, event) in open().filter(|(_, event)| event.called <= first_return) {
            to_try.extend(event.next(&state, outdated_reads).into_iter().map(|next| (done | (1 << number), next)));
        }
    }
    false
}
