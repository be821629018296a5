//! Functions shared by batches and imports, whose work may span several requests.

use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::message::problem::Problem;
use crate::store::ports::{Records, StoreCall};

/// Cost of creating or changing a link with an owner, without tags and without a click limit.
pub(super) fn cost_of_plain_link(records: &impl Records) -> u32 {
    records.operations(&StoreCall::GetMany(2)).saturating_add(records.operations(&StoreCall::Write).saturating_mul(3))
}

/// Status code in a stored result.
pub(super) fn status_of(result: &RawValue) -> Result<StatusCode, Problem> {
    #[derive(Deserialize)]
    struct ResultJson {
        status: u16,
    }
    let ResultJson { status } = serde_json::from_str(result.get()).map_err(Problem::internal)?;
    StatusCode::from_u16(status).map_err(Problem::internal)
}
