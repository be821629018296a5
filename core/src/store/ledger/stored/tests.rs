//! Stored forms of the ledger: fixtures of what is stored today, and damaged forms, which are errors and never panics.

mod damage;
mod fixtures;
