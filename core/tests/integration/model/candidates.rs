//! What the world may be, as far as the answers tell: every deed whose answer was lost leaves two possibilities, until an answer fits only one.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::world::{Address, Deed, Move, New, Place, Way, When, World};

/// How long an alias may be held by a move that nobody completes, in seconds, and one more.
pub(crate) const HELD_SECONDS: u64 = 62;

/// What hop told of a deed.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) status: u16,
    /// The name of the problem, if there is one.
    pub(crate) problem: String,
    /// The link, if it is shown.
    pub(crate) link: Option<Value>,
    /// The alias, if one is named.
    pub(crate) alias: Option<String>,
    /// How many links a tag was changed on, and whether there are no more.
    pub(crate) changed: Option<(usize, bool)>,
    /// Whether it was refused because its tags take more store operations than a request has.
    pub(crate) is_too_much: bool,
}

/// How a deed was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Circumstance {
    /// The moments of its tries.
    pub(crate) when: When,
    /// The clock at its first try, in seconds.
    pub(crate) clock: u64,
    /// Whether hop may have seen an older truth, or somebody else was at it too: then a refusal tells nothing.
    pub(crate) unsure: bool,
    /// If the answer was lost and hop drew an alias: the one it drew, if a look found one.
    pub(crate) found: Option<String>,
}

#[derive(Default)]
pub(crate) struct Known {
    pub(crate) worlds: Vec<World>,
    /// The ids of links, by their makers.
    pub(crate) ids: BTreeMap<u64, String>,
    /// Aliases that somebody may be arriving at, and until when.
    held: BTreeMap<Address, u64>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.status, self.problem, self.alias.as_deref().unwrap_or_default())?;
        self.link.as_ref().map_or(Ok(()), |link| write!(f, " {} version {}", link["id"], link["version"]))
    }
}

impl Told {
    /// The same without what may have been counted wrong, or not at all: whether the clicks of a limit are used up.
    pub(crate) fn uncounted(&self) -> Self {
        let mut told = self.clone();
        if let Some(link) = &mut told.link
            && ["live", "used_up"].contains(&link["state"].as_str().unwrap_or_default())
            && !link["max_clicks"].is_null()
        {
            link["state"] = Value::Null;
        }
        told
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.status == 503
    }

    /// Whether the request had no store operations left.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.problem == "budget_exhausted"
    }

    /// What is told of a line that was not reached.
    pub(crate) fn untried() -> Self {
        let problem = "budget_exhausted".to_owned();
        Self { status: 503, problem, link: None, alias: None, changed: None, is_too_much: false }
    }
}

impl Known {
    pub(crate) fn new() -> Self {
        Self { worlds: vec![World::default()], ..Self::default() }
    }

    /// One of the worlds.
    pub(crate) fn likely(&self) -> &World {
        self.worlds.first().expect("some world is possible")
    }

    /// The worlds that are possible once `deed` was answered by `told`. None is if hop did wrong.
    pub(crate) fn after(&self, worlds: &[World], deed: &Deed, told: &Told, circumstance: &Circumstance) -> Vec<World> {
        let drawn = told.alias.as_deref().or(circumstance.found.as_deref());
        let mut after = Vec::new();
        for world in worlds {
            if told.is_lost() {
                after.extend(half(world, deed));
            }
            if told.is_too_much {
                after.push(world.clone());
                continue;
            }
            let mut next = world.clone();
            let obeyed = next.obey(deed, &circumstance.when, drawn);
            if told.is_lost() {
                match (deed, &circumstance.found) {
                    // A look has told whether the link was made.
                    (Deed::Create(New { alias: None, .. }), None) => after.push(world.clone()),
                    (Deed::Create(new @ New { alias: None, .. }), Some(_)) => after.extend(made(world, new, circumstance, drawn)),
                    _ => {
                        after.extend(obeyed.is_ok().then_some(next));
                        after.push(world.clone());
                    }
                }
                continue;
            }
            let may_be_nothing = circumstance.unsure && (told.status >= 400 || (told.status == 200 && matches!(deed, Deed::Create(_))));
            let has_too_many_behind = told.problem == "invalid_fields" && world.joins_links(deed);
            if may_be_nothing || has_too_many_behind || self.is_held(deed, told, circumstance.clock) {
                after.push(world.clone());
                if told.status >= 400 {
                    continue;
                }
            }
            if circumstance.unsure {
                after.extend(unseen(world, deed, told, circumstance));
            }
            // Sent again, a request may find what its first try made.
            let is_own = |status| {
                circumstance.when.len() > 1
                    && (status, told.status) == (201, 200)
                    && matches!(deed, Deed::Create(New { way: Way::Find, .. }))
            };
            match obeyed {
                Ok((status, address)) if status == told.status || is_own(status) => {
                    let shown = match (&address, &told.link) {
                        (Some(address), Some(json)) => self.shows(&mut next, address, json),
                        _ => true,
                    };
                    if shown {
                        after.push(next);
                    }
                }
                Err(problem) if problem == told.problem => after.push(world.clone()),
                _ => {}
            }
        }
        dedup(after)
    }

    /// Whether a look at `address` that shows `json` fits this world, which knows more afterwards.
    pub(crate) fn shows(&self, world: &mut World, address: &Address, json: &Value) -> bool {
        let Some(Place::Link(link)) = world.0.get_mut(address) else {
            return false;
        };
        let id = json["id"].as_str().unwrap_or_default();
        let is_it = match self.ids.get(&link.maker) {
            Some(known) => known == id,
            None => !self.ids.values().any(|known| known == id),
        };
        if !is_it || !link.is_shown_by(json, address) {
            return false;
        }
        if link.is_used_up().is_none()
            && let Some(state) = json["state"].as_str()
        {
            Rc::make_mut(link).learn(state);
        }
        if link.created.len() > 1 || link.updated.len() > 1 {
            let moment = |name: &str| vec![json[name].as_str().unwrap_or_default().to_owned()];
            let link = Rc::make_mut(link);
            (link.created, link.updated) = (moment("created_at"), moment("updated_at"));
        }
        true
    }

    /// Remembers the id of the link at `address`, if there is no doubt which one that is.
    pub(crate) fn bind(&mut self, address: &Address, id: &str) {
        let makers: Vec<Option<u64>> = self.worlds.iter().map(|world| world.link(address).map(|link| link.maker)).collect();
        if let Some(Some(maker)) = makers.first()
            && makers.iter().all(|other| *other == Some(*maker))
        {
            self.ids.entry(*maker).or_insert_with(|| id.to_owned());
        }
    }

    /// Remembers that a move may be stuck on its way.
    pub(crate) fn hold(&mut self, deed: &Deed, clock: u64) {
        if let Deed::Patch { going: Some(Move { to, .. }), .. } = deed {
            self.held.insert(to.clone(), clock + HELD_SECONDS);
        }
    }

    fn is_held(&self, deed: &Deed, told: &Told, clock: u64) -> bool {
        let wanted = match deed {
            Deed::Create(new) => new.alias.clone().map(|alias| (new.domain, alias)),
            Deed::Patch { going, .. } => going.as_ref().map(|going| going.to.clone()),
            Deed::Delete { .. } | Deed::Restore { .. } | Deed::Erase { .. } | Deed::Retag { .. } => None,
        };
        told.problem == "alias_taken" && wanted.is_some_and(|wanted| self.is_held_at(&wanted, clock))
    }

    /// Whether somebody may be arriving there.
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

/// The world in which `deed` was done by somebody who did not see what was there: a link was not found, and made once more; one was erased that
/// somebody else had erased before.
fn unseen(world: &World, deed: &Deed, told: &Told, circumstance: &Circumstance) -> Option<World> {
    match deed {
        Deed::Create(new) if told.status == 201 || (told.status == 200 && circumstance.when.len() > 1) => {
            made(world, new, circumstance, told.alias.as_deref())
        }
        Deed::Erase { .. } if told.status == 204 => Some(world.clone()),
        _ => None,
    }
}

/// The world in which the link was made, whatever could have been found.
fn made(world: &World, new: &New, circumstance: &Circumstance, drawn: Option<&str>) -> Option<World> {
    let mut next = world.clone();
    let deed = Deed::Create(New { way: Way::Create, ..new.clone() });
    next.obey(&deed, &circumstance.when, drawn).ok().map(|_| next)
}

/// The world in which `deed` was done in part, if that can be.
fn half(world: &World, deed: &Deed) -> Option<World> {
    let Deed::Erase { at } = deed else { return None };
    world.link(at)?;
    let mut half = world.clone();
    half.0.insert(at.clone(), Place::Erasing);
    Some(half)
}

/// One of each kind of worlds that nobody can tell apart: two lines of an import may ask for just the same link, and which of them made it is
/// not seen.
pub(crate) fn merge_alike(worlds: Vec<World>) -> Vec<World> {
    let mut kept: Vec<World> = Vec::new();
    for world in worlds {
        if !kept.iter().any(|known| known.with_makers_in_order() == world.with_makers_in_order()) {
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
