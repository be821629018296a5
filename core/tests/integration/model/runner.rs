//! One call after the other, each compared with the model.

use std::collections::{BTreeMap, VecDeque};

use hop_core::Body;
use hop_core::memory::{MemoryEdge, OPERATIONS};
use hop_core::ports::Edge;
use serde_json::Value;

use super::ask::{self, address};
use super::draw::{Dice, Mood};
use super::judge::{Circumstance, Known, Told};
use super::world::{Address, Deed, Destination, Way};
use crate::support::client::Answer;
use crate::support::misfortune::{calm, plan, unleash};
use crate::support::scheduler::{Client, Turns};
use crate::support::{Ask, Isolate, run};

/// More possible worlds than this, and doubt is settled by looks.
const MOST_WORLDS: usize = 24;

/// After so many calls everything is looked at.
const BETWEEN_AUDITS: u64 = 1_000;

/// How many of the latest calls a failure tells.
const TOLD_CALLS: usize = 100;

/// More requests than anything takes that is repeated because it had no operations left.
const MOST_REQUESTS: usize = 40;

/// After so long a request that was not answered is sent again.
const RETRY_SECONDS: u64 = 61;

/// How many requests may be sent again.
const REPEATABLE: usize = 8;

/// The latest calls, told if the test dies.
#[derive(Default)]
pub(crate) struct Story(VecDeque<String>);

impl Story {
    pub(crate) fn add(&mut self, line: String) {
        self.0.push_back(line);
        if self.0.len() > TOLD_CALLS {
            self.0.pop_front();
        }
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.iter().for_each(|line| eprintln!("{line}"));
        }
    }
}

pub(crate) struct Walk<'a> {
    pub(crate) edge: &'a MemoryEdge,
    pub(crate) isolates: [Isolate<'a>; 2],
    pub(crate) dice: Dice,
    pub(crate) known: Known,
    pub(crate) story: Story,
    pub(crate) number: u64,
    pub(crate) clock: u64,
    /// By target, how many more visitors the limits of all links that ever led there can let through.
    allowed: BTreeMap<String, u64>,
    /// The clock at the first try of the request that is judged: results of that may have been kept.
    began: u64,
    /// Requests with a key that were answered, and their answers.
    answered: VecDeque<(Ask, u16, Vec<u8>)>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(edge: &'a MemoryEdge, mut dice: Dice) -> Self {
        dice.pass(now(edge));
        let isolates = [Isolate::new(edge), Isolate::new(edge)];
        let (known, story) = (Known::new(), Story::default());
        Self { edge, isolates, dice, known, story, number: 0, clock: 0, began: 0, allowed: BTreeMap::new(), answered: VecDeque::new() }
    }

    /// Makes `calls` calls, and looks at everything from time to time and in the end.
    pub(crate) fn go(&mut self, calls: u64) {
        for call in 1..=calls {
            self.call();
            if call % BETWEEN_AUDITS == 0 || call == calls {
                self.audit();
            }
        }
    }

    fn call(&mut self) {
        if !self.dice.one_in(4) {
            self.wait(1);
        }
        match self.dice.random.below(20) {
            0..=9 => self.one(),
            10..=11 => self.two(),
            12 => self.many(),
            13 => self.repeat(),
            14..=15 => self.visit(),
            16 => self.look_at_one(),
            17 => self.look_at_history(),
            18 => self.look_at_list(),
            _ => self.move_copies(),
        }
        if self.dice.one_in(100) {
            self.retag();
        }
        if self.known.worlds.len() > MOST_WORLDS {
            self.finalize_move();
        }
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.edge.wait_seconds(seconds);
        self.clock += seconds;
        self.dice.pass(now(self.edge));
    }

    pub(crate) fn say(&mut self, line: String) {
        self.story.add(format!("{} {} {line}", self.number, now(self.edge)));
    }

    pub(crate) fn set(&mut self, mood: &Mood) {
        let operations = self.dice.operations();
        self.edge.set_operations(operations);
        match mood {
            Mood::Calm => calm(self.edge),
            Mood::Planned(misfortune) => drop(plan(self.edge, misfortune.clone())),
            Mood::Drawn(weather) => unleash(self.edge, *weather, self.dice.random.next_u64()),
        }
    }

    /// Ends all misfortune. What comes now has operations enough.
    pub(crate) fn calm(&self) {
        calm(self.edge);
        self.edge.set_operations(OPERATIONS);
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// Adds the limit that a deed sets.
    fn allow(&mut self, deed: &Deed) {
        if let Some(Destination { target, max_clicks: Some(limit), .. }) = deed.destination() {
            *self.allowed.entry(target.clone()).or_default() += limit;
        }
    }

    /// Fails if more visitors were led on than limits let through.
    pub(crate) fn count(&mut self, answer: &Answer) {
        let location = answer.header("location");
        if answer.code() == 302 && location.starts_with("https://few.") {
            let left = self.allowed.get_mut(Destination::target_of(location)).expect("a link had that target");
            *left = left.checked_sub(1).unwrap_or_else(|| panic!("too many are led to {location}"));
        }
    }

    /// One client asks for one thing.
    pub(crate) fn one(&mut self) {
        let number = self.next_number();
        let deed = self.dice.deed(self.known.likely(), number);
        self.allow(&deed);
        let mood = self.dice.mood();
        let (answers, when) = self.ask_for(&mood, matches!(deed, Deed::Create(_)), ask::one(&deed), |answer| vec![ask::told(answer)]);
        self.judge(&mood, &[deed], &answers, when);
    }

    /// The link there gets other tags: its hints are written anew.
    pub(crate) fn touch(&mut self, at: &Address) {
        let deed = self.dice.tag(at);
        let (answers, when) = self.ask_for(&Mood::Calm, false, ask::one(&deed), |answer| vec![ask::told(answer)]);
        self.judge(&Mood::Calm, &[deed], &answers, when);
    }

    /// A tag is renamed or taken off all links, in no fog: then it is done link by link, in their order.
    fn retag(&mut self) {
        self.settle_all();
        let deed = self.dice.retag();
        let mood = loop {
            let mood = self.dice.mood();
            if !mood.is_foggy() {
                break mood;
            }
        };
        let Deed::Retag { domain, old, new } = &deed else { return };
        let (told, when) = self.ask_for(&mood, false, ask::one(&deed), |answer| vec![ask::told(answer)]);
        self.say(format!("{mood:?} {deed:?} → {told:?}"));
        let mut world = self.known.likely().clone();
        let mut tagged = world.tagged(domain, old);
        let count = tagged.len();
        match (told[0].status, told[0].changed) {
            (200, Some((changed, true))) => assert_eq!(changed, count, "it is said to be done"),
            (404, None) => assert_eq!(count, 0),
            (422, None) if told[0].is_too_much => tagged.clear(),
            (200, Some(_)) | (503, None) => {
                assert!(told[0].status == 200 || !matches!(mood, Mood::Calm), "nothing failed");
                // Some are done and some are not. Those that are are what they should be.
                tagged.retain(|at| self.version_at(at) != world.link(at).map(|link| link.version));
                assert!(told[0].changed.is_none_or(|(changed, _)| changed == tagged.len()), "{tagged:?} were changed");
            }
            _ => panic!("a tag is renamed on some links, or on none"),
        }
        world.retag(&tagged, old, new.as_deref(), &when);
        self.known.worlds = vec![world];
        tagged.iter().for_each(|at| self.look_at(at));
    }

    /// One client asks for several things at once.
    fn many(&mut self) {
        let world = self.known.likely().clone();
        let count = self.dice.random.below(4) + 1;
        let is_import = self.dice.one_in(2);
        let deeds: Vec<Deed> = (0..count)
            .map(|_| {
                let number = self.next_number();
                if is_import { Deed::Create(self.dice.line(&world, number)) } else { self.dice.item(&world, number) }
            })
            .collect();
        deeds.iter().for_each(|deed| self.allow(deed));
        let mood = self.dice.mood();
        let ask = if is_import { ask::import(&deeds, self.dice.one_in(2)) } else { ask::batch(&deeds) };
        let (answers, when) = self.ask_for(&mood, are_apart(&deeds), ask, |answer| ask::told_each(answer, count));
        self.judge(&mood, &deeds, &answers, when);
    }

    /// Two clients ask at the same time, their steps mixed. Both orders are possible.
    fn two(&mut self) {
        let world = self.known.likely().clone();
        let deeds = [(); 2].map(|()| {
            loop {
                let number = self.next_number();
                let deed = self.dice.deed(&world, number);
                // Two drawn aliases of equal links could not be told apart.
                if !matches!(&deed, Deed::Create(new) if new.way == Way::Find && new.alias.is_none()) {
                    break deed;
                }
            }
        });
        deeds.iter().for_each(|deed| self.allow(deed));
        let mood = self.dice.weather();
        self.began = self.clock;
        self.set(&mood);
        let mut random = hop_core::memory::Random::new(self.dice.random.next_u64());
        let clients = deeds
            .iter()
            .zip(&self.isolates)
            .map(|(deed, isolate)| Box::pin(isolate.ask_beside_others(ask::one(deed))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        self.calm();
        let told: Vec<Told> = answers.iter().map(|answer| ask::told(answer).uncounted()).collect();
        self.say(format!("{mood:?} {deeds:?} → {told:?}"));
        assert!(told.iter().all(|told| told.status != 500));
        let circumstances: Vec<Circumstance> =
            deeds.iter().zip(&told).map(|(deed, told)| self.circumstance(deed, told, vec![now(self.edge)], true)).collect();
        let in_order = |order: [usize; 2]| {
            order
                .into_iter()
                .fold(self.known.worlds.clone(), |worlds, turn| self.known.after(&worlds, &deeds[turn], &told[turn], &circumstances[turn]))
        };
        let both = [in_order([0, 1]), in_order([1, 0])].concat();
        self.known.worlds = super::judge::dedup(both);
        assert!(!self.known.worlds.is_empty(), "no world explains this");
        deeds.iter().for_each(|deed| self.known.hold(deed, self.clock));
        self.bind(&told);
    }

    /// Asks in this mood; again and again, once the store is calm, if the request has a key and was not answered wholly.
    fn ask_for(&mut self, mood: &Mood, repeatable: bool, ask: Ask, tell: impl Fn(&Answer) -> Vec<Told>) -> (Vec<Told>, Vec<String>) {
        let key = (repeatable && self.dice.one_in(3)).then(|| format!("key {}", self.number));
        let ask = match &key {
            Some(key) => ask.once(key),
            None => ask,
        };
        let isolate = self.dice.random.below(2);
        let mut when = vec![now(self.edge)];
        self.began = self.clock;
        self.set(mood);
        if finds(&ask) {
            // On few operations only the newest links to one target are looked at.
            self.edge.set_operations(OPERATIONS);
        }
        let mut answer = run(self.isolates[isolate].ask(ask.again()));
        let mut told = tell(&answer);
        if matches!(mood, Mood::Calm) && (key.is_some() || told.len() == 1) {
            // On as few operations as before it comes to an end.
            for requests in 1.. {
                if !told.iter().any(Told::is_cut_short) {
                    break;
                }
                let cause = || (String::from_utf8_lossy(&answer.body).into_owned(), self.edge.take_log().pop());
                assert!(requests < MOST_REQUESTS, "this request never ends: {ask:?} {:?}", cause());
                self.say(format!("{} {} on {} operations → {told:?}", ask.method, ask.url, self.edge.operations()));
                answer = run(self.isolates[isolate].ask(ask.again()));
                told = tell(&answer);
            }
        }
        self.calm();
        while key.is_some() && (told.iter().any(Told::is_lost) || answer.problem() == "idempotency_in_flight") {
            assert!(when.len() < 4, "this request never ends: {told:?}");
            self.say(format!("{mood:?} {} {} with a key was answered {told:?}", ask.method, ask.url));
            self.wait(RETRY_SECONDS);
            when.push(now(self.edge));
            answer = run(self.isolates[isolate].ask(ask.again()));
            told = tell(&answer);
        }
        // What is too much for one request may not be for the next: it is known to be kept only if nothing failed.
        let is_told_again = matches!(mood, Mood::Calm) || !told.iter().any(|told| told.is_too_much);
        let is_kept = key.is_some() && answer.code() < 300 && !mood.is_foggy() && is_told_again;
        if is_kept && when.len() == 1 && !matches!(mood, Mood::Calm) {
            // Whether the answer was written down is not known. If it was not, what was done is found and nothing more is done.
            self.wait(RETRY_SECONDS);
            answer = run(self.isolates[isolate].ask(ask.again()));
            let again = tell(&answer);
            let is_same = |(one, other): (&Told, &Told)| one.status == other.status || (one.status, other.status) == (201, 200);
            assert!(told.iter().zip(&again).all(is_same), "{told:?} became {again:?}");
        }
        if is_kept {
            self.answered.push_back((ask, answer.code(), answer.body));
            if self.answered.len() > REPEATABLE {
                self.answered.pop_front();
            }
        }
        (told, when)
    }

    /// Goes on with the worlds in which `deeds`, one after the other, get these answers.
    fn judge(&mut self, mood: &Mood, deeds: &[Deed], told: &[Told], when: Vec<String>) {
        self.say(format!("{mood:?} {deeds:?} → {told:?}"));
        let tries = when.len();
        for (deed, told) in deeds.iter().zip(told) {
            // To erase a link of many versions may take more than one request, and so may what is done for the alias of one.
            let may_fail = !matches!(mood, Mood::Calm) || matches!(deed, Deed::Erase { .. }) || deed.reuses() || told.is_cut_short();
            assert!(told.status != 500 && (told.status != 503 || may_fail), "nothing failed");
            let circumstance = self.circumstance(deed, told, when.clone(), mood.is_foggy());
            // What a repeated request shows is from the time of its last try.
            let told = if tries > 1 { Told { link: None, ..told.clone() } } else { told.clone() };
            let told = if matches!(mood, Mood::Calm) { told } else { told.uncounted() };
            self.known.worlds = self.known.after(&self.known.worlds, deed, &told, &circumstance);
            assert!(!self.known.worlds.is_empty(), "no world explains {deed:?} → {told:?}, tried at {:?}", circumstance.when);
            if told.is_lost() || mood.is_foggy() || tries > 1 {
                self.known.hold(deed, self.clock);
            }
        }
        if tries > 1 {
            self.settle_all();
        } else if !mood.is_foggy() {
            self.bind(told);
        }
    }

    fn circumstance(&self, deed: &Deed, told: &Told, when: Vec<String>, unsure: bool) -> Circumstance {
        let found = if told.is_lost() { self.find_drawn(deed, &when) } else { None };
        Circumstance { when, clock: self.began, unsure, found }
    }

    /// The alias hop drew for a link although the answer was lost, if it made the link.
    fn find_drawn(&self, deed: &Deed, when: &[String]) -> Option<String> {
        let Deed::Create(new) = deed else { return None };
        if new.alias.is_some() {
            return None;
        }
        let since = when.first().expect("it was tried");
        let shown = self.walk_list(&format!("/api/v1/links?domain={}&created_from={since}", new.domain));
        let is_new = |json: &&Value| {
            let address = address(json);
            json["target"] == *new.said.destination.target
                && json["title"].as_str() == new.said.title.as_deref()
                && !self.known.worlds.iter().any(|world| world.0.contains_key(&address))
        };
        shown.iter().find(is_new).map(|json| address(json).1)
    }

    fn bind(&mut self, told: &[Told]) {
        for json in told.iter().filter_map(|told| told.link.as_ref()) {
            self.known.bind(&address(json), json["id"].as_str().expect("a link has an id"));
        }
    }

    /// A request with a key comes again: it gets the answer it got, and nothing happens.
    fn repeat(&mut self) {
        if self.answered.is_empty() {
            return;
        }
        let which = self.dice.random.below(self.answered.len());
        let mood = self.dice.mood();
        let (ask, code, body) = &self.answered[which];
        let (ask, code, body) = (ask.again(), *code, body.clone());
        self.set(&mood);
        let answer = run(self.isolates[self.number as usize % 2].ask(ask));
        self.calm();
        self.say(format!("{mood:?} a request again → {}", answer.code()));
        if answer.code() == 503 {
            assert!(!matches!(mood, Mood::Calm), "nothing failed");
            return;
        }
        // An older truth is that it is being answered still.
        if mood.is_foggy() && answer.problem() == "idempotency_in_flight" {
            return;
        }
        let texts = (String::from_utf8_lossy(&answer.body), String::from_utf8_lossy(&body));
        assert!(answer.code() == code && texts.0 == texts.1, "a repeated request is answered otherwise: {} {texts:?}", answer.code());
    }

    /// Copies are held back for a while, then let through in any order, or lost.
    fn move_copies(&mut self) {
        let link_cache = &self.edge.link_cache;
        match self.dice.random.below(6) {
            0 => link_cache.hold(true),
            1 => link_cache.hold(false),
            2 => link_cache.lose(),
            _ if link_cache.held() > 0 => link_cache.release(self.dice.random.below(link_cache.held())),
            _ => {}
        }
    }
}

/// Whether a link is to be found, if it is there.
fn finds(ask: &Ask) -> bool {
    matches!(&ask.body, Body::Whole(body) if String::from_utf8_lossy(body).contains("\"find_if_exists\":true"))
}

/// Whether no two of `deeds` are about one address. Then what was refused the first time is refused again.
fn are_apart(deeds: &[Deed]) -> bool {
    let mut addresses: Vec<_> = deeds.iter().flat_map(Deed::addresses).collect();
    let count = addresses.len();
    addresses.sort();
    addresses.dedup();
    addresses.len() == count
}

pub(crate) fn now(edge: &MemoryEdge) -> String {
    edge.now().to_string()
}
