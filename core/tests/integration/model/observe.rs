//! Looking: what hop shows is what one of the possible worlds holds, and only such worlds stay possible.

use std::rc::Rc;

use hop_core::memory::Fault;
use serde_json::Value;

use super::ask::{self, address, on};
use super::draw::{Mood, OWNERS, WRONG};
use super::filter::Filter;
use super::judge::{HELD_SECONDS, Known, merge_alike};
use super::walk::{Walk, now};
use super::world::{Address, Agent, DOMAINS, Link, Place, Version, Visitor, World};
use crate::support::audit::check_entries;
use crate::support::client::Answer;
use crate::support::misfortune::Plan;
use crate::support::{Ask, Isolate, run};

/// Copies older than this are checked, in seconds.
const RECHECK: u64 = 601;

/// So many versions of a link are told, whatever failed.
const SURE_VERSIONS: usize = 12;

/// Only locked links lead to this host.
const SECRET: &str = "secret.example";

/// An isolate has forgotten all it was told after so many seconds.
const FORGOTTEN: u64 = 11;

impl Walk<'_> {
    fn look(&self, ask: Ask) -> Answer {
        run(self.isolates[0].ask(ask))
    }

    /// Keeps the worlds that fit what was answered to somebody who looked `at` it.
    fn keep(&mut self, what: &str, at: &Address, answer: &Answer, fits: impl FnMut(&Known, &mut World) -> bool) {
        let possible: Vec<Vec<Place>> = self.known.worlds.iter().map(|world| world.way_from(at).into_iter().cloned().collect()).collect();
        self.known.keep(fits);
        if self.known.worlds.is_empty() {
            let shown = (answer.code(), answer.header("location"), String::from_utf8_lossy(&answer.body));
            panic!("{what} at {at:?} shows {shown:?}, but this is possible: {possible:#?}");
        }
    }

    /// The version of the link there, as it is shown.
    pub(crate) fn version_at(&self, at: &Address) -> Option<u64> {
        self.look(on(at.0, Ask::show(&at.1))).json()["version"].as_u64()
    }

    pub(crate) fn look_at(&mut self, at: &Address) {
        let answer = self.look(on(at.0, Ask::show(&at.1)));
        let json = answer.json();
        self.keep("the link", at, &answer, |known, world| match answer.code() {
            200 => known.shows(world, at, &json),
            404 => world.link(at).is_none(),
            _ => false,
        });
        if answer.code() == 200 {
            self.known.bind(at, json["id"].as_str().expect("a link has an id"));
        }
    }

    fn look_at_history_of(&mut self, at: &Address) {
        let answer = self.look(on(at.0, Ask::list(&format!("/api/v1/links/{}/history", at.1))));
        let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
        self.keep("the history", at, &answer, |_, world| match world.link(at) {
            Some(link) => answer.code() == 200 && is_history(&items, &link.history(at)),
            None => answer.code() == 404,
        });
    }

    /// Asks whether an alias is free, without taking it.
    fn look_at_alias(&mut self, at: &Address) {
        let answer = self.look(on(at.0, Ask::list(&format!("/api/v1/aliases/{}", at.1))));
        let code = answer.json()["reason"].as_str().unwrap_or_default().to_owned();
        let clock = self.clock;
        self.keep("whether an alias is free", at, &answer, |known, world| {
            let expected = world.check_free(at, None, false).err().unwrap_or_default();
            code == expected || (code == "alias_taken" && known.is_held_at(at, clock))
        });
    }

    /// Leaves one world.
    pub(crate) fn finalize_move(&mut self) {
        for at in self.known.doubtful() {
            self.look_at(&at);
        }
        for at in self.known.doubtful() {
            self.look_at_history_of(&at);
            self.look_at_alias(&at);
        }
        if self.known.worlds.len() > 1 {
            // Whoever held an alias on the way to it does so no more.
            self.wait(HELD_SECONDS);
            self.known.doubtful().iter().for_each(|at| self.look_at_alias(at));
        }
        self.known.worlds = merge_alike(std::mem::take(&mut self.known.worlds));
        assert_eq!(
            self.known.worlds.len(),
            1,
            "looks leave a doubt: {:#?}",
            self.known
                .doubtful()
                .iter()
                .map(|at| self.known.worlds.iter().map(|world| world.way_from(at)).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        );
    }

    /// The same, and learns of every link when it was made and edited, and whether its limit is used up.
    pub(crate) fn settle_all(&mut self) {
        self.finalize_move();
        let is_vague = |link: &Link| link.created.len() > 1 || link.updated.len() > 1 || link.is_used_up().is_none();
        let vague: Vec<Address> = self.known.likely().links().filter(|(_, link)| is_vague(link)).map(|(at, _)| at.clone()).collect();
        for at in vague {
            self.look_at(&at);
        }
    }

    pub(crate) fn look_at_one(&mut self) {
        let at = self.dice.known(&self.known.likely().clone());
        self.look_at(&at);
    }

    pub(crate) fn look_at_history(&mut self) {
        let at = self.dice.known(&self.known.likely().clone());
        self.look_at_history_of(&at);
    }

    /// Somebody follows a link, in any weather. Now and then they are the first ever to do so, and are told the truth.
    pub(crate) fn visit(&mut self) {
        let world = self.known.likely().clone();
        let at = if self.dice.one_in(3) { self.dice.address() } else { self.dice.known(&world) };
        let (visitor, mood) = (self.dice.visitor(), self.dice.mood());
        if self.dice.one_in(3) {
            self.edge.link_cache.empty();
            let isolate = Isolate::new(self.edge);
            for _ in 0..=self.dice.random.below(4) {
                self.visit_as_told(&isolate, &at, visitor);
            }
            return;
        }
        let isolate = self.dice.random.below(2);
        let typed = self.dice.one_in(2).then(|| self.dice.typed());
        self.set(&mood);
        let tried = typed.map(|typed| run(self.isolates[isolate].ask(ask::type_in(&at, visitor, typed))));
        let cookie = tried.as_ref().and_then(ask::cookie);
        let answer = run(self.isolates[isolate].ask(ask::visit(&at, visitor, cookie.as_deref())));
        self.calm();
        self.say(format!("{mood:?} {visitor:?} at {at:?} types {typed:?} → {} {}", answer.code(), answer.header("location")));
        assert!(typed != Some(WRONG) || cookie.is_none(), "a wrong password opens a lock");
        let strangers = tried.iter().chain(cookie.is_none().then_some(&answer));
        strangers.for_each(|answer| assert!(!answer.tells(SECRET), "a locked link tells its target"));
        assert!([200, 302, 404, 410, 503].contains(&answer.code()) && (answer.code() != 503 || !matches!(mood, Mood::Calm)));
        self.count(&answer);
        if visitor.agent != Agent::Robot && [302, 503].contains(&answer.code()) {
            self.known.worlds.iter_mut().for_each(|world| world.perhaps_spend(&at));
        }
    }

    /// Somebody follows a link and types a password if they are asked for one.
    fn visit_as_told(&mut self, isolate: &Isolate<'_>, at: &Address, visitor: Visitor) {
        let answer = run(isolate.ask(ask::visit(at, visitor, None)));
        self.check_visit(at, visitor, false, &answer);
        if answer.json()["needs"] != "password" {
            return;
        }
        let typed = self.dice.typed();
        let answer = run(isolate.ask(ask::type_in(at, visitor, typed)));
        let cookie = ask::cookie(&answer);
        self.keep("a password", at, &answer, |_, world| {
            let is_right = world.password(at).map(|password| password.text == typed);
            is_right.is_some_and(|is_right| (answer.code(), cookie.is_some()) == (if is_right { 303 } else { 403 }, is_right))
        });
        if let Some(cookie) = cookie {
            let answer = run(isolate.ask(ask::visit(at, visitor, Some(&cookie))));
            self.check_visit(at, visitor, true, &answer);
        }
    }

    fn check_visit(&mut self, at: &Address, visitor: Visitor, knows_password: bool, answer: &Answer) {
        self.say(format!("{visitor:?} at {at:?} → {} {}", answer.code(), answer.header("location")));
        assert!(knows_password || !answer.tells(SECRET), "a locked link tells its target");
        self.count(answer);
        let led = if answer.code() == 302 { Ok(answer.header("location")) } else { Err(answer.code()) };
        self.keep("a visit", at, answer, |_, world| world.follow(at, visitor, knows_password, led));
    }

    /// Every page of a list while nothing else happens and nothing goes wrong.
    pub(crate) fn walk_list(&self, first: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), Some(first.to_owned()));
        while let Some(path) = next {
            let page = self.look(Ask::list(&path));
            assert_eq!(page.code(), 200, "{path}");
            let page = page.json();
            items.extend(page["items"].as_array().expect("a page has items").iter().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        items
    }

    /// A list, page by page. Pages may fail, and are asked for again.
    pub(crate) fn look_at_list(&mut self) {
        let filter = Filter::draw(&mut self.dice, &now(self.edge));
        if self.dice.one_in(3) {
            return self.look_while_others_edit(&filter);
        }
        self.settle_all();
        let (mut items, mut next) = (Vec::new(), Some(filter.path()));
        while let Some(path) = next {
            let misfortune =
                if self.dice.one_in(4) { Mood::Planned(Plan::At(vec![(self.dice.random.below(4), Fault::Fail)])) } else { Mood::Calm };
            self.set(&misfortune);
            let mut page = self.look(Ask::list(&path));
            self.calm();
            if page.code() == 503 && !matches!(misfortune, Mood::Calm) {
                page = self.look(Ask::list(&path));
            }
            assert_eq!(page.code(), 200, "{path}: {}", page.json());
            let (shown, after) = filter.read(&page);
            items.extend(shown);
            next = after;
        }
        self.say(format!("{} shows {}", filter.path(), items.len()));
        self.check_list(&filter, &items);
    }

    fn check_list(&self, filter: &Filter, items: &[Value]) {
        let expected = filter.shown(self.known.likely());
        let aliases: Vec<&str> = items.iter().filter_map(|json| json["alias"].as_str()).collect();
        let wanted: Vec<&str> = expected.iter().map(|(at, _)| at.1.as_str()).collect();
        assert_eq!(aliases, wanted, "{}", filter.path());
        for (json, (at, link)) in items.iter().zip(&expected) {
            assert!(filter.fits(&self.known, json, at, link), "{}: {json} is not {link:?} at {at:?}", filter.path());
        }
    }

    /// While a list is looked at, links change. Those that did not are shown once, and the others at no alias twice.
    fn look_while_others_edit(&mut self, filter: &Filter) {
        self.settle_all();
        let before = filter.shown(self.known.likely());
        let (mut items, mut next) = (Vec::new(), Some(filter.path()));
        while let Some(path) = next {
            let page = self.look(Ask::list(&path));
            assert_eq!(page.code(), 200, "{path}: {}", page.json());
            let (shown, after) = filter.read(&page);
            items.extend(shown);
            next = after;
            self.say(format!("{path} shows {}", items.len()));
            match self.dice.random.below(4) {
                _ if next.is_none() => {}
                0 => self.one(),
                1 | 2 => items.last().into_iter().for_each(|last| self.touch(&address(last))),
                _ => {}
            }
        }
        self.settle_all();
        let after = filter.shown(self.known.likely());
        let shown: Vec<(&str, &str)> = items.iter().filter_map(|json| Some((json["alias"].as_str()?, json["id"].as_str()?))).collect();
        for (number, one) in shown.iter().enumerate() {
            assert!(!shown[..number].contains(one), "{}: {one:?} is shown twice", filter.path());
        }
        for (at, link) in before.iter().filter(|one| after.contains(one)) {
            let count = items.iter().filter(|json| filter.fits(&self.known, json, at, link)).count();
            assert_eq!(count, 1, "{}: {link:?} at {at:?}, which nobody touched", filter.path());
        }
    }

    /// Looks at everything there is, in every way there is.
    pub(crate) fn audit(&mut self) {
        self.say("everything is looked at".into());
        self.calm();
        self.settle_all();
        let addresses: Vec<Address> = self.known.likely().0.keys().cloned().collect();
        for at in &addresses {
            self.look_at(at);
            self.look_at_history_of(at);
            self.look_at_alias(at);
        }
        for filter in Filter::every(&DOMAINS, &OWNERS) {
            let (mut items, mut next) = (Vec::new(), Some(filter.path()));
            while let Some(path) = next {
                let page = self.look(Ask::list(&path));
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

    /// Copies get their ten minutes to heal. Then visitors are sent where truth says.
    fn visit_everywhere(&mut self, addresses: &[Address]) {
        let link_cache = &self.edge.link_cache;
        while link_cache.held() > 0 {
            link_cache.release(self.dice.random.below(link_cache.held()));
        }
        link_cache.hold(false);
        self.wait(RECHECK);
        let isolate = Isolate::new(self.edge);
        for at in addresses {
            // Who asks for the head alone spends no click.
            let _ = run(isolate.ask(Ask::to(http::Method::HEAD, format!("http://{}/{}", at.0, at.1))));
        }
        self.wait(FORGOTTEN);
        for at in addresses {
            let visitor = self.dice.visitor();
            self.visit_as_told(&isolate, at, visitor);
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
    // Versions of edits that failed lie between those that are told, and a page of both may end before the oldest.
    (versions.len().min(SURE_VERSIONS)..=versions.len()).contains(&items.len()) && items.iter().zip(versions).all(is_version)
}

/// A link and where it is.
pub(crate) type Listed = (Address, Rc<Link>);
