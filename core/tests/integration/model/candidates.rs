//! The worlds that are possible after the responses so far. A command whose response was lost leaves two worlds, until
//! a later response fits only one of them.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::world::{Address, AliasState, Command, CreateMode, MoveTo, NewLink, When, World};

/// The seconds for which an unfinished move may hold an alias, plus one.
pub(crate) const HELD_SECONDS: u64 = 62;

/// The outcome of a command, as the response shows it.
#[derive(Clone)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    /// The code of the problem; empty if there is none.
    pub(crate) problem: String,
    /// The link, if the response shows it.
    pub(crate) link: Option<Value>,
    /// The alias, if the response names one.
    pub(crate) alias: Option<String>,
    /// For a tag: the number of changed links, and whether none is left.
    pub(crate) changed: Option<(usize, bool)>,
    /// Whether it was refused because its tags need more store operations than a request has.
    pub(crate) is_too_much: bool,
}

/// The attempts at a command.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    /// The moments of the attempts.
    pub(crate) when: When,
    /// The clock at the first attempt, in seconds.
    pub(crate) clock: u64,
    /// Whether reads may have been stale, or another client ran at the same time. Then a refusal proves nothing.
    pub(crate) uncertain: bool,
    /// The alias that hop generated, if the response was lost and the list shows the link.
    pub(crate) found: Option<String>,
}

/// The candidate worlds, with what is known for all of them.
#[derive(Default)]
pub(crate) struct Candidates {
    pub(crate) worlds: Vec<World>,
    /// The ids of links, by their ids in the model.
    pub(crate) ids: BTreeMap<u64, String>,
    /// Aliases that a pending move may hold, and until when.
    held: BTreeMap<Address, u64>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.status, self.problem, self.alias.as_deref().unwrap_or_default())?;
        self.link.as_ref().map_or(Ok(()), |link| write!(f, " {} version {}", link["id"], link["version"]))
    }
}

impl Outcome {
    /// The same without the used-up state of a limit, which faults may make wrong or unknown.
    pub(crate) fn uncounted(&self) -> Self {
        let mut outcome = self.clone();
        if let Some(link) = &mut outcome.link
            && ["live", "used_up"].contains(&link["state"].as_str().unwrap_or_default())
            && !link["max_clicks"].is_null()
        {
            link["state"] = Value::Null;
        }
        outcome
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.status == 503
    }

    /// Whether the request had no store operations left.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.problem == "budget_exhausted"
    }

    /// The outcome of a line that was not reached.
    pub(crate) fn untried() -> Self {
        let problem = "budget_exhausted".to_owned();
        Self { status: 503, problem, link: None, alias: None, changed: None, is_too_much: false }
    }
}

impl Candidates {
    pub(crate) fn new() -> Self {
        Self { worlds: vec![World::default()], ..Self::default() }
    }

    /// One of the possible worlds.
    pub(crate) fn likely(&self) -> &World {
        self.worlds.first().expect("some world is possible")
    }

    /// The worlds that remain possible after this outcome of a command. An empty result means that hop is wrong.
    pub(crate) fn after(&self, worlds: &[World], command: &Command, outcome: &Outcome, attempts: &Attempts) -> Vec<World> {
        let generated = outcome.alias.as_deref().or(attempts.found.as_deref());
        let mut after = Vec::new();
        for world in worlds {
            if outcome.is_lost() {
                after.extend(partly_done(world, command));
            }
            if outcome.is_too_much {
                after.push(world.clone());
                continue;
            }
            let mut next = world.clone();
            let obeyed = next.apply(command, &attempts.when, generated);
            if outcome.is_lost() {
                match (command, &attempts.found) {
                    // The list has shown whether the link was created.
                    (Command::Create(NewLink { alias: None, .. }), None) => after.push(world.clone()),
                    (Command::Create(new @ NewLink { alias: None, .. }), Some(_)) => after.extend(created(world, new, attempts, generated)),
                    _ => {
                        after.extend(obeyed.is_ok().then_some(next));
                        after.push(world.clone());
                    }
                }
                continue;
            }
            let may_be_unchanged =
                attempts.uncertain && (outcome.status >= 400 || (outcome.status == 200 && matches!(command, Command::Create(_))));
            let has_too_many_behind = outcome.problem == "invalid_fields" && world.joins_links(command);
            if may_be_unchanged || has_too_many_behind || self.is_held(command, outcome, attempts.clock) {
                after.push(world.clone());
                if outcome.status >= 400 {
                    continue;
                }
            }
            if attempts.uncertain {
                after.extend(done_with_stale_reads(world, command, outcome, attempts));
            }
            // A retry may find what the first attempt created.
            let is_found_again = |status| {
                attempts.when.len() > 1
                    && (status, outcome.status) == (201, 200)
                    && matches!(command, Command::Create(NewLink { mode: CreateMode::Find, .. }))
            };
            match obeyed {
                Ok((status, address)) if status == outcome.status || is_found_again(status) => {
                    let shown = match (&address, &outcome.link) {
                        (Some(address), Some(json)) => self.shows(&mut next, address, json),
                        _ => true,
                    };
                    if shown {
                        after.push(next);
                    }
                }
                Err(problem) if problem == outcome.problem => after.push(world.clone()),
                _ => {}
            }
        }
        dedup(after)
    }

    /// Whether `json`, shown at `address`, fits this world. The world then learns states and moments from it.
    pub(crate) fn shows(&self, world: &mut World, address: &Address, json: &Value) -> bool {
        let Some(AliasState::Link(link)) = world.0.get_mut(address) else {
            return false;
        };
        let id = json["id"].as_str().unwrap_or_default();
        let is_it = match self.ids.get(&link.model_id) {
            Some(known) => known == id,
            None => !self.ids.values().any(|known| known == id),
        };
        if !is_it || !link.is_shown_by(json, address) {
            return false;
        }
        if link.is_used_up().is_none()
            && let Some(state) = json["state"].as_str()
        {
            Rc::make_mut(link).learn_state(state);
        }
        if link.created.len() > 1 || link.updated.len() > 1 {
            let moment = |name: &str| vec![json[name].as_str().unwrap_or_default().to_owned()];
            let link = Rc::make_mut(link);
            (link.created, link.updated) = (moment("created_at"), moment("updated_at"));
        }
        true
    }

    /// Remembers the id of the link at `address`, if all worlds agree which link that is.
    pub(crate) fn bind(&mut self, address: &Address, id: &str) {
        let model_ids: Vec<Option<u64>> = self.worlds.iter().map(|world| world.link(address).map(|link| link.model_id)).collect();
        if let Some(Some(model_id)) = model_ids.first()
            && model_ids.iter().all(|other| *other == Some(*model_id))
        {
            self.ids.entry(*model_id).or_insert_with(|| id.to_owned());
        }
    }

    /// Remembers that a move may be pending.
    pub(crate) fn hold(&mut self, command: &Command, clock: u64) {
        if let Command::Patch { move_to: Some(MoveTo { to, .. }), .. } = command {
            self.held.insert(to.clone(), clock + HELD_SECONDS);
        }
    }

    fn is_held(&self, command: &Command, outcome: &Outcome, clock: u64) -> bool {
        let wanted = match command {
            Command::Create(new) => new.alias.clone().map(|alias| (new.domain, alias)),
            Command::Patch { move_to, .. } => move_to.as_ref().map(|move_to| move_to.to.clone()),
            Command::Delete { .. } | Command::Restore { .. } | Command::Erase { .. } | Command::Retag { .. } => None,
        };
        outcome.problem == "alias_taken" && wanted.is_some_and(|wanted| self.is_held_at(&wanted, clock))
    }

    /// Whether a pending move may hold this address.
    pub(crate) fn is_held_at(&self, address: &Address, clock: u64) -> bool {
        self.held.get(address).is_some_and(|until| clock < *until)
    }

    /// The addresses at which the possible worlds differ.
    pub(crate) fn doubtful(&self) -> Vec<Address> {
        let mut addresses: Vec<Address> = self.worlds.iter().flat_map(|world| world.0.keys().cloned()).collect();
        addresses.sort();
        addresses.dedup();
        let first = self.likely();
        addresses.retain(|address| self.worlds.iter().any(|world| world.0.get(address) != first.0.get(address)));
        addresses
    }

    /// Keeps the worlds that fit.
    pub(crate) fn keep(&mut self, mut fits: impl FnMut(&Self, &mut World) -> bool) {
        let mut worlds = std::mem::take(&mut self.worlds);
        worlds.retain_mut(|world| fits(self, world));
        self.worlds = dedup(worlds);
    }
}

/// The world in which a command with stale reads succeeded: a link was not found and was created again, or an erased
/// link was erased again.
fn done_with_stale_reads(world: &World, command: &Command, outcome: &Outcome, attempts: &Attempts) -> Option<World> {
    match command {
        Command::Create(new) if outcome.status == 201 || (outcome.status == 200 && attempts.when.len() > 1) => {
            created(world, new, attempts, outcome.alias.as_deref())
        }
        Command::Erase { .. } if outcome.status == 204 => Some(world.clone()),
        _ => None,
    }
}

/// The world in which the link was created although an equal one exists.
fn created(world: &World, new: &NewLink, attempts: &Attempts, generated: Option<&str>) -> Option<World> {
    let mut next = world.clone();
    let command = Command::Create(NewLink { mode: CreateMode::Create, ..new.clone() });
    next.apply(&command, &attempts.when, generated).ok().map(|_| next)
}

/// The world in which a command was partly done, if that is possible.
fn partly_done(world: &World, command: &Command) -> Option<World> {
    let Command::Erase { at } = command else { return None };
    world.link(at)?;
    let mut half = world.clone();
    half.0.insert(at.clone(), AliasState::Erasing);
    Some(half)
}

/// One world of each group that no response can distinguish: two lines of an import may describe the same link, and no
/// response shows which of them created it.
pub(crate) fn merge_alike(worlds: Vec<World>) -> Vec<World> {
    let mut kept: Vec<World> = Vec::new();
    for world in worlds {
        if !kept.iter().any(|known| known.with_ids_in_order() == world.with_ids_in_order()) {
            kept.push(world);
        }
    }
    kept
}

pub(crate) fn dedup(worlds: Vec<World>) -> Vec<World> {
    let mut kept: Vec<World> = Vec::new();
    for world in worlds {
        if !kept.contains(&world) {
            kept.push(world);
        }
    }
    kept
}
