//! One HTTP suite for every edge: the same cases speak raw HTTP to hop in memory, in workerd and in Viceroy.
//!
//! * [`client`] sends bytes as they are and reads what comes back
//! * [`places`] where its calls come from
//! * [`deployment`] a running hop and how to start one; [`edges`] what each edge needs for that; [`world`] those the cases share
//! * [`server`] the memory edge behind a socket
//! * [`refusals`] what an edge answers without asking hop
//! * [`coverage`] which documented answers were seen; [`contract`] the shapes answers must have
//! * [`secrets`] none of which may stand in an answer, a log or a record
//! * [`pictures`] reads QR codes back
//! * [`console`] runs the commands of a document
//! * [`rights`] who may do what, tried out; the core's tests include it
//! * [`cases`] what must hold
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
