//! The endpoints of statistics.

use serde_json::json;

use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LINK_STATS: Operation = Operation::new(OperationGroup::Statistics, "linkStats", "Show the statistics of a link")
    .description(
        "The clicks of a period by hour, day, week or month, and by up to four dimensions. Without `from` and `to` it is \
         the last 30 days, up to the end of today. Statistics are kept by quarter hours in UTC, so every time zone \
         with such an offset divides them exactly; dimensions and visitors are kept by UTC days. Clicks of an imported \
         link from before its import are in the field `clicks` of the link only. Deleted links have statistics, \
         erased ones have none. If the statistics do not answer, this is 503.",
    )
    .parameters(&[
        parameters::DOMAIN,
        parameters::STATS_FROM,
        parameters::STATS_TO,
        parameters::GRANULARITY,
        parameters::TZ,
        parameters::BY,
        parameters::COMPARE,
        parameters::STATS_FORMAT,
    ])
    .answers(&[(200, answers::STATS)]);

pub(super) const LINK_CLICKS: Operation = Operation::new(OperationGroup::Statistics, "linkClicks", "List the latest clicks of a link")
    .description(
        "The latest clicks of a link, newest first: at most 100, of at most 30 days. Nothing identifies the visitor: \
         there is no address and no user agent. There is no next page.",
    )
    .parameters(&[parameters::DOMAIN, parameters::LIMIT_OF_CLICKS])
    .answers(&[(200, answers::CLICKS)]);

pub(super) const STATS: Operation = Operation::new(OperationGroup::Statistics, "stats", "Show the statistics of many links")
    .description(
        "The clicks of all links of a domain, of the links with a tag, or of the deployment, with the links that were \
         followed most and the visits that followed no link. A key for some domains gets the clicks of those domains. \
         A link counts under the domain and the tags that it had at the time of the click. Erasing a link leaves its \
         clicks in these sums.",
    )
    .parameters(&[
        parameters::STATS_DOMAIN,
        parameters::STATS_TAG,
        parameters::STATS_FROM,
        parameters::STATS_TO,
        parameters::GRANULARITY,
        parameters::TZ,
        parameters::BY_OF_MANY,
        parameters::COMPARE,
        parameters::STATS_FORMAT,
    ])
    .answers(&[(200, answers::OVERVIEW)]);

pub(super) const INGEST: Operation = Operation::new(OperationGroup::Statistics, "ingest", "Send log lines of clicks")
    .description(
        "Counts the lines that an edge with the setting `HOP_CLICK_LOG` wrote to its log endpoint, one JSON object a line. A \
         line proves by `HOP_PEPPER` that this deployment wrote it. A line that cannot be counted does not affect the \
         others: one that is incomplete, was changed or written by another deployment, has more than 8 KiB, is more than 24 \
         hours old, or is from the future by more than five minutes. Empty lines are ignored. A batch is counted once: \
         sending it again within 24 hours changes nothing. One request reads up to 1,000 lines, and on Fastly at most those \
         of twelve segments of ten minutes. If there are more, `next` is the first line that was not read and the answer has \
         `Retry-After: 0`: repeat the request, and it continues there. All numbers of the answer are about the lines that \
         this request has read. Needs the scope `stats:write`, the role admin, and a key for every domain.",
    )
    .parameters(&[parameters::BATCH_ID])
    .body_schema(|| json!({"type": "string", "description": "Log lines, as the edge wrote them."}))
    .answers(&[(200, answers::INGESTED)]);
