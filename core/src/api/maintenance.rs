//! Maintenance on behalf of a scheduler: does what is due, within the operation budget.

use http::StatusCode;
use serde::Serialize;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::stats::records::{Folded, Folding, fold, without_ledger};
use crate::store::ports::Edge;

/// What was done, and whether more is due.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Maintenance"))]
struct MaintenanceJson {
    done: DoneJson,
    /// `true` if more is due: repeat the request.
    more: bool,
}

/// The work of one request.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "MaintenanceDone", inline))]
struct DoneJson {
    /// Number of segments of ten minutes whose clicks were folded into statistics, or folded for the last time.
    segments: u32,
    /// Number of expired records that were removed. Always 0 where the store removes them itself.
    expired: u32,
}

/// `POST /api/v1/maintenance`
pub(crate) async fn maintain<E: Edge>(context: &Context<'_, E>, _authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let folded = match context.edge.ledger() {
        // A ledger folds by itself.
        Some(_) => Folded::default(),
        None => {
            let folding = Folding::Scheduler { months: context.config.stats_months };
            without_ledger::<E, _, _>(|| fold(context.edge, context.budget, folding)).await?
        }
    };
    let done = DoneJson { segments: folded.segments, expired: 0 };
    Response::json(StatusCode::OK, &MaintenanceJson { done, more: folded.more })
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<MaintenanceJson>();
}
