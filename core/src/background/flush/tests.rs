//! Tests of counting: the buffer of an isolate, sending, reading several shards, and privacy.
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]

mod buffer;
mod flush;
mod generations;
mod privacy;
mod salts;
mod world;
