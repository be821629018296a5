//! hop does what a model of it does: many random calls, in all weathers, each answer compared with what a few maps say.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "a test that cannot go on has failed"
)]

#[path = "model/ask.rs"]
mod ask;
#[path = "model/draw.rs"]
mod draw;
#[path = "model/filter.rs"]
mod filter;
#[path = "model/judge.rs"]
mod judge;
#[path = "model/looks.rs"]
mod looks;
mod support;
#[path = "model/walk.rs"]
mod walk;
#[path = "model/world.rs"]
mod world;

use hop_core::memory::{Random, Steps};
use support::misfortune;
use support::replay::{for_few_seeds, slow};

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
        let steps = if seed % 2 == 0 { Steps::OneByOne } else { Steps::AtOnce };
        let edge = misfortune::edge(seed, steps);
        let dice = Dice { random: Random::new(seed), most_links: 60, moments: Vec::new() };
        Walk::new(&edge, dice).go(calls);
    });
}
