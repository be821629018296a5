//! The model: a map from addresses to links, and the effect of each command on it. It has no store and no failures.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

pub(crate) const DOMAINS: [&str; 2] = ["hop.example", "b.example"];

/// The most moves of a link after an alias that forwards.
const MAX_MOVES: u8 = 16;

/// The most versions that a history shows.
pub(crate) const SHOWN_VERSIONS: usize = 50;

/// A domain and an alias.
pub(crate) type Address = (&'static str, String);

/// The moments at which something may have happened, as sortable texts. Reading the link leaves one.
pub(crate) type When = Vec<String>;

/// A rule of a link: its condition selects another target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Germany,
    Mobile,
}

/// A password, and the number of the command that set it. Every hash has its own salt, so no two commands set the same
/// hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Password {
    pub(crate) text: &'static str,
    pub(crate) set_by: u64,
}

/// Target, rules, click limit and password of a link. An edit replaces all of them. So the host of a target shows
/// whether all links that ever had it have a password or a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) target: String,
    /// In the order of evaluation.
    pub(crate) rules: Vec<Rule>,
    pub(crate) max_clicks: Option<u64>,
    pub(crate) password: Option<Password>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agent {
    Desktop,
    Phone,
    Robot,
}

/// A visitor of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) country: Option<&'static str>,
    pub(crate) agent: Agent,
}

/// The used clicks of a limit, at least and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    least: u64,
    most: u64,
}

/// The settings of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    pub(crate) title: Option<String>,
    /// Sorted and distinct.
    pub(crate) tags: Vec<String>,
    pub(crate) disabled: bool,
}

/// A version of a link, as its history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: u64,
    pub(crate) at: When,
    pub(crate) address: Address,
    pub(crate) target: String,
    pub(crate) disabled: bool,
    pub(crate) deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The number of the command that created the link: its id in the model.
    pub(crate) model_id: u64,
    pub(crate) settings: Settings,
    pub(crate) owner: Option<String>,
    pub(crate) created: When,
    pub(crate) updated: When,
    pub(crate) deleted: bool,
    pub(crate) version: u64,
    pub(crate) moves: u8,
    pub(crate) spent: Spent,
    /// Earlier versions, oldest first.
    pub(crate) past: Vec<Version>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AliasState {
    Link(Rc<Link>),
    /// The link with this model id moved to `to`.
    MovedTo {
        model_id: u64,
        to: Address,
        forwards: bool,
    },
    /// A link that is not erased completely yet.
    Erasing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World(pub(crate) BTreeMap<Address, AliasState>);

/// The ways to create a link, each with its own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CreateMode {
    Create,
    /// Returns any equal link that exists.
    Find,
    /// Accepts an equal link at the same alias.
    Import,
}

#[derive(Clone, Debug)]
pub(crate) struct NewLink {
    pub(crate) model_id: u64,
    pub(crate) mode: CreateMode,
    pub(crate) domain: &'static str,
    /// None if hop generates the alias.
    pub(crate) alias: Option<String>,
    pub(crate) settings: Settings,
    pub(crate) reuse: bool,
    pub(crate) owner: Option<String>,
    pub(crate) created: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct MoveTo {
    pub(crate) to: Address,
    pub(crate) keep: bool,
    pub(crate) reuse: bool,
}

/// A command that changes links.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Create(NewLink),
    /// Fields that are absent stay.
    Patch {
        at: Address,
        if_match: Option<u64>,
        destination: Option<Destination>,
        title: Option<Option<String>>,
        tags: Option<Vec<String>>,
        disabled: Option<bool>,
        move_to: Option<MoveTo>,
    },
    Delete {
        at: Address,
        if_match: Option<u64>,
    },
    Restore {
        at: Address,
    },
    Erase {
        at: Address,
    },
    /// Renames a tag to `new`, or removes it.
    Retag {
        domain: &'static str,
        old: String,
        new: Option<String>,
    },
}

/// The result of a successful command: the status, and the address of its link.
pub(crate) type Done = (u16, Option<Address>);

impl Command {
    /// The addresses that the command names.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        match self {
            Self::Create(new) => new.alias.iter().map(|alias| (new.domain, alias.clone())).collect(),
            Self::Patch { at, move_to, .. } => {
                std::iter::once(at.clone()).chain(move_to.iter().map(|move_to| move_to.to.clone())).collect()
            }
            Self::Delete { at, .. } | Self::Restore { at } | Self::Erase { at } => vec![at.clone()],
            Self::Retag { .. } => Vec::new(),
        }
    }

    /// Whether the command may take over the alias of a deleted link.
    pub(crate) fn reuses(&self) -> bool {
        match self {
            Self::Create(new) => new.reuse,
            Self::Patch { move_to, .. } => move_to.as_ref().is_some_and(|move_to| move_to.reuse),
            Self::Delete { .. } | Self::Restore { .. } | Self::Erase { .. } | Self::Retag { .. } => false,
        }
    }

    /// The destination that the command sets.
    pub(crate) fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Create(new) => Some(&new.settings.destination),
            Self::Patch { destination, .. } => destination.as_ref(),
            Self::Delete { .. } | Self::Restore { .. } | Self::Erase { .. } | Self::Retag { .. } => None,
        }
    }
}

impl Rule {
    const ALL: [Self; 2] = [Self::Germany, Self::Mobile];

    fn id(self) -> &'static str {
        match self {
            Self::Germany => "germany",
            Self::Mobile => "mobile",
        }
    }

    fn holds(self, visitor: Visitor) -> bool {
        match self {
            Self::Germany => visitor.country == Some("DE"),
            Self::Mobile => visitor.agent == Agent::Phone,
        }
    }

    fn when(self) -> Value {
        match self {
            Self::Germany => json!([{"type": "country", "any": ["DE"]}]),
            Self::Mobile => json!([{"type": "device", "any": ["mobile"]}]),
        }
    }
}

impl Destination {
    fn of_rule(&self, rule: Rule) -> String {
        format!("{}/{}", self.target, rule.id())
    }

    /// The target of the link that redirects to `location`, with or without a rule.
    pub(crate) fn target_of(location: &str) -> &str {
        Rule::ALL.iter().find_map(|rule| location.strip_suffix(rule.id())?.strip_suffix('/')).unwrap_or(location)
    }

    /// The rules as the API shows them.
    pub(crate) fn rules(&self) -> Value {
        self.rules.iter().map(|rule| json!({"id": rule.id(), "when": rule.when(), "target": self.of_rule(*rule)})).collect()
    }

    /// The target for a visitor: that of the first rule that holds.
    fn to(&self, visitor: Visitor) -> String {
        let first = self.rules.iter().find(|rule| rule.holds(visitor));
        first.map_or_else(|| self.target.clone(), |rule| self.of_rule(*rule))
    }
}

impl Link {
    fn as_version(&self, address: &Address) -> Version {
        Version {
            number: self.version,
            at: self.updated.clone(),
            address: address.clone(),
            target: self.settings.destination.target.clone(),
            disabled: self.settings.disabled,
            deleted: self.deleted,
        }
    }

    /// The shown versions, newest first.
    pub(crate) fn history(&self, address: &Address) -> Vec<Version> {
        let past = self.past.iter().rev().cloned();
        std::iter::once(self.as_version(address)).chain(past).take(SHOWN_VERSIONS).collect()
    }

    pub(crate) fn state(&self) -> &'static str {
        match self {
            Self { deleted: true, .. } => "deleted",
            Self { settings: Settings { disabled: true, .. }, .. } => "disabled",
            _ if self.is_used_up() == Some(true) => "used_up",
            _ => "live",
        }
    }

    /// Whether the click limit is used up, if that is known.
    pub(crate) fn is_used_up(&self) -> Option<bool> {
        match self.settings.destination.max_clicks {
            Some(limit) if self.spent.least < limit && self.spent.most >= limit => None,
            limit => Some(limit.is_some_and(|limit| self.spent.least >= limit)),
        }
    }

    /// Learns from the shown `state` whether a click is left. False if the link cannot have that state.
    pub(crate) fn learn_state(&mut self, state: &str) -> bool {
        if self.is_used_up().is_none() && ["live", "used_up"].contains(&state) {
            self.set_used_up(state == "used_up");
        }
        self.state() == state
    }

    fn set_used_up(&mut self, is_used_up: bool) {
        let Some(limit) = self.settings.destination.max_clicks else { return };
        if is_used_up {
            self.spent.least = limit;
        } else {
            self.spent.most = self.spent.most.min(limit - 1);
        }
    }

    /// Applies a visit, with the password or without. False if the result is impossible.
    fn follow(&mut self, visitor: Visitor, knows_password: bool, answer: Result<&str, u16>) -> bool {
        let Destination { max_clicks, password, .. } = self.settings.destination;
        let is_asked = (password.is_some() && !knows_password) || (max_clicks.is_some() && visitor.agent == Agent::Robot);
        if !["live", "used_up"].contains(&self.state()) {
            return answer == Err(410);
        }
        if self.is_used_up().is_none() {
            self.set_used_up(answer == Err(410));
        }
        match self.is_used_up() {
            Some(true) => answer == Err(410),
            _ if is_asked => answer == Err(200),
            _ => {
                if max_clicks.is_some() {
                    self.spent = Spent { least: self.spent.least + 1, most: self.spent.most + 1 };
                }
                answer == Ok(&self.settings.destination.to(visitor))
            }
        }
    }

    /// Whether `json` shows this link at `address`. The id is checked elsewhere.
    pub(crate) fn is_shown_by(&self, json: &Value, address: &Address) -> bool {
        let tags: Vec<&str> = json["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let one_of = |when: &When, name: &str| when.iter().any(|moment| json[name] == **moment);
        (&json["domain"], &json["alias"]) == (&Value::from(address.0), &Value::from(address.1.as_str()))
            && json["target"] == *self.settings.destination.target
            && json["rules"] == self.settings.destination.rules()
            && json["max_clicks"] == json!(self.settings.destination.max_clicks)
            && json["has_password"] == self.settings.destination.password.is_some()
            && json["title"].as_str() == self.settings.title.as_deref()
            && tags == self.settings.tags
            && json["disabled"] == self.settings.disabled
            && json["owner"].as_str() == self.owner.as_deref()
            // The count may be unknown.
            && (json["state"].is_null() || json["state"].as_str().is_some_and(|state| self.clone().learn_state(state)))
            && json["version"] == self.version
            && one_of(&self.created, "created_at")
            && one_of(&self.updated, "updated_at")
    }
}

impl World {
    pub(crate) fn link(&self, address: &Address) -> Option<&Rc<Link>> {
        match self.0.get(address) {
            Some(AliasState::Link(link)) => Some(link),
            _ => None,
        }
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = (&Address, &Rc<Link>)> {
        self.0.iter().filter_map(|(address, alias_state)| match alias_state {
            AliasState::Link(link) => Some((address, link)),
            AliasState::MovedTo { .. } | AliasState::Erasing => None,
        })
    }

    /// Whether a link has `target`, or had it in one of the versions that its history shows.
    pub(crate) fn has_target(&self, target: &str) -> bool {
        self.links().any(|(_, link)| link.settings.destination.target == target || link.past.iter().any(|version| version.target == target))
    }

    /// The address of the link that a visit of `address` reaches, or the status if there is none.
    fn resolve(&self, address: &Address) -> Result<Address, u16> {
        let mut at = address;
        let mut alias_state = self.0.get(at).ok_or(404_u16)?;
        let mut moving = None;
        for _ in 0..=MAX_MOVES {
            match alias_state {
                AliasState::Link(link) if moving.is_none_or(|model_id| model_id == link.model_id) => {
                    return Ok(at.clone());
                }
                AliasState::MovedTo { model_id, to, forwards } if moving == Some(*model_id) || (moving.is_none() && *forwards) => {
                    moving = Some(*model_id);
                    at = to;
                    alias_state = self.0.get(at).ok_or(404_u16)?;
                }
                _ => return Err(410),
            }
        }
        Err(410)
    }

    fn reached_link(&mut self, address: &Address) -> Result<&mut Link, u16> {
        let at = self.resolve(address)?;
        match self.0.get_mut(&at) {
            Some(AliasState::Link(link)) => Ok(Rc::make_mut(link)),
            _ => Err(404),
        }
    }

    /// Applies a visit of `address` without stale caches. False if the result is impossible.
    pub(crate) fn follow(&mut self, address: &Address, visitor: Visitor, knows_password: bool, answer: Result<&str, u16>) -> bool {
        match self.reached_link(address) {
            Ok(link) => link.follow(visitor, knows_password, answer),
            // A cached link may answer 410 after an erasure.
            Err(status) => answer == Err(status) || (status, answer) == (404, Err(410)),
        }
    }

    /// The password of the link that a visit of `address` reaches.
    pub(crate) fn password(&mut self, address: &Address) -> Option<Password> {
        self.reached_link(address).ok()?.settings.destination.password
    }

    /// Counts a possible click for every link that is or was at `address`.
    pub(crate) fn may_spend(&mut self, address: &Address) {
        for (at, alias_state) in &mut self.0 {
            let AliasState::Link(link) = alias_state else { continue };
            let Some(limit) = link.settings.destination.max_clicks else { continue };
            let may_have_been = link.past.len() == SHOWN_VERSIONS || link.past.iter().any(|version| version.address == *address);
            if at == address || may_have_been {
                let link = Rc::make_mut(link);
                link.spent.most = limit.min(link.spent.most + 1);
            }
        }
    }

    /// The state of `address`, followed by the states it forwards to.
    pub(crate) fn chain_from(&self, address: &Address) -> Vec<&AliasState> {
        let mut chain = Vec::new();
        let mut next = self.0.get(address);
        while let Some(alias_state) = next.filter(|_| chain.len() <= usize::from(MAX_MOVES)) {
            chain.push(alias_state);
            next = if let AliasState::MovedTo { to, .. } = alias_state { self.0.get(to) } else { None };
        }
        chain
    }

    /// Applies a command, or returns the code of the problem. `generated` is the alias that hop generated, if any.
    pub(crate) fn apply(&mut self, command: &Command, now: &When, generated: Option<&str>) -> Result<Done, &'static str> {
        match command {
            Command::Create(new) => self.create(new, now, generated),
            Command::Patch { at, if_match, destination, title, tags, disabled, move_to } => {
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                check(&was, *if_match)?;
                if was.deleted {
                    return Err("link_ended");
                }
                let mut link = was.clone();
                if let Some(destination) = destination {
                    // Another limit starts a new count.
                    if destination.max_clicks != was.settings.destination.max_clicks {
                        link.spent = Spent::default();
                    }
                    link.settings.destination = destination.clone();
                }
                link.settings.title = title.clone().unwrap_or(link.settings.title);
                link.settings.tags = tags.clone().unwrap_or(link.settings.tags);
                link.settings.disabled = disabled.unwrap_or(link.settings.disabled);
                match move_to {
                    Some(move_to) => self.rename(at, was, link, move_to, now),
                    None => Ok((200, Some(self.put(at, was, link, now)))),
                }
            }
            Command::Delete { at, if_match } => {
                if let Some(AliasState::MovedTo { forwards, .. }) = self.0.get_mut(at) {
                    // A version condition is about the link, not about a forwarding alias.
                    if if_match.is_some() {
                        return Err("not_found");
                    }
                    *forwards = false;
                    return Ok((204, None));
                }
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                if !was.deleted {
                    check(&was, *if_match)?;
                }
                self.put(at, was.clone(), Link { deleted: true, ..was }, now);
                Ok((204, None))
            }
            Command::Restore { at } => {
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                Ok((200, Some(self.put(at, was.clone(), Link { deleted: false, ..was }, now))))
            }
            Command::Erase { at } => match self.0.get(at) {
                Some(AliasState::Link(_) | AliasState::Erasing) => {
                    self.0.remove(at);
                    Ok((204, None))
                }
                Some(AliasState::MovedTo { .. }) | None => Err("not_found"),
            },
            Command::Retag { .. } => unreachable!("a tag command is applied link by link"),
        }
    }

    fn create(&mut self, new: &NewLink, now: &When, generated: Option<&str>) -> Result<Done, &'static str> {
        if let (CreateMode::Find, Some(found)) = (new.mode, self.equal_link(new)) {
            return Ok((200, Some(found)));
        }
        let address = (new.domain, new.alias.as_deref().or(generated).unwrap_or_default().to_owned());
        if let (CreateMode::Import, Some(link)) = (new.mode, self.link(&address))
            && !link.deleted
            && link.settings == new.settings
        {
            return Ok((200, Some(address)));
        }
        self.check_free(&address, None, new.reuse)?;
        let created = new.created.clone().map_or_else(|| now.clone(), |created| vec![created]);
        let settings = new.settings.clone();
        let link = Link {
            model_id: new.model_id,
            settings,
            owner: new.owner.clone(),
            created,
            updated: now.clone(),
            deleted: false,
            version: 1,
            moves: 0,
            spent: Spent::default(),
            past: Vec::new(),
        };
        self.0.insert(address.clone(), AliasState::Link(Rc::new(link)));
        Ok((201, Some(address)))
    }

    /// The addresses of all links with this tag, newest first, including deleted ones.
    pub(crate) fn tagged(&self, domain: &str, tag: &str) -> Vec<Address> {
        let has = |(address, link): &(&Address, &Rc<Link>)| address.0 == domain && link.settings.tags.iter().any(|other| other == tag);
        let mut all: Vec<_> = self.links().filter(has).collect();
        all.sort_by(|(_, one), (_, other)| other.created.cmp(&one.created));
        all.into_iter().map(|(address, _)| address.clone()).collect()
    }

    /// Replaces the tag `old` by `new` at these addresses, or removes it.
    pub(crate) fn retag(&mut self, at: &[Address], old: &str, new: Option<&str>, now: &When) {
        for address in at {
            let Some(was) = self.link(address).map(|link| link.as_ref().clone()) else { continue };
            let mut link = was.clone();
            link.settings.tags.retain(|tag| tag != old);
            link.settings.tags.extend(new.map(str::to_owned));
            link.settings.tags.sort();
            link.settings.tags.dedup();
            self.put(address, was, link, now);
        }
    }

    /// The newest link that equals `new`.
    fn equal_link(&self, new: &NewLink) -> Option<Address> {
        let is_equal = |(address, link): &(&Address, &Rc<Link>)| {
            !link.deleted
                && link.owner.is_none()
                && link.settings == new.settings
                && address.0 == new.domain
                && new.alias.as_ref().is_none_or(|alias| *alias == address.1)
        };
        let mut all: Vec<_> = self.links().filter(is_equal).collect();
        all.sort_by(|(_, one), (_, other)| other.created.cmp(&one.created));
        all.first().map(|(address, _)| (*address).clone())
    }

    /// The same world with model ids renumbered in order of their appearance.
    pub(crate) fn with_ids_in_order(&self) -> Self {
        let mut met = Vec::new();
        let mut number = |model_id: u64| {
            let known = met.iter().position(|known| *known == model_id);
            known.unwrap_or_else(|| {
                met.push(model_id);
                met.len() - 1
            }) as u64
        };
        let places = self.0.iter().map(|(address, alias_state)| {
            let alias_state = match alias_state {
                AliasState::Link(link) => AliasState::Link(Rc::new(Link { model_id: number(link.model_id), ..Link::clone(link) })),
                AliasState::MovedTo { model_id, to, forwards } => {
                    AliasState::MovedTo { model_id: number(*model_id), to: to.clone(), forwards: *forwards }
                }
                AliasState::Erasing => AliasState::Erasing,
            };
            (address.clone(), alias_state)
        });
        Self(places.collect())
    }

    /// Whether the link with this model id, or a new link, may take the alias.
    pub(crate) fn check_free(&self, address: &Address, model_id: Option<u64>, reuse: bool) -> Result<(), &'static str> {
        match self.0.get(address) {
            Some(AliasState::Link(link)) if !link.deleted => Err("alias_taken"),
            Some(AliasState::MovedTo { model_id: gone, .. }) if Some(*gone) == model_id => Ok(()),
            Some(AliasState::MovedTo { forwards: true, .. }) => Err("alias_taken"),
            Some(AliasState::Erasing) => Err("alias_retired"),
            Some(_) if !reuse => Err("alias_retired"),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a command moves a link to the alias of a deleted one. Together they may have too many replaced links.
    pub(crate) fn joins_links(&self, command: &Command) -> bool {
        let Command::Patch { move_to: Some(MoveTo { to, reuse: true, .. }), .. } = command else { return false };
        self.link(to).is_some_and(|link| link.deleted)
    }

    fn rename(&mut self, from: &Address, was: Link, mut link: Link, move_to: &MoveTo, now: &When) -> Result<Done, &'static str> {
        if move_to.to == *from {
            return Err("invalid_fields");
        }
        link.moves = if move_to.keep || link.moves > 0 { link.moves + 1 } else { 0 };
        if link.moves > MAX_MOVES {
            return Err("invalid_fields");
        }
        self.check_free(&move_to.to, Some(was.model_id), move_to.reuse)?;
        let model_id = was.model_id;
        link = next_version(from, was, link, now);
        self.0.insert(from.clone(), AliasState::MovedTo { model_id, to: move_to.to.clone(), forwards: move_to.keep });
        self.0.insert(move_to.to.clone(), AliasState::Link(Rc::new(link)));
        Ok((200, Some(move_to.to.clone())))
    }

    fn put(&mut self, address: &Address, was: Link, link: Link, now: &When) -> Address {
        if link != was {
            self.0.insert(address.clone(), AliasState::Link(Rc::new(next_version(address, was, link, now))));
        }
        address.clone()
    }
}

fn check(link: &Link, if_match: Option<u64>) -> Result<(), &'static str> {
    if if_match.is_none_or(|if_match| if_match == link.version) { Ok(()) } else { Err("version_mismatch") }
}

fn next_version(address: &Address, was: Link, mut link: Link, now: &When) -> Link {
    link.past.push(was.as_version(address));
    let old = link.past.len().saturating_sub(SHOWN_VERSIONS);
    link.past.drain(..old);
    Link { version: was.version + 1, updated: now.clone(), ..link }
}
