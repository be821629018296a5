//! What the tests share: a client of hop on the memory edge, planned misfortune, a seeded scheduler, and what must always hold.
#![allow(dead_code, reason = "each test file is a crate of its own and uses its own part of this one")]

pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod copies;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod locks;
pub(crate) mod misfortune;
pub(crate) mod replay;
pub(crate) mod scheduler;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod source;

pub(crate) use client::{Ask, Isolate};
pub(crate) use scheduler::run;
