//! The endpoints by which a deployment tells of itself.

use crate::description::answers;
use crate::description::operation::{Operation, OperationGroup};

pub(super) const HOME: Operation = Operation::new(OperationGroup::Deployment, "home", "Show the front page")
    .description("A page that names hop, unless the domain has a `root`. It is 503 if an added domain cannot be looked up.")
    .answers(&[(200, answers::PAGE), (302, answers::ROOT)]);

pub(super) const HEALTH: Operation = Operation::new(OperationGroup::Deployment, "health", "Check that hop runs")
    .description("Answered on every host, whatever the settings.")
    .answers(&[(200, answers::STATUS)]);

pub(super) const READY: Operation = Operation::new(OperationGroup::Deployment, "ready", "Check that hop is ready")
    .description(
        "Whether settings, secrets and store work. It is 503 `not_configured` if `HOP_PEPPER` is missing or too \
         short, or if `HOP_ADMIN_KEY` cannot be used. Answered on every host.",
    )
    .answers(&[(200, answers::STATUS)]);

pub(super) const CAPABILITIES: Operation = Operation::new(OperationGroup::Deployment, "capabilities", "Show promises and limits")
    .description("The promises and limits of this deployment, which differ from edge to edge.")
    .answers(&[(200, answers::CAPABILITIES)]);

pub(super) const OPEN_API: Operation = Operation::new(OperationGroup::Deployment, "openapi", "Show the OpenAPI document")
    .description("This document.")
    .answers(&[(200, answers::OPEN_API)]);

pub(super) const ROBOTS: Operation = Operation::new(OperationGroup::Deployment, "robots", "Show robots.txt")
    .description(
        "Allows robots the front page, if it is hop's own, and the links of this domain that are `crawlable` and \
         redirect every visitor now: live, without a password, a click limit or a confirmation. At most as many as \
         `/capabilities` says, in the order of their aliases. The text is up to a minute old, and may be cached for \
         five more. If the store does not answer, nothing is allowed, and that answer is not to be cached.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const FAVICON: Operation = Operation::new(OperationGroup::Deployment, "favicon", "Ask for an icon")
    .description("hop has no icon. Browsers ask for one by themselves.");

pub(super) const SECURITY_TXT: Operation = Operation::new(OperationGroup::Deployment, "securityTxt", "Show security contacts")
    .description(
        "The contacts of the setting `HOP_SECURITY_CONTACT`, one on each line, and the time until which they are \
         valid (RFC 9116). The text may be cached for a day. It is 404 `not_found` if the deployment names no \
         contact.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const EXPLAIN_PROBLEM: Operation = Operation::new(OperationGroup::Deployment, "problem", "Explain a problem")
    .description("The address in the `type` of a problem.")
    .answers(&[(200, answers::PAGE)]);

pub(super) const METRICS: Operation = Operation::new(OperationGroup::Deployment, "metrics", "Show metrics")
    .description(
        "In the text format of Prometheus: the version of hop, whether the store answers and how soon, whether copies \
         are cached, and what the isolate that was asked remembers. A store that does not answer is `hop_store_up 0`; \
         a request with an API key gets 503 then, since its owner cannot be looked up. Needs the scope `metrics:read` \
         and a key for every domain.",
    )
    .answers(&[(200, answers::METRICS)]);
