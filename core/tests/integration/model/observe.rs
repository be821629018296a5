//! Observations: reads of links, histories, aliases, lists and redirects, compared with the candidate worlds.

use std::rc::Rc;

use hop_core::memory::Fault;
use serde_json::Value;

use super::candidates::{Candidates, HELD_SECONDS, merge_alike};
use super::filter::Filter;
use super::generate::{FaultMode, OWNERS, WRONG};
use super::requests::{self, address, on};
use super::runner::{Runner, now};
use super::world::{Address, Agent, AliasState, DOMAINS, Link, Version, Visitor, World};
use crate::support::audit::check_entries;
use crate::support::client::Answer;
use crate::support::store_faults::Plan;
use crate::support::{Ask, Isolate, run};

/// Seconds after which a cached link is not served any more while the store answers.
const STALE: u64 = 61;

/// The number of versions that a history shows despite failed edits.
const SURE_VERSIONS: usize = 12;

/// The host of all targets of links with a password.
const SECRET: &str = "secret.example";

impl Runner<'_> {
    fn ask(&self, ask: Ask) -> Answer {
        run(self.isolates[0].ask(ask))
    }

    /// Keeps the worlds that fit a response about `at`.
    fn keep(&mut self, what: &str, at: &Address, answer: &Answer, fits: impl FnMut(&Candidates, &mut World) -> bool) {
        let possible: Vec<Vec<AliasState>> =
            self.candidates.worlds.iter().map(|world| world.chain_from(at).into_iter().cloned().collect()).collect();
        self.candidates.keep(fits);
        if self.candidates.worlds.is_empty() {
            let shown = (answer.code(), answer.header("location"), String::from_utf8_lossy(&answer.body));
            panic!("{what} at {at:?} shows {shown:?}, but this is possible: {possible:#?}");
        }
    }

    /// The shown version of the link at `at`.
    pub(crate) fn version_at(&self, at: &Address) -> Option<u64> {
        self.ask(on(at.0, Ask::show(&at.1))).json()["version"].as_u64()
    }

    pub(crate) fn observe_link(&mut self, at: &Address) {
        let answer = self.ask(on(at.0, Ask::show(&at.1)));
        let json = answer.json();
        self.keep("the link", at, &answer, |candidates, world| match answer.code() {
            200 => candidates.shows(world, at, &json),
            404 => world.link(at).is_none(),
            _ => false,
        });
        if answer.code() == 200 {
            self.candidates.bind(at, json["id"].as_str().expect("a link has an id"));
        }
    }

    fn observe_history_of(&mut self, at: &Address) {
        let answer = self.ask(on(at.0, Ask::list(&format!("/api/v1/links/{}/history", at.1))));
        let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
        self.keep("the history", at, &answer, |_, world| match world.link(at) {
            Some(link) => answer.code() == 200 && is_history(&items, &link.history(at)),
            None => answer.code() == 404,
        });
    }

    /// Reads whether an alias is free.
    fn observe_alias(&mut self, at: &Address) {
        let answer = self.ask(on(at.0, Ask::list(&format!("/api/v1/aliases/{}", at.1))));
        let code = answer.json()["reason"].as_str().unwrap_or_default().to_owned();
        let clock = self.clock;
        self.keep("whether an alias is free", at, &answer, |candidates, world| {
            let expected = world.check_free(at, None, false).err().unwrap_or_default();
            code == expected || (code == "alias_taken" && candidates.is_held_at(at, clock))
        });
    }

    /// Reads until one world is left.
    pub(crate) fn resolve_doubts(&mut self) {
        for at in self.candidates.doubtful() {
            self.observe_link(&at);
        }
        for at in self.candidates.doubtful() {
            self.observe_history_of(&at);
            self.observe_alias(&at);
        }
        if self.candidates.worlds.len() > 1 {
            // After this time no pending move holds an alias.
            self.wait(HELD_SECONDS);
            self.candidates.doubtful().iter().for_each(|at| self.observe_alias(at));
        }
        self.candidates.worlds = merge_alike(std::mem::take(&mut self.candidates.worlds));
        assert_eq!(
            self.candidates.worlds.len(),
            1,
            "several worlds fit all reads: {:#?}",
            self.candidates
                .doubtful()
                .iter()
                .map(|at| self.candidates.worlds.iter().map(|world| world.chain_from(at)).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        );
    }

    /// Reads until one world is left, with known times and click counts of all links.
    pub(crate) fn resolve_all(&mut self) {
        self.resolve_doubts();
        let is_vague = |link: &Link| link.created.len() > 1 || link.updated.len() > 1 || link.is_used_up().is_none();
        let vague: Vec<Address> = self.candidates.likely().links().filter(|(_, link)| is_vague(link)).map(|(at, _)| at.clone()).collect();
        for at in vague {
            self.observe_link(&at);
        }
    }

    pub(crate) fn observe_random_link(&mut self) {
        let at = self.generator.known_address(&self.candidates.likely().clone());
        self.observe_link(&at);
    }

    pub(crate) fn observe_random_history(&mut self) {
        let at = self.generator.known_address(&self.candidates.likely().clone());
        self.observe_history_of(&at);
    }

    /// A visitor follows a link, with faults. Some visits use an empty cache, and their responses must be exact.
    pub(crate) fn visit(&mut self) {
        let world = self.candidates.likely().clone();
        let at = if self.generator.one_in(3) { self.generator.address() } else { self.generator.known_address(&world) };
        let (visitor, faults) = (self.generator.visitor(), self.generator.faults());
        if self.generator.one_in(3) {
            self.edge.link_cache.empty();
            let isolate = Isolate::new(self.edge);
            for _ in 0..=self.generator.random.below(4) {
                self.visit_uncached(&isolate, &at, visitor);
            }
            return;
        }
        let isolate = self.generator.random.below(2);
        let typed = self.generator.one_in(2).then(|| self.generator.typed());
        self.set_faults(&faults);
        let tried = typed.map(|typed| run(self.isolates[isolate].ask(requests::type_in(&at, visitor, typed))));
        let cookie = tried.as_ref().and_then(requests::cookie);
        let answer = run(self.isolates[isolate].ask(requests::visit(&at, visitor, cookie.as_deref())));
        self.clear_faults();
        self.log(format!("{faults:?} {visitor:?} at {at:?} types {typed:?} → {} {}", answer.code(), answer.header("location")));
        assert!(typed != Some(WRONG) || cookie.is_none(), "a wrong password unlocks a link");
        let locked_out = tried.iter().chain(cookie.is_none().then_some(&answer));
        locked_out.for_each(|answer| assert!(!answer.tells(SECRET), "a locked link shows its target"));
        assert!([200, 302, 404, 410, 503].contains(&answer.code()) && (answer.code() != 503 || !matches!(faults, FaultMode::None)));
        self.count(&faults, &answer);
        if visitor.agent != Agent::Robot && [302, 503].contains(&answer.code()) {
            self.candidates.worlds.iter_mut().for_each(|world| world.may_spend(&at));
        }
    }

    /// A visitor follows a link on an isolate without caches, and types a password if one is needed.
    fn visit_uncached(&mut self, isolate: &Isolate<'_>, at: &Address, visitor: Visitor) {
        let answer = run(isolate.ask(requests::visit(at, visitor, None)));
        self.check_visit(at, visitor, false, &answer);
        if answer.json()["needs"] != "password" {
            return;
        }
        let typed = self.generator.typed();
        let answer = run(isolate.ask(requests::type_in(at, visitor, typed)));
        let cookie = requests::cookie(&answer);
        self.keep("a password", at, &answer, |_, world| {
            let is_right = world.password(at).map(|password| password.text == typed);
            is_right.is_some_and(|is_right| (answer.code(), cookie.is_some()) == (if is_right { 303 } else { 403 }, is_right))
        });
        if let Some(cookie) = cookie {
            let answer = run(isolate.ask(requests::visit(at, visitor, Some(&cookie))));
            self.check_visit(at, visitor, true, &answer);
        }
    }

    fn check_visit(&mut self, at: &Address, visitor: Visitor, knows_password: bool, answer: &Answer) {
        self.log(format!("{visitor:?} at {at:?} → {} {}", answer.code(), answer.header("location")));
        assert!(knows_password || !answer.tells(SECRET), "a locked link shows its target");
        self.count(&FaultMode::None, answer);
        let result = if answer.code() == 302 { Ok(answer.header("location")) } else { Err(answer.code()) };
        self.keep("a visit", at, answer, |_, world| world.follow(at, visitor, knows_password, result));
    }

    /// Every page of a list, without faults or concurrent changes.
    pub(crate) fn read_list(&self, first: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), Some(first.to_owned()));
        while let Some(path) = next {
            let page = self.ask(Ask::list(&path));
            assert_eq!(page.code(), 200, "{path}");
            let page = page.json();
            items.extend(page["items"].as_array().expect("a page has items").iter().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        items
    }

    /// A list, page by page. A failed page is requested again.
    pub(crate) fn observe_list(&mut self) {
        let filter = Filter::draw(&mut self.generator, &now(self.edge));
        if self.generator.one_in(3) {
            return self.observe_list_during_edits(&filter);
        }
        self.resolve_all();
        let (mut items, mut next) = (Vec::new(), Some(filter.path()));
        while let Some(path) = next {
            let faults = if self.generator.one_in(4) {
                FaultMode::Planned(Plan::At(vec![(self.generator.random.below(4), Fault::Fail)]))
            } else {
                FaultMode::None
            };
            self.set_faults(&faults);
            let mut page = self.ask(Ask::list(&path));
            self.clear_faults();
            if page.code() == 503 && !matches!(faults, FaultMode::None) {
                page = self.ask(Ask::list(&path));
            }
            assert_eq!(page.code(), 200, "{path}: {}", page.json());
            let (shown, after) = filter.read(&page);
            items.extend(shown);
            next = after;
        }
        self.log(format!("{} shows {}", filter.path(), items.len()));
        self.check_list(&filter, &items);
    }

    fn check_list(&self, filter: &Filter, items: &[Value]) {
        let expected = filter.shown(self.candidates.likely());
        let aliases: Vec<&str> = items.iter().filter_map(|json| json["alias"].as_str()).collect();
        let wanted: Vec<&str> = expected.iter().map(|(at, _)| at.1.as_str()).collect();
        assert_eq!(aliases, wanted, "{}", filter.path());
        for (json, (at, link)) in items.iter().zip(&expected) {
            assert!(filter.fits(&self.candidates, json, at, link), "{}: {json} is not {link:?} at {at:?}", filter.path());
        }
    }

    /// Reads a list while links change. Unchanged links must be listed once, and no link twice at one alias.
    fn observe_list_during_edits(&mut self, filter: &Filter) {
        self.resolve_all();
        let before = filter.shown(self.candidates.likely());
        let (mut items, mut next) = (Vec::new(), Some(filter.path()));
        while let Some(path) = next {
            let page = self.ask(Ask::list(&path));
            assert_eq!(page.code(), 200, "{path}: {}", page.json());
            let (shown, after) = filter.read(&page);
            items.extend(shown);
            next = after;
            self.log(format!("{path} shows {}", items.len()));
            match self.generator.random.below(4) {
                _ if next.is_none() => {}
                0 => self.one(),
                1 | 2 => items.last().into_iter().for_each(|last| self.touch(&address(last))),
                _ => {}
            }
        }
        self.resolve_all();
        let after = filter.shown(self.candidates.likely());
        let shown: Vec<(&str, &str)> = items.iter().filter_map(|json| Some((json["alias"].as_str()?, json["id"].as_str()?))).collect();
        for (number, one) in shown.iter().enumerate() {
            assert!(!shown[..number].contains(one), "{}: {one:?} is shown twice", filter.path());
        }
        for (at, link) in before.iter().filter(|one| after.contains(one)) {
            let count = items.iter().filter(|json| filter.fits(&self.candidates, json, at, link)).count();
            assert_eq!(count, 1, "{}: {link:?} at {at:?} was not changed", filter.path());
        }
    }

    /// Reads all links by all endpoints and checks the index entries.
    pub(crate) fn check_everything(&mut self) {
        self.log("everything is checked".into());
        self.clear_faults();
        self.resolve_all();
        let addresses: Vec<Address> = self.candidates.likely().0.keys().cloned().collect();
        for at in &addresses {
            self.observe_link(at);
            self.observe_history_of(at);
            self.observe_alias(at);
        }
        for filter in Filter::every(&DOMAINS, &OWNERS) {
            let (mut items, mut next) = (Vec::new(), Some(filter.path()));
            while let Some(path) = next {
                let page = self.ask(Ask::list(&path));
                assert_eq!(page.code(), 200, "{path}: {}", page.json());
                let (shown, after) = filter.read(&page);
                items.extend(shown);
                next = after;
            }
            self.check_list(&filter, &items);
        }
        check_entries(self.edge);
        self.visit_everywhere(&addresses);
    }

    /// Waits until cached links are stale, then follows every link.
    fn visit_everywhere(&mut self, addresses: &[Address]) {
        let link_cache = &self.edge.link_cache;
        while link_cache.held() > 0 {
            link_cache.release(self.generator.random.below(link_cache.held()));
        }
        link_cache.hold(false);
        self.wait(STALE);
        let isolate = Isolate::new(self.edge);
        for at in addresses {
            let visitor = self.generator.visitor();
            self.visit_uncached(&isolate, at, visitor);
        }
    }
}

fn is_history(items: &[Value], versions: &[Version]) -> bool {
    let is_version = |(json, version): (&Value, &Version)| {
        json["version"] == version.number
            && version.at.iter().any(|at| json["at"] == **at)
            && address(json) == version.address
            && json["target"] == *version.target
            && json["disabled"] == version.disabled
            && json["deleted"] == version.deleted
    };
    // Versions of failed edits lie between the shown ones, so a page may end before the oldest version.
    (versions.len().min(SURE_VERSIONS)..=versions.len()).contains(&items.len()) && items.iter().zip(versions).all(is_version)
}

/// A link with its address.
pub(crate) type Listed = (Address, Rc<Link>);
