//! The classification, judged by docs/bots/corpus.jsonl. Rules are made with the first half of its lines. The second
//! half shows what they are worth. docs/bots/README.md explains the halves and has the figures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Agent, AgentKind, Signals, classify_click};

const CORPUS: &str = include_str!("../../../../docs/bots/corpus.jsonl");
/// `bots.txt` is made from this package, so rules have seen all of its agents.
const SEEN_BY_RULES: &str = "npm crawler-user-agents";
const KINDS: [AgentKind; 3] = [AgentKind::Human, AgentKind::Bot, AgentKind::Preview];

/// A line of the corpus.
struct Line {
    kind: AgentKind,
    class: &'static str,
    agent: &'static str,
    source: &'static str,
    /// The headers and the network of the click. `None` where only the agent is known.
    signals: Option<Signals<'static>>,
}

/// All lines. They live until the test ends, which saves copies.
fn lines() -> Vec<Line> {
    CORPUS.lines().map(|line| parse(Box::leak(Box::new(serde_json::from_str(line).expect(line))))).collect()
}

fn parse(line: &'static Value) -> Line {
    let text = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{line} has no `{name}`"));
    let kind = KINDS.into_iter().find(|kind| kind.name() == text("kind")).unwrap_or_else(|| panic!("{line} has an unknown kind"));
    let has = |header: &str| !line["headers"][header].is_null();
    let signals = Signals {
        is_prefetch: has("sec-purpose") || has("purpose") || has("x-moz"),
        is_https: line["https"] == true,
        has_sec_fetch: has("sec-fetch-site") || has("sec-fetch-mode"),
        has_accept_language: has("accept-language"),
        operator: line["operator"].as_str(),
    };
    Line { kind, class: text("class"), agent: text("agent"), source: text("source"), signals: line.get("headers").map(|_| signals) }
}

impl Line {
    /// Whether rules may be made with this line. Versions of one program are in the same half, because digits do not
    /// count.
    fn is_in_first_half(&self) -> bool {
        // FNV-1a.
        let hash = self
            .agent
            .bytes()
            .filter(|byte| !byte.is_ascii_digit())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        self.source.starts_with(SEEN_BY_RULES) || (hash >> 32) & 1 == 0
    }

    fn classify(&self) -> AgentKind {
        match &self.signals {
            Some(signals) => classify_click(self.agent.as_bytes(), signals).kind,
            None => Agent::parse(Some(self.agent.as_bytes())).kind,
        }
    }
}

/// How often a kind was taken for each kind.
#[derive(Default)]
struct Confusion([[u32; 3]; 3]);

impl Confusion {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut confusion = Self::default();
        for line in lines {
            confusion.0[line.kind as usize][line.classify() as usize] += 1;
        }
        confusion
    }

    /// Share of people who were taken for a program.
    fn misjudged_people(&self) -> f64 {
        let [people, bots, previews] = self.0[AgentKind::Human as usize];
        f64::from(bots + previews) / f64::from(people + bots + previews)
    }

    /// Share of bots and previews that were taken for a program of either kind.
    fn caught_machines(&self) -> f64 {
        let machines = [AgentKind::Bot, AgentKind::Preview].map(|kind| self.0[kind as usize]);
        let missed: u32 = machines.iter().map(|row| row[AgentKind::Human as usize]).sum();
        1.0 - f64::from(missed) / f64::from(machines.iter().flatten().sum::<u32>())
    }

    fn print(&self, name: &str) {
        println!("\n{name}\n{:>8} {:>8} {:>8} {:>8}", "", "human", "bot", "preview");
        for kind in KINDS {
            let [human, bot, preview] = self.0[kind as usize];
            println!("{:>8} {human:>8} {bot:>8} {preview:>8}", kind.name());
        }
        println!("machines caught {:.2} %, people misjudged {:.2} %", 100.0 * self.caught_machines(), 100.0 * self.misjudged_people());
    }
}

fn print_classes(lines: &[Line]) {
    let mut classes: BTreeMap<_, [[u32; 2]; 2]> = BTreeMap::new();
    for line in lines {
        let [wrong, all] = &mut classes.entry((line.kind.name(), line.class)).or_default()[usize::from(!line.is_in_first_half())];
        *all += 1;
        *wrong += u32::from((line.kind == AgentKind::Human) != (line.classify() == AgentKind::Human));
    }
    println!("\nwrong of all, by class: first half, second half");
    for ((kind, class), [[wrong, all], [unseen_wrong, unseen]]) in classes {
        println!("{:>24} {wrong:>4} of {all:>4} {unseen_wrong:>4} of {unseen:>4}", format!("{kind} {class}"));
    }
}

/// Run it with `--nocapture` to see the tables.
#[test]
fn second_half_is_classified_as_documented() {
    let lines = lines();
    let of = |is_first: bool| Confusion::of(lines.iter().filter(move |line| line.signals.is_none() && line.is_in_first_half() == is_first));
    let (first, second) = (of(true), of(false));
    first.print("first half, by agent");
    second.print("second half, by agent");
    Confusion::of(lines.iter().filter(|line| line.signals.is_some())).print("with headers and network, both halves");
    print_classes(&lines);
    assert!(second.caught_machines() >= 0.95, "{}", second.caught_machines());
    assert!(second.misjudged_people() < 0.005, "{}", second.misjudged_people());
}

#[test]
fn corpus_is_well_formed() {
    assert!(CORPUS.len() < 1_000_000, "{} bytes", CORPUS.len());
    let mut seen = BTreeSet::new();
    for line in CORPUS.lines() {
        assert!(seen.insert(line), "twice: {line}");
    }
    assert!(seen.len() >= 1500, "{} lines", seen.len());
    assert!(CORPUS.lines().eq(seen.iter().copied()), "the lines are not sorted");
    let lines = lines();
    for line in &lines {
        assert!(!line.class.is_empty() && !line.source.is_empty(), "{}", line.agent);
    }
    let agents: BTreeSet<_> = lines.iter().filter(|line| line.signals.is_none()).map(|line| line.agent).collect();
    assert_eq!(agents.len(), lines.iter().filter(|line| line.signals.is_none()).count(), "an agent is listed twice");
}
