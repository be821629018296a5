//! hop does what a model of it does: many random calls, in all weathers, each answer compared with what a few maps say.
#![cfg(not(target_arch = "wasm32"))]

mod ask;
mod draw;
mod filter;
mod judge;
mod looks;
mod walk;
mod world;

use crate::support::misfortune;
use crate::support::replay::{for_few_seeds, slow};
use hop_core::memory::{CommitMode, Random};

use self::draw::Dice;
use self::walk::Walk;

/// How many seeds there are, and how many calls are made from each. An alias that a link has left stays taken, so that the model grows and calls
/// take longer: more seeds are worth more than more calls.
fn size() -> (u64, u64) {
    let (seeds, calls) = if slow() { (16, 25_000) } else { (4, 4_000) };
    let chosen = std::env::var("HOP_MODEL_CALLS").ok().and_then(|calls| calls.parse().ok());
    (seeds, chosen.unwrap_or(calls))
}

#[test]
fn hop_does_what_a_model_of_it_does() {
    let (seeds, calls) = size();
    for_few_seeds("model", "hop_does_what_a_model_of_it_does", seeds, |seed| {
        let steps = if seed % 2 == 0 { CommitMode::Stepwise } else { CommitMode::Transaction };
        let edge = misfortune::edge(seed, steps);
        let dice = Dice { random: Random::new(seed), most_links: 60, moments: Vec::new() };
        Walk::new(&edge, dice).go(calls);
    });
}
