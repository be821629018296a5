//! What is asked next, drawn from a seed.

use hop_core::memory::{Fault, Random};

use super::world::{Address, Agent, DOMAINS, Deed, Destination, Move, New, Password, Rule, Said, Visitor, Way, World};
use crate::support::locks::PASSWORD;
use crate::support::misfortune::{FEW_OPERATIONS, FOGGY, Plan, STORMY, WINDY, Weather};

const ALIASES: [&str; 10] = ["a", "ab", "abc", "b1", "do", "doc", "docs", "x", "xy", "Xy"];
const TAGS: [&str; 4] = ["a", "ab", "b", "c"];
pub(crate) const OWNERS: [&str; 2] = ["usr_11111111111111111", "usr_22222222222222222"];

/// The passwords of links. The one that imported links have is told by its hash, which is always the same.
const PASSWORDS: [&str; 2] = [PASSWORD, "another password"];
pub(crate) const IMPORTED: Password = Password { text: PASSWORD, set_by: 0 };

/// The password of no link.
pub(crate) const WRONG: &str = "nobody's password";

/// How many targets there are at a time.
const TARGETS: usize = 12;

/// How many moments are remembered.
const MOST_MOMENTS: usize = 64;

/// After so many deeds there are other targets, so that no list of links to one of them grows without end.
const AN_AGE: u64 = 5_000;

/// What goes wrong in the store during a call.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    Calm,
    Planned(Plan),
    Drawn(Weather),
}

impl Mood {
    /// Whether a store in this mood may show an older truth.
    pub(crate) fn is_foggy(&self) -> bool {
        matches!(self, Self::Drawn(weather) if weather.stale > 0)
    }
}

/// Draws deeds about the links of a world.
pub(crate) struct Dice {
    pub(crate) random: Random,
    /// How many links there may be before hop draws no more aliases.
    pub(crate) most_links: usize,
    /// Moments that have been.
    pub(crate) moments: Vec<String>,
}

impl Dice {
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.random.below(count) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, things: &[T]) -> T {
        things[self.random.below(things.len())].clone()
    }

    /// Remembers that it was `moment`.
    pub(crate) fn pass(&mut self, moment: String) {
        if self.moments.len() < MOST_MOMENTS {
            self.moments.push(moment);
        } else if self.one_in(8) {
            let slot = self.random.below(MOST_MOMENTS);
            self.moments[slot] = moment;
        }
    }

    pub(crate) fn moment(&mut self) -> String {
        let moments = std::mem::take(&mut self.moments);
        let moment = self.of(&moments);
        self.moments = moments;
        moment
    }

    /// How the store is during one call by one client.
    pub(crate) fn mood(&mut self) -> Mood {
        match self.random.below(20) {
            0..=9 => Mood::Calm,
            10..=13 => Mood::Planned(Plan::At(vec![(self.random.below(16), Fault::Fail)])),
            14 => Mood::Planned(Plan::At(vec![(self.random.below(8), Fault::Fail), (self.random.below(16), Fault::Fail)])),
            15..=16 => Mood::Planned(Plan::From(self.random.below(16), None)),
            17..=18 => Mood::Drawn(Weather { late: 0, ..STORMY }),
            _ => Mood::Drawn(Weather { late: 0, ..FOGGY }),
        }
    }

    /// How many store operations a request may use: mostly few.
    pub(crate) fn operations(&mut self) -> u32 {
        let most = self.of(&[12, 40, 1_000 - FEW_OPERATIONS as usize]);
        FEW_OPERATIONS + u32::try_from(self.random.below(most + 1)).unwrap_or_default()
    }

    /// How it is while two clients are at it.
    pub(crate) fn weather(&mut self) -> Mood {
        Mood::Drawn(self.of(&[WINDY, WINDY, STORMY, FOGGY]))
    }

    pub(crate) fn domain(&mut self) -> &'static str {
        self.of(&[DOMAINS[0], DOMAINS[0], DOMAINS[1]])
    }

    /// An address, of a link or of none.
    pub(crate) fn address(&mut self) -> Address {
        (self.domain(), self.of(&ALIASES).to_owned())
    }

    /// The address of a link, if there is one; now and then of another.
    pub(crate) fn known(&mut self, world: &World) -> Address {
        let links: Vec<&Address> = world.links().map(|(address, _)| address).collect();
        if links.is_empty() || self.one_in(5) { self.address() } else { self.of(&links).clone() }
    }

    fn tags(&mut self) -> Vec<String> {
        let chosen = self.random.below(16);
        TAGS.iter().enumerate().filter(|(number, _)| chosen & (1 << number) != 0).map(|(_, tag)| (*tag).to_owned()).collect()
    }

    /// Where a link leads. One with a limit has a target of its own.
    fn destination(&mut self, number: u64, way: Way) -> Destination {
        let (germany, mobile) = (Rule::Germany, Rule::Mobile);
        let rules = self.of(&[vec![], vec![], vec![germany], vec![mobile], vec![germany, mobile], vec![mobile, germany]]);
        let max_clicks = self.one_in(4).then(|| self.random.below(3) as u64 + 1);
        let password = match way {
            Way::Create => self.one_in(12).then(|| Password { text: self.of(&PASSWORDS), set_by: number }),
            Way::Find => None,
            Way::Import => self.one_in(4).then_some(IMPORTED),
        };
        let host = if password.is_some() { "secret.example" } else { "example.com" };
        let target = match max_clicks {
            Some(_) => format!("https://few.{host}/{number}"),
            None => format!("https://{host}/{}/{}", number / AN_AGE, self.random.below(TARGETS)),
        };
        Destination { target, rules, max_clicks, password }
    }

    pub(crate) fn visitor(&mut self) -> Visitor {
        Visitor {
            country: self.of(&[None, Some("DE"), Some("FR")]),
            agent: self.of(&[Agent::Desktop, Agent::Phone, Agent::Phone, Agent::Robot]),
        }
    }

    /// What a visitor types who is asked for a password.
    pub(crate) fn typed(&mut self) -> &'static str {
        self.of(&[PASSWORDS[0], PASSWORDS[0], PASSWORDS[1], WRONG])
    }

    fn said(&mut self, number: u64, way: Way) -> Said {
        let tags = if self.one_in(2) { self.tags() } else { Vec::new() };
        Said { destination: self.destination(number, way), title: self.one_in(3).then(|| "T".to_owned()), tags, disabled: self.one_in(10) }
    }

    pub(crate) fn create(&mut self, world: &World, number: u64, way: Way) -> New {
        let (domain, alias) = self.address();
        let is_drawn = world.links().count() < self.most_links && self.one_in(4);
        let mut said = self.said(number, way);
        if is_drawn && way != Way::Find {
            said.title = Some(format!("n{number}"));
        }
        // What is said already is found.
        let can_be_said = |password: Option<Password>| password.is_none_or(|password| way == Way::Import && password == IMPORTED);
        let links: Vec<_> = world.links().filter(|(_, link)| can_be_said(link.said.destination.password)).collect();
        if way != Way::Create && !links.is_empty() && self.one_in(2) {
            let (address, link) = self.of(&links);
            let (address, said) = (address.clone(), link.said.clone());
            let alias = (way == Way::Import || self.one_in(2)).then_some(address.1);
            return New { maker: number, way, domain: address.0, alias, said, reuse: self.one_in(2), owner: None, created: None };
        }
        let alias = (!is_drawn).then_some(alias);
        New { maker: number, way, domain, alias, said, reuse: self.one_in(2), owner: None, created: None }
    }

    /// A line of an import: a link that may have an owner and be older than this.
    pub(crate) fn line(&mut self, world: &World, number: u64) -> New {
        let new = self.create(world, number, Way::Import);
        let owner = self.one_in(2).then(|| self.of(&OWNERS).to_owned());
        let created = (new.alias.is_some() && self.one_in(2)).then(|| self.moment());
        New { owner, created, ..new }
    }

    fn seen(&mut self, world: &World, at: &Address) -> Option<u64> {
        let version = world.link(at).map_or(1, |link| link.version);
        match self.random.below(6) {
            0 | 1 => Some(version),
            2 => Some(version + 1),
            3 => Some(version.saturating_sub(1)),
            _ => None,
        }
    }

    pub(crate) fn patch(&mut self, world: &World, number: u64) -> Deed {
        let at = self.known(world);
        let seen = self.seen(world, &at);
        let going = self.one_in(3).then(|| {
            let to = if self.one_in(8) { self.known(world) } else { self.address() };
            Move { to, keep: self.one_in(2), reuse: self.one_in(2) }
        });
        let destination = self.one_in(3).then(|| self.destination(number, Way::Create));
        let title = self.one_in(3).then(|| self.one_in(2).then(|| "T".to_owned()));
        let tags = self.one_in(3).then(|| self.tags());
        let disabled = self.one_in(4).then(|| self.one_in(3));
        Deed::Patch { at, seen, destination, title, tags, disabled, going }
    }

    pub(crate) fn delete(&mut self, world: &World) -> Deed {
        Deed::Delete { at: if self.one_in(4) { self.address() } else { self.known(world) }, seen: None }
    }

    /// One deed of one request.
    pub(crate) fn deed(&mut self, world: &World, number: u64) -> Deed {
        match self.random.below(20) {
            0..=3 => Deed::Create(self.create(world, number, Way::Create)),
            4..=5 => Deed::Create(self.create(world, number, Way::Find)),
            6..=13 => self.patch(world, number),
            14..=15 => self.delete(world),
            16 => Deed::Erase { at: self.known(world) },
            _ => Deed::Restore { at: self.known(world) },
        }
    }

    /// Other tags for the link there.
    pub(crate) fn tag(&mut self, at: &Address) -> Deed {
        Deed::Patch { at: at.clone(), seen: None, destination: None, title: None, tags: Some(self.tags()), disabled: None, going: None }
    }

    pub(crate) fn retag(&mut self) -> Deed {
        let old = self.of(&TAGS).to_owned();
        let new = (!self.one_in(4)).then(|| self.of(&TAGS).to_owned()).filter(|new| *new != old);
        Deed::Retag { domain: self.domain(), old, new }
    }

    /// One of the deeds of a batch, which hashes only so many passwords.
    pub(crate) fn item(&mut self, world: &World, number: u64) -> Deed {
        loop {
            let deed = self.any_item(world, number);
            if deed.destination().is_none_or(|destination| destination.password.is_none()) {
                return deed;
            }
        }
    }

    fn any_item(&mut self, world: &World, number: u64) -> Deed {
        match self.random.below(4) {
            0 => Deed::Create(self.create(world, number, Way::Create)),
            1 | 2 => self.patch(world, number),
            _ => match self.delete(world) {
                Deed::Delete { at, .. } => Deed::Delete { seen: self.seen(world, &at), at },
                other => other,
            },
        }
    }
}
