//! Statistics: one file for each operation.
//!
//! * [`mod@link`] the statistics of a link
//! * [`mod@overview`] those of a domain, a tag or the deployment
//! * [`mod@clicks`] the latest clicks of a link

mod clicks;
mod link;
mod overview;
pub(crate) mod query;
mod top_links;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use clicks::MAX_CLICKS;
pub(crate) use clicks::clicks;
pub(crate) use link::link;
pub(crate) use overview::overview;
pub(crate) use wire::UNIQUES_ERROR;

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    use crate::message::wire::PageJson;

    generator.subschema_for::<wire::StatsJson<'_>>();
    generator.subschema_for::<overview::OverviewJson<'_>>();
    generator.subschema_for::<PageJson<'_, clicks::ClickJson<'_>>>();
}
