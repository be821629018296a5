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

/// How many calls are made, from each seed.
fn calls() -> u64 {
    let chosen = std::env::var("HOP_MODEL_CALLS").ok().and_then(|calls| calls.parse().ok());
    chosen.unwrap_or(if slow() { 100_000 } else { 4_000 })
}

#[test]
fn random_calls_agree_with_the_model() {
    for_few_seeds("model", "random_calls_agree_with_the_model", 4, |seed| {
        let steps = if seed % 2 == 0 { CommitMode::Stepwise } else { CommitMode::Transaction };
        let edge = misfortune::edge(seed, steps);
        let dice = Dice { random: Random::new(seed), most_links: 60, moments: Vec::new() };
        Walk::new(&edge, dice).go(calls());
    });
}
