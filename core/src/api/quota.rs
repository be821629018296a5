//! Quotas on the wire: the fields of a body, and the JSON of a user or a key.

use std::num::NonZeroU32;

use serde::Serialize;

use crate::message::body::{FieldType, JsonValue, ParseContext, Patch, request_body};
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::quota::{MAX_QUOTA, Quota, max_links_per_day};
use crate::model::time::Timestamp;

request_body! {
    /// How many links may be created. Each limit is patched by itself; one that is absent in a new quota, or `null`,
    /// does not exist.
    pub(crate) struct QuotaPatch {
        /// Links that may be created in one UTC day, at most `limits.links_per_day` of `/capabilities`. Links that were
        /// changed, moved, restored or found do not count. A creation that fails may count.
        links_per_day: Patch<LinksPerDay>,
        /// Of a user: links that they may own, with the deleted ones until these are erased. Of a key: links that may
        /// be created with it in all.
        links: Patch<TotalLinks>,
    }
}

/// The links of a day that the edge can count.
pub(crate) enum LinksPerDay {}

/// The links in all.
pub(crate) enum TotalLinks {}

impl FieldType for LinksPerDay {
    type Value = NonZeroU32;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<NonZeroU32, FieldErrors> {
        limit(value.natural()?, max_links_per_day(context.edge_limits.max_clicks), "links_per_day")
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        TotalLinks::schema()
    }
}

impl FieldType for TotalLinks {
    type Value = NonZeroU32;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<NonZeroU32, FieldErrors> {
        limit(value.natural()?, MAX_QUOTA, "links")
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "integer", "minimum": 1, "maximum": MAX_QUOTA})
    }
}

/// A limit from 1 to `most`.
fn limit(value: u64, most: u32, name: &str) -> Result<NonZeroU32, FieldErrors> {
    let limit = u32::try_from(value).ok().filter(|value| *value <= most).and_then(NonZeroU32::new);
    let detail = || {
        format!(
            "{name} must be from 1 to {most} here, or null for no limit; to allow no link, use the role viewer or a key without links:write"
        )
    };
    limit.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, detail()).into())
}

/// Applies a patch to a quota.
pub(super) fn patched(before: Option<Quota>, patch: Patch<QuotaPatch>, now: Timestamp) -> Option<Quota> {
    let (mut links_per_day, mut links) = before.map_or((None, None), |before| (before.links_per_day, before.links));
    match patch {
        Patch::Absent => return before,
        Patch::Null => return None,
        Patch::Set(patch) => {
            patch.links_per_day.apply(&mut links_per_day);
            patch.links.apply(&mut links);
        }
    }
    Quota::new(before, (links_per_day, links), now)
}

/// A quota for links.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Quota"))]
pub(super) struct QuotaJson {
    /// Links that may be created in one UTC day; `null` for any number.
    links_per_day: Option<NonZeroU32>,
    /// Of a user: links that they may own, with the deleted ones until these are erased. Of a key: links that may be
    /// created with it in all. `null` for any number.
    links: Option<NonZeroU32>,
}

impl From<Quota> for QuotaJson {
    fn from(quota: Quota) -> Self {
        Self { links_per_day: quota.links_per_day, links: quota.links }
    }
}
