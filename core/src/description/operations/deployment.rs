//! The endpoints about the deployment.

use crate::description::answers;
use crate::description::operation::{Operation, OperationGroup};

pub(super) const HOME: Operation = Operation::new(OperationGroup::Deployment, "home", "Show the front page")
    .description("The front page of the deployment, or a redirect if the domain has a `root`. The answer is 503 if the record of an added domain cannot be read, and 403 if the `root` is on a host of the blocklist.")
    .answers(&[(200, answers::PAGE), (302, answers::ROOT), (403, answers::BLOCKED_TARGET)]);

pub(super) const HEALTH: Operation = Operation::new(OperationGroup::Deployment, "health", "Check that hop runs")
    .description("Answers on every host and with any settings.")
    .answers(&[(200, answers::STATUS)]);

pub(super) const READY: Operation = Operation::new(OperationGroup::Deployment, "ready", "Check that hop is ready")
    .description(
        "Whether settings, secrets and store work. The answer is 503 `not_configured` if `HOP_PEPPER` is missing or \
         too short, or if `HOP_ADMIN_KEY` cannot be used. Answers on every host.",
    )
    .answers(&[(200, answers::STATUS)]);

pub(super) const CAPABILITIES: Operation = Operation::new(OperationGroup::Deployment, "capabilities", "Show guarantees and limits")
    .description("The guarantees and limits of this deployment, which differ from edge to edge.")
    .answers(&[(200, answers::CAPABILITIES)]);

pub(super) const OPEN_API: Operation = Operation::new(OperationGroup::Deployment, "openapi", "Show the OpenAPI document")
    .description("This document.")
    .answers(&[(200, answers::OPEN_API)]);

pub(super) const ROBOTS: Operation = Operation::new(OperationGroup::Deployment, "robots", "Show robots.txt")
    .description(
        "Allows robots to request the front page, if it is hop's own, and the links of this domain that are \
         `crawlable` and redirect every visitor now: live, without a password, a click limit or a confirmation. \
         `/capabilities` has the largest number of links; they are in the order of their aliases. The text is up to a \
         minute old and may be cached for five minutes. If the store does not answer, nothing is allowed, and this \
         answer must not be cached.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const FAVICON: Operation = Operation::new(OperationGroup::Deployment, "favicon", "Show the icon")
    .description("hop has no icon. Browsers request one by themselves, and get an empty answer.");

pub(super) const SECURITY_TXT: Operation = Operation::new(OperationGroup::Deployment, "securityTxt", "Show security contacts")
    .description(
        "The contacts of the setting `HOP_SECURITY_CONTACT`, one on each line, and the time until which they are \
         valid (RFC 9116). The text may be cached for a day. The answer is 404 `not_found` if the \
         deployment has no contact.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const LOG_CHALLENGE: Operation = Operation::new(OperationGroup::Deployment, "logChallenge", "Allow log delivery")
    .description(
        "Fastly asks here before it delivers log lines to `POST /api/v1/ingest` of this host. The answer `*` allows the \
         delivery to every service; lines are accepted with a key only.",
    )
    .answers(&[(200, answers::TEXT)]);

pub(super) const EXPLAIN_PROBLEM: Operation = Operation::new(OperationGroup::Deployment, "problem", "Explain a problem")
    .description("A page that explains a problem code. The `type` of every problem is its address.")
    .answers(&[(200, answers::PAGE)]);

pub(super) const METRICS: Operation = Operation::new(OperationGroup::Deployment, "metrics", "Show metrics")
    .description(
        "In the text format of Prometheus: the version of hop, whether the store answers and how fast, whether links \
         are cached, the clicks and failed visits of the ledger, its lag and the batches that were lost, and the memory \
         of the isolate that answers. If the ledger does not answer, `hop_ledger_up` is 0. If the store does not answer, `hop_store_up` is 0; a \
         request with an API key then gets 503, because its owner cannot be read. Needs the scope `metrics:read` and a \
         key for every domain.",
    )
    .answers(&[(200, answers::METRICS)]);

pub(super) const MAINTAIN: Operation = Operation::new(OperationGroup::Deployment, "maintain", "Do what is due")
    .description(
        "Does the work that is due, as far as the operation budget allows, and says whether more is due. On an edge \
         without a ledger of clicks it folds their keys into statistics; requests that follow links do this too, so a \
         scheduler is needed for deployments with few visitors: once an hour is enough. Repeat the request while \
         `more` is `true`. On an edge with a ledger nothing is ever due. Needs the scope `system:write`, the role \
         admin, and a key for every domain.",
    )
    .answers(&[(200, answers::MAINTENANCE)]);
