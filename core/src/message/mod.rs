//! HTTP messages: requests and their bodies, responses, and the problem document of RFC 9457.

pub(crate) mod accept_encoding;
pub(crate) mod access_token;
pub(crate) mod body;
pub(crate) mod codes;
pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod json_value;
pub(crate) mod path;
pub(crate) mod poll_once;
pub(crate) mod preconditions;
pub mod problem;
pub(crate) mod quality;
pub(crate) mod request;
pub(crate) mod request_origin;
pub(crate) mod response;
pub(crate) mod wire;
#[cfg(feature = "docs")]
pub(crate) mod wire_schema;
