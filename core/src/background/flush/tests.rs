//! Tests of counting: the buffer of an isolate, sending, reading several shards, and privacy.

mod buffer;
mod flush;
mod generations;
mod privacy;
mod salts;
mod world;
