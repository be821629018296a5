//! The runner: makes random calls and compares each outcome with the model.

use std::collections::{BTreeMap, VecDeque};

use hop_core::Body;
use hop_core::memory::{MemoryEdge, OPERATIONS};
use hop_core::ports::Edge;
use serde_json::Value;

use super::candidates::{self, Attempts, Candidates, Outcome};
use super::generate::{FaultMode, Generator};
use super::requests::{self, address};
use super::world::{Address, Command, CreateMode, Destination};
use crate::support::client::Answer;
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};

/// The number of candidate worlds above which reads reduce them to one.
const MAX_WORLDS: usize = 24;

/// The number of calls between two checks of everything.
const CALLS_PER_CHECK: u64 = 1_000;

/// The number of latest calls that a failure prints.
const PRINTED_CALLS: usize = 100;

/// A limit on the requests that one command may need on a small operation budget.
const MAX_REQUESTS: usize = 40;

/// Seconds after which an unanswered request is retried.
const RETRY_SECONDS: u64 = 61;

/// The number of answered requests that are kept for repetition.
const REPEATABLE: usize = 8;

/// The latest calls, printed if the test fails.
#[derive(Default)]
pub(crate) struct CallLog(VecDeque<String>);

impl CallLog {
    pub(crate) fn add(&mut self, line: String) {
        self.0.push_back(line);
        if self.0.len() > PRINTED_CALLS {
            self.0.pop_front();
        }
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.iter().for_each(|line| eprintln!("{line}"));
        }
    }
}

pub(crate) struct Runner<'a> {
    pub(crate) edge: &'a MemoryEdge,
    pub(crate) isolates: [Isolate<'a>; 2],
    pub(crate) generator: Generator,
    pub(crate) candidates: Candidates,
    pub(crate) calls: CallLog,
    pub(crate) number: u64,
    pub(crate) clock: u64,
    /// By target, the clicks left of the limits of all links that ever had it.
    allowed: BTreeMap<String, u64>,
    /// The clock at the first attempt of the current request, whose results may be stored.
    began: u64,
    /// Answered requests with an idempotency key, and their responses.
    answered: VecDeque<(Ask, u16, Vec<u8>)>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(edge: &'a MemoryEdge, mut generator: Generator) -> Self {
        generator.pass(now(edge));
        let isolates = [Isolate::new(edge), Isolate::new(edge)];
        let (candidates, calls) = (Candidates::new(), CallLog::default());
        Self {
            edge,
            isolates,
            generator,
            candidates,
            calls,
            number: 0,
            clock: 0,
            began: 0,
            allowed: BTreeMap::new(),
            answered: VecDeque::new(),
        }
    }

    /// Makes `calls` calls. Checks everything from time to time and at the end.
    pub(crate) fn run(&mut self, calls: u64) {
        for call in 1..=calls {
            self.call();
            if call % CALLS_PER_CHECK == 0 || call == calls {
                self.check_everything();
            }
        }
    }

    fn call(&mut self) {
        if !self.generator.one_in(4) {
            self.wait(1);
        }
        match self.generator.random.below(20) {
            0..=9 => self.one(),
            10..=11 => self.two(),
            12 => self.many(),
            13 => self.repeat(),
            14..=15 => self.visit(),
            16 => self.observe_random_link(),
            17 => self.observe_random_history(),
            18 => self.observe_list(),
            _ => self.disturb_cache(),
        }
        if self.generator.one_in(100) {
            self.retag();
        }
        if self.candidates.worlds.len() > MAX_WORLDS {
            self.resolve_doubts();
        }
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.edge.wait_seconds(seconds);
        self.clock += seconds;
        self.generator.pass(now(self.edge));
    }

    pub(crate) fn log(&mut self, line: String) {
        self.calls.add(format!("{} {} {line}", self.number, now(self.edge)));
    }

    pub(crate) fn set_faults(&mut self, faults: &FaultMode) {
        let operations = self.generator.operations();
        self.edge.set_operations(operations);
        match faults {
            FaultMode::None => clear_faults(self.edge),
            FaultMode::Planned(faults) => drop(plan(self.edge, faults.clone())),
            FaultMode::Random(rates) => set_random_faults(self.edge, *rates, self.generator.random.next_u64()),
        }
    }

    /// Removes all faults and restores the operation budget.
    pub(crate) fn clear_faults(&self) {
        clear_faults(self.edge);
        self.edge.set_operations(OPERATIONS);
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// Adds the limit that a command sets.
    fn allow(&mut self, command: &Command) {
        if let Some(Destination { target, max_clicks: Some(limit), .. }) = command.destination() {
            *self.allowed.entry(target.clone()).or_default() += limit;
        }
    }

    /// Fails if a click limit let too many visitors through. A stale read may show a link that is being erased, whose
    /// spent clicks are removed already.
    pub(crate) fn count(&mut self, faults: &FaultMode, answer: &Answer) {
        let location = answer.header("location");
        if answer.code() == 302 && location.starts_with("https://few.") {
            let target = Destination::target_of(location);
            let may_be_erased = faults.has_stale_reads() && !self.candidates.worlds.iter().all(|world| world.has_target(target));
            let left = self.allowed.get_mut(target).expect("a link had that target");
            let after = left.checked_sub(1).or(may_be_erased.then_some(0));
            *left = after.unwrap_or_else(|| panic!("too many redirects to {location}"));
        }
    }

    /// One client sends one command.
    pub(crate) fn one(&mut self) {
        let number = self.next_number();
        let command = self.generator.command(self.candidates.likely(), number);
        self.allow(&command);
        let faults = self.generator.faults();
        let (answers, when) =
            self.send(&faults, matches!(command, Command::Create(_)), requests::one(&command), |answer| vec![requests::outcome(answer)]);
        self.keep_possible(&faults, &[command], &answers, when);
    }

    /// Changes the tags of the link at `at`, and thus its index entries.
    pub(crate) fn touch(&mut self, at: &Address) {
        let command = self.generator.tag(at);
        let (answers, when) = self.send(&FaultMode::None, false, requests::one(&command), |answer| vec![requests::outcome(answer)]);
        self.keep_possible(&FaultMode::None, &[command], &answers, when);
    }

    /// Renames or removes a tag. Without stale reads the links change one by one in their order.
    fn retag(&mut self) {
        self.resolve_all();
        let command = self.generator.retag();
        let faults = loop {
            let faults = self.generator.faults();
            if !faults.has_stale_reads() {
                break faults;
            }
        };
        let Command::Retag { domain, old, new } = &command else { return };
        let (outcomes, when) = self.send(&faults, false, requests::one(&command), |answer| vec![requests::outcome(answer)]);
        self.log(format!("{faults:?} {command:?} → {outcomes:?}"));
        let mut world = self.candidates.likely().clone();
        let mut tagged = world.tagged(domain, old);
        let count = tagged.len();
        match (outcomes[0].status, outcomes[0].changed) {
            (200, Some((changed, true))) => assert_eq!(changed, count, "the count of a finished rename"),
            (404, None) => assert_eq!(count, 0),
            (422, None) if outcomes[0].is_too_much => tagged.clear(),
            (200, Some(_)) | (503, None) => {
                assert!(outcomes[0].status == 200 || !matches!(faults, FaultMode::None), "nothing failed");
                // Some links are changed and some are not. The changed ones must be right.
                tagged.retain(|at| self.version_at(at) != world.link(at).map(|link| link.version));
                assert!(outcomes[0].changed.is_none_or(|(changed, _)| changed == tagged.len()), "{tagged:?} were changed");
            }
            _ => panic!("unexpected outcome of a tag rename"),
        }
        world.retag(&tagged, old, new.as_deref(), &when);
        self.candidates.worlds = vec![world];
        tagged.iter().for_each(|at| self.observe_link(at));
    }

    /// One client sends several commands in one request.
    fn many(&mut self) {
        let world = self.candidates.likely().clone();
        let count = self.generator.random.below(4) + 1;
        let is_import = self.generator.one_in(2);
        let commands: Vec<Command> = (0..count)
            .map(|_| {
                let number = self.next_number();
                if is_import { Command::Create(self.generator.line(&world, number)) } else { self.generator.item(&world, number) }
            })
            .collect();
        commands.iter().for_each(|command| self.allow(command));
        let faults = self.generator.faults();
        let ask = if is_import { requests::import(&commands, self.generator.one_in(2)) } else { requests::batch(&commands) };
        let (answers, when) = self.send(&faults, are_apart(&commands), ask, |answer| requests::outcomes(answer, count));
        self.keep_possible(&faults, &commands, &answers, when);
    }

    /// Two clients send commands concurrently with mixed steps. Both orders are possible.
    fn two(&mut self) {
        let world = self.candidates.likely().clone();
        let commands = [(); 2].map(|()| {
            loop {
                let number = self.next_number();
                let command = self.generator.command(&world, number);
                // Generated aliases of two equal links could not be distinguished.
                if !matches!(&command, Command::Create(new) if new.mode == CreateMode::Find && new.alias.is_none()) {
                    break command;
                }
            }
        });
        commands.iter().for_each(|command| self.allow(command));
        let faults = self.generator.concurrent_faults();
        self.began = self.clock;
        self.set_faults(&faults);
        let mut random = hop_core::memory::Random::new(self.generator.random.next_u64());
        let clients = commands
            .iter()
            .zip(&self.isolates)
            .map(|(command, isolate)| Box::pin(isolate.ask_beside_others(requests::one(command))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        self.clear_faults();
        let outcomes: Vec<Outcome> = answers.iter().map(|answer| requests::outcome(answer).uncounted()).collect();
        self.log(format!("{faults:?} {commands:?} → {outcomes:?}"));
        assert!(outcomes.iter().all(|outcome| outcome.status != 500));
        let all_attempts: Vec<Attempts> =
            commands.iter().zip(&outcomes).map(|(command, outcome)| self.attempts(command, outcome, vec![now(self.edge)], true)).collect();
        let in_order = |order: [usize; 2]| {
            order.into_iter().fold(self.candidates.worlds.clone(), |worlds, turn| {
                self.candidates.after(&worlds, &commands[turn], &outcomes[turn], &all_attempts[turn])
            })
        };
        let both = [in_order([0, 1]), in_order([1, 0])].concat();
        self.candidates.worlds = candidates::dedup(both);
        assert!(!self.candidates.worlds.is_empty(), "no world explains this");
        commands.iter().for_each(|command| self.candidates.hold(command, self.clock));
        self.bind(&outcomes);
    }

    /// Sends a request with faults. A request with a key is retried without faults until it is answered completely.
    fn send(
        &mut self,
        faults: &FaultMode,
        repeatable: bool,
        ask: Ask,
        read_outcomes: impl Fn(&Answer) -> Vec<Outcome>,
    ) -> (Vec<Outcome>, Vec<String>) {
        let key = (repeatable && self.generator.one_in(3)).then(|| format!("key {}", self.number));
        let ask = match &key {
            Some(key) => ask.once(key),
            None => ask,
        };
        let isolate = self.generator.random.below(2);
        let mut when = vec![now(self.edge)];
        self.began = self.clock;
        self.set_faults(faults);
        if finds(&ask) {
            // On a small budget only the newest links with one target are examined.
            self.edge.set_operations(OPERATIONS);
        }
        let mut answer = run(self.isolates[isolate].ask(ask.again()));
        let mut outcomes = read_outcomes(&answer);
        if matches!(faults, FaultMode::None) && (key.is_some() || outcomes.len() == 1) {
            // It must finish on the same small budget.
            for requests in 1.. {
                if !outcomes.iter().any(Outcome::is_cut_short) {
                    break;
                }
                let cause = || (String::from_utf8_lossy(&answer.body).into_owned(), self.edge.take_log().pop());
                assert!(requests < MAX_REQUESTS, "this request never ends: {ask:?} {:?}", cause());
                self.log(format!("{} {} on {} operations → {outcomes:?}", ask.method, ask.url, self.edge.operations()));
                answer = run(self.isolates[isolate].ask(ask.again()));
                outcomes = read_outcomes(&answer);
            }
        }
        self.clear_faults();
        while key.is_some() && (outcomes.iter().any(Outcome::is_lost) || answer.problem() == "idempotency_in_flight") {
            assert!(when.len() < 4, "this request never ends: {outcomes:?}");
            self.log(format!("{faults:?} {} {} with a key was answered {outcomes:?}", ask.method, ask.url));
            self.wait(RETRY_SECONDS);
            when.push(now(self.edge));
            answer = run(self.isolates[isolate].ask(ask.again()));
            outcomes = read_outcomes(&answer);
        }
        // Tags that are too many for one attempt may fit the next one. So the response is surely stored only without
        // faults.
        let is_same_on_retry = matches!(faults, FaultMode::None) || !outcomes.iter().any(|outcome| outcome.is_too_much);
        let is_kept = key.is_some() && answer.code() < 300 && !faults.has_stale_reads() && is_same_on_retry;
        if is_kept && when.len() == 1 && !matches!(faults, FaultMode::None) {
            // The response may not be stored. Then a retry finds what was done and does nothing more.
            self.wait(RETRY_SECONDS);
            answer = run(self.isolates[isolate].ask(ask.again()));
            let again = read_outcomes(&answer);
            let is_same = |(one, other): (&Outcome, &Outcome)| one.status == other.status || (one.status, other.status) == (201, 200);
            assert!(outcomes.iter().zip(&again).all(is_same), "{outcomes:?} became {again:?}");
        }
        if is_kept {
            self.answered.push_back((ask, answer.code(), answer.body));
            if self.answered.len() > REPEATABLE {
                self.answered.pop_front();
            }
        }
        (outcomes, when)
    }

    /// Keeps the worlds in which the commands, one after the other, have these outcomes.
    fn keep_possible(&mut self, faults: &FaultMode, commands: &[Command], outcomes: &[Outcome], when: Vec<String>) {
        self.log(format!("{faults:?} {commands:?} → {outcomes:?}"));
        let tries = when.len();
        for (command, outcome) in commands.iter().zip(outcomes) {
            // Erasing a link with many versions may take several requests, and so may taking over its alias.
            let may_fail = !matches!(faults, FaultMode::None)
                || matches!(command, Command::Erase { .. })
                || command.reuses()
                || outcome.is_cut_short();
            assert!(outcome.status != 500 && (outcome.status != 503 || may_fail), "nothing failed");
            let attempts = self.attempts(command, outcome, when.clone(), faults.has_stale_reads());
            // A retried request shows the link as of its last attempt.
            let outcome = if tries > 1 { Outcome { link: None, ..outcome.clone() } } else { outcome.clone() };
            let outcome = if matches!(faults, FaultMode::None) { outcome } else { outcome.uncounted() };
            self.candidates.worlds = self.candidates.after(&self.candidates.worlds, command, &outcome, &attempts);
            assert!(!self.candidates.worlds.is_empty(), "no world explains {command:?} → {outcome:?}, tried at {:?}", attempts.when);
            if outcome.is_lost() || faults.has_stale_reads() || tries > 1 {
                self.candidates.hold(command, self.clock);
            }
        }
        if tries > 1 {
            self.resolve_all();
        } else if !faults.has_stale_reads() {
            self.bind(outcomes);
        }
    }

    fn attempts(&self, command: &Command, outcome: &Outcome, when: Vec<String>, uncertain: bool) -> Attempts {
        let found = if outcome.is_lost() { self.find_generated(command, &when) } else { None };
        Attempts { when, clock: self.began, uncertain, found }
    }

    /// The alias that hop generated for a link whose response was lost, if it created the link.
    fn find_generated(&self, command: &Command, when: &[String]) -> Option<String> {
        let Command::Create(new) = command else { return None };
        if new.alias.is_some() {
            return None;
        }
        let since = when.first().expect("it was tried");
        let shown = self.read_list(&format!("/api/v1/links?domain={}&created_from={since}", new.domain));
        let is_new = |json: &&Value| {
            let address = address(json);
            json["target"] == *new.settings.destination.target
                && json["title"].as_str() == new.settings.title.as_deref()
                && !self.candidates.worlds.iter().any(|world| world.0.contains_key(&address))
        };
        shown.iter().find(is_new).map(|json| address(json).1)
    }

    fn bind(&mut self, outcomes: &[Outcome]) {
        for json in outcomes.iter().filter_map(|outcome| outcome.link.as_ref()) {
            self.candidates.bind(&address(json), json["id"].as_str().expect("a link has an id"));
        }
    }

    /// Repeats a request with a key: it must get the same response and change nothing.
    fn repeat(&mut self) {
        if self.answered.is_empty() {
            return;
        }
        let which = self.generator.random.below(self.answered.len());
        let faults = self.generator.faults();
        let (ask, code, body) = &self.answered[which];
        let (ask, code, body) = (ask.again(), *code, body.clone());
        self.set_faults(&faults);
        let answer = run(self.isolates[self.number as usize % 2].ask(ask));
        self.clear_faults();
        self.log(format!("{faults:?} a request again → {}", answer.code()));
        if answer.code() == 503 {
            assert!(!matches!(faults, FaultMode::None), "nothing failed");
            return;
        }
        // A stale read may show the request as still in flight.
        if faults.has_stale_reads() && answer.problem() == "idempotency_in_flight" {
            return;
        }
        let texts = (String::from_utf8_lossy(&answer.body), String::from_utf8_lossy(&body));
        assert!(answer.code() == code && texts.0 == texts.1, "a repeated request has another response: {} {texts:?}", answer.code());
    }

    /// Holds back writes of cached links, releases them in any order, or loses them.
    fn disturb_cache(&mut self) {
        let link_cache = &self.edge.link_cache;
        match self.generator.random.below(6) {
            0 => link_cache.hold(true),
            1 => link_cache.hold(false),
            2 => link_cache.lose(),
            _ if link_cache.held() > 0 => link_cache.release(self.generator.random.below(link_cache.held())),
            _ => {}
        }
    }
}

/// Whether a request has `find_if_exists`.
fn finds(ask: &Ask) -> bool {
    matches!(&ask.body, Body::Whole(body) if String::from_utf8_lossy(body).contains("\"find_if_exists\":true"))
}

/// Whether no two commands name the same address. Then a retry refuses the same commands.
fn are_apart(commands: &[Command]) -> bool {
    let mut addresses: Vec<_> = commands.iter().flat_map(Command::addresses).collect();
    let count = addresses.len();
    addresses.sort();
    addresses.dedup();
    addresses.len() == count
}

pub(crate) fn now(edge: &MemoryEdge) -> String {
    edge.now().to_string()
}
