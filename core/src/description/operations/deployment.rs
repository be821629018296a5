//! The endpoints by which a deployment tells of itself.

use crate::description::answers;
use crate::description::operation::{Operation, Tag};

pub(super) const HOME: Operation = Operation::new(Tag::Deployment, "home", "The front page")
    .description(
        "A page that names hop, unless the domain has a `root`. It is 503 where an added domain cannot be \
             looked up.",
    )
    .answers(&[(200, answers::PAGE), (302, answers::ROOT)]);

pub(super) const HEALTH: Operation = Operation::new(Tag::Deployment, "health", "hop runs")
    .description("On every host, whatever the settings.")
    .answers(&[(200, answers::STATUS)]);

pub(super) const READY: Operation = Operation::new(Tag::Deployment, "ready", "hop is ready")
    .description(
        "Settings, secrets and store are good; 503 also, with the code `not_configured`, where `HOP_PEPPER` \
             is missing or too short, or `HOP_ADMIN_KEY` cannot be used. On every host.",
    )
    .answers(&[(200, answers::STATUS)]);

pub(super) const CAPABILITIES: Operation = Operation::new(Tag::Deployment, "capabilities", "Which promises hold here")
    .description("With numbers: they differ from edge to edge.")
    .answers(&[(200, answers::CAPABILITIES)]);

pub(super) const OPEN_API: Operation =
    Operation::new(Tag::Deployment, "openapi", "The API in OpenAPI").answers(&[(200, answers::OPEN_API)]);

pub(super) const ROBOTS: Operation = Operation::new(Tag::Deployment, "robots", "Tell robots where they may go")
    .description(
        "To the front page, if it is hop's own, and to the links of this domain that are `crawlable` and lead \
             every visitor on as they are now: live, without a password, a limit or a confirmation. At most as \
             many as `/capabilities` says, by alias. The text is up to a minute old, and may be kept for five \
             more. Nowhere while the store does not answer, which nobody may keep.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const FAVICON: Operation = Operation::new(Tag::Deployment, "favicon", "There is no icon");

pub(super) const SECURITY_TXT: Operation = Operation::new(Tag::Deployment, "securityTxt", "Show the security contacts")
    .description(
        "The contacts of `HOP_SECURITY_CONTACT`, a line each, and until when they are good (RFC 9116). \
             Anybody may keep the text for a day. 404 `not_found` where the deployment names nobody.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const EXPLAIN_PROBLEM: Operation = Operation::new(Tag::Deployment, "problem", "Explain a problem")
    .description("The address in a problem's `type`.")
    .answers(&[(200, answers::PAGE)]);

pub(super) const METRICS: Operation = Operation::new(Tag::Deployment, "metrics", "How the deployment is, in numbers")
    .description(
        "In the text format of Prometheus: which hop this is, whether the store answers and how soon, whether \
             there are copies, and what the isolate that was asked remembers. A store that does not answer is \
             `hop_store_up 0`; only who comes with an API key gets 503 then, since nobody can say whose it is. \
             Takes `metrics:read` and a key for every domain.",
    )
    .answers(&[(200, answers::METRICS)]);
