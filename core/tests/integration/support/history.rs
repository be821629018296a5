//! Linearizability of the requests that several clients made to one alias.
//!
//! A request takes effect, if at all, at one moment between its call and its return. `explain` searches an order of
//! such moments in which every acknowledged response is right and the last state is the stored one (after Wing and
//! Gong, "Testing and Verifying Concurrent Objects").

use std::collections::HashSet;

/// The request of a client. Every creation has its own target, which identifies the link.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Create { target: String },
    Delete,
    Restore,
}

/// The response to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Created,
    Deleted,
    /// With the version that the link had then.
    Restored(u64),
    /// 409: the alias is taken.
    Taken,
    /// 404: there is no such link.
    Missing,
    /// 503: the request may have taken effect or not.
    Unknown,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
    pub(crate) called: usize,
    pub(crate) returned: usize,
}

/// The link of the alias; none if there never was one.
pub(crate) type State = Option<LinkState>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LinkState {
    pub(crate) target: String,
    pub(crate) version: u64,
    pub(crate) live: bool,
}

impl Request {
    /// The state after this request; none if it cannot succeed.
    fn apply(&self, state: &State) -> Option<LinkState> {
        match (self, state) {
            (Self::Create { target }, None) => Some(LinkState { target: target.clone(), version: 1, live: true }),
            (Self::Create { .. }, Some(_)) | (Self::Delete | Self::Restore, None) => None,
            (Self::Delete, Some(link)) => Some(link.with_live(false)),
            (Self::Restore, Some(link)) => Some(link.with_live(true)),
        }
    }
}

impl LinkState {
    fn with_live(&self, live: bool) -> Self {
        Self { live, version: self.version + u64::from(self.live != live), ..self.clone() }
    }
}

impl Event {
    /// The states that can follow `state` by this event. With outdated reads a refusal fits every state.
    fn next(&self, state: &State, outdated_reads: bool) -> Vec<State> {
        let applied = self.request.apply(state);
        match self.outcome {
            Outcome::Created | Outcome::Deleted => applied.into_iter().map(Some).collect(),
            Outcome::Restored(version) => applied.filter(|link| link.version == version).into_iter().map(Some).collect(),
            Outcome::Taken | Outcome::Missing => {
                let fits = state.is_some() == (self.outcome == Outcome::Taken);
                if fits || outdated_reads { vec![state.clone()] } else { Vec::new() }
            }
            Outcome::Unknown => applied.into_iter().map(Some).chain([state.clone()]).collect(),
        }
    }
}

/// Whether some sequential order of `events` leads from no link to `end`.
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
