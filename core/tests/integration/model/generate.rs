//! Random commands, visitors and faults, generated from a seed.

use hop_core::memory::{Fault, Random};

use super::world::{Address, Agent, Command, CreateMode, DOMAINS, Destination, MoveTo, NewLink, Password, Rule, Settings, Visitor, World};
use crate::support::locks::PASSWORD;
use crate::support::store_faults::{ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, FEW_OPERATIONS, FaultRates, Plan};

const ALIASES: [&str; 10] = ["a", "ab", "abc", "b1", "do", "doc", "docs", "x", "xy", "Xy"];
const TAGS: [&str; 4] = ["a", "ab", "b", "c"];
pub(crate) const OWNERS: [&str; 2] = ["usr_11111111111111111", "usr_22222222222222222"];

/// The passwords of links. Imported links have the first one, by its constant hash.
const PASSWORDS: [&str; 2] = [PASSWORD, "another password"];
pub(crate) const IMPORTED: Password = Password { text: PASSWORD, set_by: 0 };

/// A password that no link has.
pub(crate) const WRONG: &str = "a password of no link";

/// The number of targets in use at a time.
const TARGETS: usize = 12;

/// The number of remembered moments.
const MAX_MOMENTS: usize = 64;

/// Targets change after this many commands, so that no list of links to one target grows without end.
const COMMANDS_PER_TARGET: u64 = 5_000;

/// The store faults during a call.
#[derive(Clone, Debug)]
pub(crate) enum FaultMode {
    None,
    Planned(Plan),
    Random(FaultRates),
}

impl FaultMode {
    /// Whether reads may return an older value.
    pub(crate) fn has_stale_reads(&self) -> bool {
        matches!(self, Self::Random(rates) if rates.stale > 0)
    }
}

/// A generator of commands on the links of a world.
pub(crate) struct Generator {
    pub(crate) random: Random,
    /// The number of links above which hop generates no more aliases.
    pub(crate) max_links: usize,
    /// Past moments.
    pub(crate) moments: Vec<String>,
}

impl Generator {
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.random.below(count) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, things: &[T]) -> T {
        things[self.random.below(things.len())].clone()
    }

    /// Remembers a moment.
    pub(crate) fn pass(&mut self, moment: String) {
        if self.moments.len() < MAX_MOMENTS {
            self.moments.push(moment);
        } else if self.one_in(8) {
            let slot = self.random.below(MAX_MOMENTS);
            self.moments[slot] = moment;
        }
    }

    pub(crate) fn moment(&mut self) -> String {
        let moments = std::mem::take(&mut self.moments);
        let moment = self.of(&moments);
        self.moments = moments;
        moment
    }

    /// The faults during one call by one client.
    pub(crate) fn faults(&mut self) -> FaultMode {
        match self.random.below(20) {
            0..=9 => FaultMode::None,
            10..=13 => FaultMode::Planned(Plan::At(vec![(self.random.below(16), Fault::Fail)])),
            14 => FaultMode::Planned(Plan::At(vec![(self.random.below(8), Fault::Fail), (self.random.below(16), Fault::Fail)])),
            15..=16 => FaultMode::Planned(Plan::From(self.random.below(16), None)),
            17..=18 => FaultMode::Random(FaultRates { late: 0, ..DELAYS_AND_FAILURES }),
            _ => FaultMode::Random(FaultRates { late: 0, ..ALL_FAULTS }),
        }
    }

    /// The operation budget of a request: mostly small.
    pub(crate) fn operations(&mut self) -> u32 {
        let most = self.of(&[12, 40, 1_000 - FEW_OPERATIONS as usize]);
        FEW_OPERATIONS + u32::try_from(self.random.below(most + 1)).unwrap_or_default()
    }

    /// The faults during two concurrent calls.
    pub(crate) fn concurrent_faults(&mut self) -> FaultMode {
        FaultMode::Random(self.of(&[DELAYS, DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS]))
    }

    pub(crate) fn domain(&mut self) -> &'static str {
        self.of(&[DOMAINS[0], DOMAINS[0], DOMAINS[1]])
    }

    /// An address, with or without a link.
    pub(crate) fn address(&mut self) -> Address {
        (self.domain(), self.of(&ALIASES).to_owned())
    }

    /// Mostly the address of a link, otherwise any address.
    pub(crate) fn known_address(&mut self, world: &World) -> Address {
        let links: Vec<&Address> = world.links().map(|(address, _)| address).collect();
        if links.is_empty() || self.one_in(5) { self.address() } else { self.of(&links).clone() }
    }

    fn tags(&mut self) -> Vec<String> {
        let chosen = self.random.below(16);
        TAGS.iter().enumerate().filter(|(number, _)| chosen & (1 << number) != 0).map(|(_, tag)| (*tag).to_owned()).collect()
    }

    /// The destination of a link. A link with a limit has a target that no other link has.
    fn destination(&mut self, number: u64, mode: CreateMode) -> Destination {
        let (germany, mobile) = (Rule::Germany, Rule::Mobile);
        let rules = self.of(&[vec![], vec![], vec![germany], vec![mobile], vec![germany, mobile], vec![mobile, germany]]);
        let max_clicks = self.one_in(4).then(|| self.random.below(3) as u64 + 1);
        let password = match mode {
            CreateMode::Create => self.one_in(12).then(|| Password { text: self.of(&PASSWORDS), set_by: number }),
            CreateMode::Find => None,
            CreateMode::Import => self.one_in(4).then_some(IMPORTED),
        };
        let host = if password.is_some() { "secret.example" } else { "example.com" };
        let target = match max_clicks {
            Some(_) => format!("https://few.{host}/{number}"),
            None => format!("https://{host}/{}/{}", number / COMMANDS_PER_TARGET, self.random.below(TARGETS)),
        };
        Destination { target, rules, max_clicks, password }
    }

    pub(crate) fn visitor(&mut self) -> Visitor {
        Visitor {
            country: self.of(&[None, Some("DE"), Some("FR")]),
            agent: self.of(&[Agent::Desktop, Agent::Phone, Agent::Phone, Agent::Robot]),
        }
    }

    /// The password that a visitor types.
    pub(crate) fn typed(&mut self) -> &'static str {
        self.of(&[PASSWORDS[0], PASSWORDS[0], PASSWORDS[1], WRONG])
    }

    fn settings(&mut self, number: u64, mode: CreateMode) -> Settings {
        let tags = if self.one_in(2) { self.tags() } else { Vec::new() };
        Settings {
            destination: self.destination(number, mode),
            title: self.one_in(3).then(|| "T".to_owned()),
            tags,
            disabled: self.one_in(10),
        }
    }

    pub(crate) fn create(&mut self, world: &World, number: u64, mode: CreateMode) -> NewLink {
        let (domain, alias) = self.address();
        let is_generated = world.links().count() < self.max_links && self.one_in(4);
        let mut settings = self.settings(number, mode);
        if is_generated && mode != CreateMode::Find {
            settings.title = Some(format!("n{number}"));
        }
        // Repeat the settings of an existing link, so that it is found.
        let can_be_sent = |password: Option<Password>| password.is_none_or(|password| mode == CreateMode::Import && password == IMPORTED);
        let links: Vec<_> = world.links().filter(|(_, link)| can_be_sent(link.settings.destination.password)).collect();
        if mode != CreateMode::Create && !links.is_empty() && self.one_in(2) {
            let (address, link) = self.of(&links);
            let (address, settings) = (address.clone(), link.settings.clone());
            let alias = (mode == CreateMode::Import || self.one_in(2)).then_some(address.1);
            return NewLink {
                model_id: number,
                mode,
                domain: address.0,
                alias,
                settings,
                reuse: self.one_in(2),
                owner: None,
                created: None,
            };
        }
        let alias = (!is_generated).then_some(alias);
        NewLink { model_id: number, mode, domain, alias, settings, reuse: self.one_in(2), owner: None, created: None }
    }

    /// A line of an import: a link that may have an owner and an earlier creation time.
    pub(crate) fn line(&mut self, world: &World, number: u64) -> NewLink {
        let new = self.create(world, number, CreateMode::Import);
        let owner = self.one_in(2).then(|| self.of(&OWNERS).to_owned());
        let created = (new.alias.is_some() && self.one_in(2)).then(|| self.moment());
        NewLink { owner, created, ..new }
    }

    fn if_match(&mut self, world: &World, at: &Address) -> Option<u64> {
        let version = world.link(at).map_or(1, |link| link.version);
        match self.random.below(6) {
            0 | 1 => Some(version),
            2 => Some(version + 1),
            3 => Some(version.saturating_sub(1)),
            _ => None,
        }
    }

    pub(crate) fn patch(&mut self, world: &World, number: u64) -> Command {
        let at = self.known_address(world);
        let if_match = self.if_match(world, &at);
        let move_to = self.one_in(3).then(|| {
            let to = if self.one_in(8) { self.known_address(world) } else { self.address() };
            MoveTo { to, keep: self.one_in(2), reuse: self.one_in(2) }
        });
        let destination = self.one_in(3).then(|| self.destination(number, CreateMode::Create));
        let title = self.one_in(3).then(|| self.one_in(2).then(|| "T".to_owned()));
        let tags = self.one_in(3).then(|| self.tags());
        let disabled = self.one_in(4).then(|| self.one_in(3));
        Command::Patch { at, if_match, destination, title, tags, disabled, move_to }
    }

    pub(crate) fn delete(&mut self, world: &World) -> Command {
        Command::Delete { at: if self.one_in(4) { self.address() } else { self.known_address(world) }, if_match: None }
    }

    /// One command for a request of its own.
    pub(crate) fn command(&mut self, world: &World, number: u64) -> Command {
        match self.random.below(20) {
            0..=3 => Command::Create(self.create(world, number, CreateMode::Create)),
            4..=5 => Command::Create(self.create(world, number, CreateMode::Find)),
            6..=13 => self.patch(world, number),
            14..=15 => self.delete(world),
            16 => Command::Erase { at: self.known_address(world) },
            _ => Command::Restore { at: self.known_address(world) },
        }
    }

    /// A command that changes the tags of the link at `at`.
    pub(crate) fn tag(&mut self, at: &Address) -> Command {
        Command::Patch {
            at: at.clone(),
            if_match: None,
            destination: None,
            title: None,
            tags: Some(self.tags()),
            disabled: None,
            move_to: None,
        }
    }

    pub(crate) fn retag(&mut self) -> Command {
        let old = self.of(&TAGS).to_owned();
        let new = (!self.one_in(4)).then(|| self.of(&TAGS).to_owned()).filter(|new| *new != old);
        Command::Retag { domain: self.domain(), old, new }
    }

    /// One command of a batch. It sets no password, because a batch may hash only a few.
    pub(crate) fn item(&mut self, world: &World, number: u64) -> Command {
        loop {
            let command = self.any_item(world, number);
            if command.destination().is_none_or(|destination| destination.password.is_none()) {
                return command;
            }
        }
    }

    fn any_item(&mut self, world: &World, number: u64) -> Command {
        match self.random.below(4) {
            0 => Command::Create(self.create(world, number, CreateMode::Create)),
            1 | 2 => self.patch(world, number),
            _ => match self.delete(world) {
                Command::Delete { at, .. } => Command::Delete { if_match: self.if_match(world, &at), at },
                other => other,
            },
        }
    }
}
