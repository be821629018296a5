//! Tests of a shard: batches, folding, reading, retention, salts and sizes.

mod batches;
mod damage;
mod folding;
mod model;
mod old_months;
mod salts;
mod sizes;
mod world;
