//! Shared test support: a client on the memory edge, store faults, a seeded scheduler, and invariants of the store.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod locks;
pub(crate) mod replay;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod reports;
pub(crate) mod sample_link;
pub(crate) mod scheduler;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod source;
pub(crate) mod store_faults;

pub(crate) use client::{Ask, Isolate};
pub(crate) use scheduler::run;
