//! Endpoints about the deployment: health, capabilities, metrics, robots.txt and security.txt.

pub(crate) mod metrics;
pub(crate) mod robots;
pub(crate) mod security_txt;
pub(crate) mod status;
