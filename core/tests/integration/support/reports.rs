//! Abuse reports: requests that send one, and a report planted in the store.

use hop_core::Body;
use hop_core::memory::MemoryEdge;
use hop_core::store::Key;
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::Ask;
use super::audit::stored_links;

pub(crate) const REPORTS: &str = "/api/v1/reports";

/// The id of the report that [`plant_report`] stores.
pub(crate) const PLANTED_REPORT: &str = "rep_fe5e02e173ff1t82DPuzCCj9UCmfy";

/// Reports a link by the API, without a key.
pub(crate) fn report(body: &Value) -> Ask {
    let ask = Ask::post(REPORTS, body);
    Ask { visitor: ask.visitor.clone().without(&AUTHORIZATION), ..ask }
}

/// Sends the form of the page `/report`.
pub(crate) fn send_form(fields: &[(&str, &str)]) -> Ask {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Ask { method: Method::POST, body: Body::Whole(form.into_bytes()), ..Ask::visit("report") }
}

/// Resolves a report.
pub(crate) fn resolve(id: &str, action: &str) -> Ask {
    Ask::patch(&format!("{REPORTS}/{id}"), &json!({"state": "resolved", "action": action}))
}

/// Plants an open report about the link `alias`.
pub(crate) fn plant_report(edge: &MemoryEdge, alias: &str) {
    let record = json!({
        "v": 1, "id": PLANTED_REPORT, "link": stored_links(edge)[alias].id, "domain": "hop.example", "alias": alias, "reason": "spam",
        "detail": "a note", "contact": "ann@example.com", "created_at": 1, "tokens": {"created": "t", "recent": ["t"]},
    });
    edge.records.plant(&Key::stored(format!("report/{PLANTED_REPORT}")), &record.to_string());
    edge.records.plant(&Key::stored(format!("report-open/{PLANTED_REPORT}")), "null");
}
