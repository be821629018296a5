//! What a deployment says of itself: health, capabilities, metrics, what robots may follow, and whom to tell of a
//! vulnerability.

pub(crate) mod machines;
pub(crate) mod metrics;
pub(crate) mod robots;
pub(crate) mod security_txt;
