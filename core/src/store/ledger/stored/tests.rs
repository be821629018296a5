//! Stored forms of the ledger: fixtures of what is stored today, and damaged forms, which are errors and never panics.
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]

mod damage;
mod fixtures;
