//! What hop promises, as a map: which link is at which address, and what a deed does to that. There are no stores and no failures here.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

pub(crate) const DOMAINS: [&str; 2] = ["hop.example", "b.example"];

/// More moves than this from an alias that leads on are refused.
const MOST_MOVES: u8 = 16;

/// How many versions of a link a history shows.
pub(crate) const SHOWN_VERSIONS: usize = 50;

/// A domain and an alias.
pub(crate) type Address = (&'static str, String);

/// When something may have happened: at one of these moments, which are texts that sort. A look at the link leaves one.
pub(crate) type When = Vec<String>;

/// A condition under which a link leads elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Germany,
    Mobile,
}

/// A password, and the number of the deed that set it: every hash has a salt of its own, so that no two deeds set the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Password {
    pub(crate) text: &'static str,
    pub(crate) set_by: u64,
}

/// Where a link leads and whom it lets pass. An edit replaces all of it, so that a target tells by its host whether every link that ever led there
/// was locked or limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) target: String,
    /// In the order they are tried.
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

/// Who follows a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) country: Option<&'static str>,
    pub(crate) agent: Agent,
}

/// How many clicks of a limit are spent, at least and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    least: u64,
    most: u64,
}

/// What an owner says of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) destination: Destination,
    pub(crate) title: Option<String>,
    /// Sorted, each once.
    pub(crate) tags: Vec<String>,
    pub(crate) disabled: bool,
}

/// A version of a link, as its history tells it.
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
    /// The deed that made it, by its number: the model's own id.
    pub(crate) maker: u64,
    pub(crate) said: Said,
    pub(crate) owner: Option<String>,
    pub(crate) created: When,
    pub(crate) updated: When,
    pub(crate) deleted: bool,
    pub(crate) version: u64,
    pub(crate) moves: u8,
    pub(crate) spent: Spent,
    /// What it was before, oldest first.
    pub(crate) past: Vec<Version>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Link(Rc<Link>),
    /// The link `maker` went from here to there.
    MovedTo {
        maker: u64,
        to: Address,
        forwards: bool,
    },
    /// A link of which not everything is gone yet.
    Erasing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World(pub(crate) BTreeMap<Address, Place>);

/// How links come about, each with its own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Create,
    /// Any link that is there and says the same will do.
    Find,
    /// The same link at the same alias will do.
    Import,
}

#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) maker: u64,
    pub(crate) way: Way,
    pub(crate) domain: &'static str,
    /// Nothing if hop is to draw one.
    pub(crate) alias: Option<String>,
    pub(crate) said: Said,
    pub(crate) reuse: bool,
    pub(crate) owner: Option<String>,
    pub(crate) created: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) to: Address,
    pub(crate) keep: bool,
    pub(crate) reuse: bool,
}

/// What changes links.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Create(New),
    /// What is not there stays.
    Patch {
        at: Address,
        seen: Option<u64>,
        destination: Option<Destination>,
        title: Option<Option<String>>,
        tags: Option<Vec<String>>,
        disabled: Option<bool>,
        going: Option<Move>,
    },
    Delete {
        at: Address,
        seen: Option<u64>,
    },
    Restore {
        at: Address,
    },
    Erase {
        at: Address,
    },
    /// Puts `new` in place of a tag, or nothing.
    Retag {
        domain: &'static str,
        old: String,
        new: Option<String>,
    },
}

/// What a deed answers when it is done: the status, and where its link is then.
pub(crate) type Done = (u16, Option<Address>);

impl Deed {
    /// The addresses it names.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        match self {
            Self::Create(new) => new.alias.iter().map(|alias| (new.domain, alias.clone())).collect(),
            Self::Patch { at, going, .. } => std::iter::once(at.clone()).chain(going.iter().map(|going| going.to.clone())).collect(),
            Self::Delete { at, .. } | Self::Restore { at } | Self::Erase { at } => vec![at.clone()],
            Self::Retag { .. } => Vec::new(),
        }
    }

    /// Whether it may take over the alias of a deleted link.
    pub(crate) fn reuses(&self) -> bool {
        match self {
            Self::Create(new) => new.reuse,
            Self::Patch { going, .. } => going.as_ref().is_some_and(|going| going.reuse),
            Self::Delete { .. } | Self::Restore { .. } | Self::Erase { .. } | Self::Retag { .. } => false,
        }
    }

    /// Where it has a link lead.
    pub(crate) fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Create(new) => Some(&new.said.destination),
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

    /// The target of the link that leads to `location`, by a rule or by none.
    pub(crate) fn target_of(location: &str) -> &str {
        Rule::ALL.iter().find_map(|rule| location.strip_suffix(rule.id())?.strip_suffix('/')).unwrap_or(location)
    }

    /// Its rules as the API shows them.
    pub(crate) fn rules(&self) -> Value {
        self.rules.iter().map(|rule| json!({"id": rule.id(), "when": rule.when(), "target": self.of_rule(*rule)})).collect()
    }

    /// Where a visitor is led: by the first rule that holds.
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
            target: self.said.destination.target.clone(),
            disabled: self.said.disabled,
            deleted: self.deleted,
        }
    }

    /// Its versions, newest first, as many as are shown.
    pub(crate) fn history(&self, address: &Address) -> Vec<Version> {
        let past = self.past.iter().rev().cloned();
        std::iter::once(self.as_version(address)).chain(past).take(SHOWN_VERSIONS).collect()
    }

    pub(crate) fn state(&self) -> &'static str {
        match self {
            Self { deleted: true, .. } => "deleted",
            Self { said: Said { disabled: true, .. }, .. } => "disabled",
            _ if self.is_used_up() == Some(true) => "used_up",
            _ => "live",
        }
    }

    /// Whether no click is left of its limit, if that is known.
    pub(crate) fn is_used_up(&self) -> Option<bool> {
        match self.said.destination.max_clicks {
            Some(limit) if self.spent.least < limit && self.spent.most >= limit => None,
            limit => Some(limit.is_some_and(|limit| self.spent.least >= limit)),
        }
    }

    /// Learns from `state`, which is what hop says it is, whether a click is left. False if it cannot be in that state.
    pub(crate) fn learn(&mut self, state: &str) -> bool {
        if self.is_used_up().is_none() && ["live", "used_up"].contains(&state) {
            self.know(state == "used_up");
        }
        self.state() == state
    }

    fn know(&mut self, is_used_up: bool) {
        let Some(limit) = self.said.destination.max_clicks else { return };
        if is_used_up {
            self.spent.least = limit;
        } else {
            self.spent.most = self.spent.most.min(limit - 1);
        }
    }

    /// A visitor comes to it, with the password or without. False if they cannot be answered like this.
    fn follow(&mut self, visitor: Visitor, knows_password: bool, answer: Result<&str, u16>) -> bool {
        let Destination { max_clicks, password, .. } = self.said.destination;
        let is_asked = (password.is_some() && !knows_password) || (max_clicks.is_some() && visitor.agent == Agent::Robot);
        if !["live", "used_up"].contains(&self.state()) {
            return answer == Err(410);
        }
        if self.is_used_up().is_none() {
            self.know(answer == Err(410));
        }
        match self.is_used_up() {
            Some(true) => answer == Err(410),
            _ if is_asked => answer == Err(200),
            _ => {
                if max_clicks.is_some() {
                    self.spent = Spent { least: self.spent.least + 1, most: self.spent.most + 1 };
                }
                answer == Ok(&self.said.destination.to(visitor))
            }
        }
    }

    /// Whether `json` shows this link, at `address`. Its id is looked at elsewhere.
    pub(crate) fn is_shown_by(&self, json: &Value, address: &Address) -> bool {
        let tags: Vec<&str> = json["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let one_of = |when: &When, name: &str| when.iter().any(|moment| json[name] == **moment);
        (&json["domain"], &json["alias"]) == (&Value::from(address.0), &Value::from(address.1.as_str()))
            && json["target"] == *self.said.destination.target
            && json["rules"] == self.said.destination.rules()
            && json["max_clicks"] == json!(self.said.destination.max_clicks)
            && json["has_password"] == self.said.destination.password.is_some()
            && json["title"].as_str() == self.said.title.as_deref()
            && tags == self.said.tags
            && json["disabled"] == self.said.disabled
            && json["owner"].as_str() == self.owner.as_deref()
            // A count may not have been read.
            && (json["state"].is_null() || json["state"].as_str().is_some_and(|state| self.clone().learn(state)))
            && json["version"] == self.version
            && one_of(&self.created, "created_at")
            && one_of(&self.updated, "updated_at")
    }
}

impl World {
    pub(crate) fn link(&self, address: &Address) -> Option<&Rc<Link>> {
        match self.0.get(address) {
            Some(Place::Link(link)) => Some(link),
            _ => None,
        }
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = (&Address, &Rc<Link>)> {
        self.0.iter().filter_map(|(address, place)| match place {
            Place::Link(link) => Some((address, link)),
            Place::MovedTo { .. } | Place::Erasing => None,
        })
    }

    /// Whether a link leads to `target`, or did so in one of the versions that its history shows.
    pub(crate) fn has_target(&self, target: &str) -> bool {
        self.links().any(|(_, link)| link.said.destination.target == target || link.past.iter().any(|version| version.target == target))
    }

    /// The address of the link that a visitor of `address` comes to, or why there is none.
    fn complete_move(&self, address: &Address) -> Result<Address, u16> {
        let mut at = address;
        let mut place = self.0.get(at).ok_or(404_u16)?;
        let mut traveller = None;
        for _ in 0..=MOST_MOVES {
            match place {
                Place::Link(link) if traveller.is_none_or(|maker| maker == link.maker) => {
                    return Ok(at.clone());
                }
                Place::MovedTo { maker, to, forwards } if traveller == Some(*maker) || (traveller.is_none() && *forwards) => {
                    traveller = Some(*maker);
                    at = to;
                    place = self.0.get(at).ok_or(404_u16)?;
                }
                _ => return Err(410),
            }
        }
        Err(410)
    }

    fn link_from(&mut self, address: &Address) -> Result<&mut Link, u16> {
        let at = self.complete_move(address)?;
        match self.0.get_mut(&at) {
            Some(Place::Link(link)) => Ok(Rc::make_mut(link)),
            _ => Err(404),
        }
    }

    /// A visitor comes to `address`, and is told the truth: where they are sent, or the status. False if that cannot be.
    pub(crate) fn follow(&mut self, address: &Address, visitor: Visitor, knows_password: bool, answer: Result<&str, u16>) -> bool {
        match self.link_from(address) {
            Ok(link) => link.follow(visitor, knows_password, answer),
            // A copy may say 410 where a link was erased.
            Err(status) => answer == Err(status) || (status, answer) == (404, Err(410)),
        }
    }

    /// The password of the link that a visitor of `address` comes to.
    pub(crate) fn password(&mut self, address: &Address) -> Option<Password> {
        self.link_from(address).ok()?.said.destination.password
    }

    /// Somebody may have spent a click of any link that is or was at `address`.
    pub(crate) fn perhaps_spend(&mut self, address: &Address) {
        for (at, place) in &mut self.0 {
            let Place::Link(link) = place else { continue };
            let Some(limit) = link.said.destination.max_clicks else { continue };
            let may_have_been = link.past.len() == SHOWN_VERSIONS || link.past.iter().any(|version| version.address == *address);
            if at == address || may_have_been {
                let link = Rc::make_mut(link);
                link.spent.most = limit.min(link.spent.most + 1);
            }
        }
    }

    /// Who holds `address`, and whoever they point at.
    pub(crate) fn way_from(&self, address: &Address) -> Vec<&Place> {
        let mut way = Vec::new();
        let mut next = self.0.get(address);
        while let Some(place) = next.filter(|_| way.len() <= usize::from(MOST_MOVES)) {
            way.push(place);
            next = if let Place::MovedTo { to, .. } = place { self.0.get(to) } else { None };
        }
        way
    }

    /// Does what is asked for, or says why not. `drawn` is the alias hop drew, if it drew one.
    pub(crate) fn obey(&mut self, deed: &Deed, now: &When, drawn: Option<&str>) -> Result<Done, &'static str> {
        match deed {
            Deed::Create(new) => self.create(new, now, drawn),
            Deed::Patch { at, seen, destination, title, tags, disabled, going } => {
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                check(&was, *seen)?;
                if was.deleted {
                    return Err("link_ended");
                }
                let mut link = was.clone();
                if let Some(destination) = destination {
                    // Another limit starts a fresh count.
                    if destination.max_clicks != was.said.destination.max_clicks {
                        link.spent = Spent::default();
                    }
                    link.said.destination = destination.clone();
                }
                link.said.title = title.clone().unwrap_or(link.said.title);
                link.said.tags = tags.clone().unwrap_or(link.said.tags);
                link.said.disabled = disabled.unwrap_or(link.said.disabled);
                match going {
                    Some(going) => self.rename(at, was, link, going, now),
                    None => Ok((200, Some(self.put(at, was, link, now)))),
                }
            }
            Deed::Delete { at, seen } => {
                if let Some(Place::MovedTo { forwards, .. }) = self.0.get_mut(at) {
                    // Whoever has seen a version means the link, not the way to it.
                    if seen.is_some() {
                        return Err("not_found");
                    }
                    *forwards = false;
                    return Ok((204, None));
                }
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                if !was.deleted {
                    check(&was, *seen)?;
                }
                self.put(at, was.clone(), Link { deleted: true, ..was }, now);
                Ok((204, None))
            }
            Deed::Restore { at } => {
                let was = self.link(at).ok_or("not_found")?.as_ref().clone();
                Ok((200, Some(self.put(at, was.clone(), Link { deleted: false, ..was }, now))))
            }
            Deed::Erase { at } => match self.0.get(at) {
                Some(Place::Link(_) | Place::Erasing) => {
                    self.0.remove(at);
                    Ok((204, None))
                }
                Some(Place::MovedTo { .. }) | None => Err("not_found"),
            },
            Deed::Retag { .. } => unreachable!("it is not one deed but many"),
        }
    }

    fn create(&mut self, new: &New, now: &When, drawn: Option<&str>) -> Result<Done, &'static str> {
        if let (Way::Find, Some(found)) = (new.way, self.same(new)) {
            return Ok((200, Some(found)));
        }
        let address = (new.domain, new.alias.as_deref().or(drawn).unwrap_or_default().to_owned());
        if let (Way::Import, Some(link)) = (new.way, self.link(&address))
            && !link.deleted
            && link.said == new.said
        {
            return Ok((200, Some(address)));
        }
        self.check_free(&address, None, new.reuse)?;
        let created = new.created.clone().map_or_else(|| now.clone(), |created| vec![created]);
        let said = new.said.clone();
        let link = Link {
            maker: new.maker,
            said,
            owner: new.owner.clone(),
            created,
            updated: now.clone(),
            deleted: false,
            version: 1,
            moves: 0,
            spent: Spent::default(),
            past: Vec::new(),
        };
        self.0.insert(address.clone(), Place::Link(Rc::new(link)));
        Ok((201, Some(address)))
    }

    /// Where the links with this tag are, newest first, deleted ones too.
    pub(crate) fn tagged(&self, domain: &str, tag: &str) -> Vec<Address> {
        let has = |(address, link): &(&Address, &Rc<Link>)| address.0 == domain && link.said.tags.iter().any(|other| other == tag);
        let mut all: Vec<_> = self.links().filter(has).collect();
        all.sort_by(|(_, one), (_, other)| other.created.cmp(&one.created));
        all.into_iter().map(|(address, _)| address.clone()).collect()
    }

    /// Puts `new` in place of `old` where they are.
    pub(crate) fn retag(&mut self, at: &[Address], old: &str, new: Option<&str>, now: &When) {
        for address in at {
            let Some(was) = self.link(address).map(|link| link.as_ref().clone()) else { continue };
            let mut link = was.clone();
            link.said.tags.retain(|tag| tag != old);
            link.said.tags.extend(new.map(str::to_owned));
            link.said.tags.sort();
            link.said.tags.dedup();
            self.put(address, was, link, now);
        }
    }

    /// The newest link that says just what `new` would.
    fn same(&self, new: &New) -> Option<Address> {
        let is_same = |(address, link): &(&Address, &Rc<Link>)| {
            !link.deleted
                && link.owner.is_none()
                && link.said == new.said
                && address.0 == new.domain
                && new.alias.as_ref().is_none_or(|alias| *alias == address.1)
        };
        let mut all: Vec<_> = self.links().filter(is_same).collect();
        all.sort_by(|(_, one), (_, other)| other.created.cmp(&one.created));
        all.first().map(|(address, _)| (*address).clone())
    }

    /// The same world with the makers numbered in the order in which they are met.
    pub(crate) fn with_makers_in_order(&self) -> Self {
        let mut met = Vec::new();
        let mut number = |maker: u64| {
            let known = met.iter().position(|known| *known == maker);
            known.unwrap_or_else(|| {
                met.push(maker);
                met.len() - 1
            }) as u64
        };
        let places = self.0.iter().map(|(address, place)| {
            let place = match place {
                Place::Link(link) => Place::Link(Rc::new(Link { maker: number(link.maker), ..Link::clone(link) })),
                Place::MovedTo { maker, to, forwards } => Place::MovedTo { maker: number(*maker), to: to.clone(), forwards: *forwards },
                Place::Erasing => Place::Erasing,
            };
            (address.clone(), place)
        });
        Self(places.collect())
    }

    /// Whether the link `maker`, or a new one, may have the alias.
    pub(crate) fn check_free(&self, address: &Address, maker: Option<u64>, reuse: bool) -> Result<(), &'static str> {
        match self.0.get(address) {
            Some(Place::Link(link)) if !link.deleted => Err("alias_taken"),
            Some(Place::MovedTo { maker: gone, .. }) if Some(*gone) == maker => Ok(()),
            Some(Place::MovedTo { forwards: true, .. }) => Err("alias_taken"),
            Some(Place::Erasing) => Err("alias_retired"),
            Some(_) if !reuse => Err("alias_retired"),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether `deed` moves a link to the alias of a deleted one: both together may have too many deleted links behind them.
    pub(crate) fn joins_links(&self, deed: &Deed) -> bool {
        let Deed::Patch { going: Some(Move { to, reuse: true, .. }), .. } = deed else { return false };
        self.link(to).is_some_and(|link| link.deleted)
    }

    fn rename(&mut self, from: &Address, was: Link, mut link: Link, going: &Move, now: &When) -> Result<Done, &'static str> {
        if going.to == *from {
            return Err("invalid_fields");
        }
        link.moves = if going.keep || link.moves > 0 { link.moves + 1 } else { 0 };
        if link.moves > MOST_MOVES {
            return Err("invalid_fields");
        }
        self.check_free(&going.to, Some(was.maker), going.reuse)?;
        let maker = was.maker;
        link = next_version(from, was, link, now);
        self.0.insert(from.clone(), Place::MovedTo { maker, to: going.to.clone(), forwards: going.keep });
        self.0.insert(going.to.clone(), Place::Link(Rc::new(link)));
        Ok((200, Some(going.to.clone())))
    }

    fn put(&mut self, address: &Address, was: Link, link: Link, now: &When) -> Address {
        if link != was {
            self.0.insert(address.clone(), Place::Link(Rc::new(next_version(address, was, link, now))));
        }
        address.clone()
    }
}

fn check(link: &Link, seen: Option<u64>) -> Result<(), &'static str> {
    if seen.is_none_or(|seen| seen == link.version) { Ok(()) } else { Err("version_mismatch") }
}

fn next_version(address: &Address, was: Link, mut link: Link, now: &When) -> Link {
    link.past.push(was.as_version(address));
    let old = link.past.len().saturating_sub(SHOWN_VERSIONS);
    link.past.drain(..old);
    Link { version: was.version + 1, updated: now.clone(), ..link }
}
