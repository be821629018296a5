//! Model test: many random calls, with all kinds of faults. Every response is compared with a model made of a few maps.
#![cfg(not(target_arch = "wasm32"))]

mod candidates;
mod filter;
mod generate;
mod observe;
mod requests;
mod runner;
mod world;

use crate::support::replay::{for_few_seeds, slow};
use crate::support::store_faults;
use hop_core::memory::{CommitMode, Random};

use self::generate::Generator;
use self::runner::Runner;

/// The number of seeds, and of calls for each seed. An alias that a link has left stays taken, so the model grows and
/// its calls take longer: more seeds find more than more calls.
fn size() -> (u64, u64) {
    let (seeds, calls) = if slow() { (16, 25_000) } else { (4, 4_000) };
    let chosen = std::env::var("HOP_MODEL_CALLS").ok().and_then(|calls| calls.parse().ok());
    (seeds, chosen.unwrap_or(calls))
}

#[test]
fn random_calls_agree_with_the_model() {
    let (seeds, calls) = size();
    for_few_seeds("model", "random_calls_agree_with_the_model", seeds, |seed| {
        let steps = if seed % 2 == 0 { CommitMode::Stepwise } else { CommitMode::Transaction };
        let edge = store_faults::edge(seed, steps);
        let generator = Generator { random: Random::new(seed), max_links: 60, moments: Vec::new() };
        Runner::new(&edge, generator).run(calls);
    });
}
