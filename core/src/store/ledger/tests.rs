//! Tests of a shard: batches, folding, reading, retention, salts and sizes.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small, and a test that overflows has failed")]

mod batches;
mod damage;
mod folding;
mod ingested;
mod model;
mod old_months;
mod salts;
mod sizes;
mod world;
