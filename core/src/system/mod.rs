//! What a deployment says of itself: health, capabilities, metrics, what robots may follow, and its security
//! contacts.

pub(crate) mod metrics;
pub(crate) mod robots;
pub(crate) mod security_txt;
pub(crate) mod status;
