//! What a deployment says of itself: health, capabilities, metrics, and what robots may follow.

pub(crate) mod machines;
pub(crate) mod metrics;
pub(crate) mod robots;
