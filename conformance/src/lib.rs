//! The HTTP suite for every edge: the same cases speak raw HTTP to hop in memory, in workerd and in Viceroy.
//!
//! * [`client`] requests sent byte for byte, and their responses
//! * [`places`] addresses and countries of visitors
//! * [`deployment`] a running hop; [`edges`] how each edge is started; [`world`] the deployments that cases share
//! * [`server`] the HTTP server of the memory edge
//! * [`refusals`] responses of an edge that do not come from hop
//! * [`coverage`] which documented responses were seen; [`openapi`] and [`contract`] check their shape
//! * [`secrets`] the search for leaked secrets in responses, logs and records
//! * [`pictures`] a decoder of QR codes
//! * [`console`] the commands of a document, run and compared
//! * [`rights`] the table of rights and the callers it is tested with
//! * [`cases`] the tests
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a test suite fails by panicking"
)]

pub mod cases;
pub mod client;
pub mod console;
pub mod contract;
pub mod coverage;
pub mod deployment;
pub mod edges;
pub mod openapi;
pub mod pictures;
pub mod places;
pub mod refusals;
mod rights;
pub mod secrets;
pub mod server;
pub mod world;
