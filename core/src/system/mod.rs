//! Endpoints about the deployment: health, capabilities, metrics, robots.txt, security.txt and the dashboard.

pub(crate) mod dashboard;
pub(crate) mod metrics;
pub(crate) mod robots;
pub(crate) mod security_txt;
pub(crate) mod status;
