//! Refusals of the edges: the list of all responses that do not come from hop.

use crate::client::Response;
use crate::edges::Edge;

/// The name of a body that is shorter than its length.
pub const TRUNCATED_BODY: &[u8] = b"a truncated body";

struct Refusal {
    edge: Edge,
    /// The input; nothing stands for all input that is not valid HTTP.
    input: Option<&'static [u8]>,
    statuses: &'static [u16],
}

const fn for_any(edge: Edge, statuses: &'static [u16]) -> Refusal {
    Refusal { edge, input: None, statuses }
}

const fn for_input(edge: Edge, input: &'static [u8], statuses: &'static [u16]) -> Refusal {
    Refusal { edge, input: Some(input), statuses }
}

const REFUSALS: [Refusal; 12] = [
    for_any(Edge::Memory, &[400]),
    for_any(Edge::Workerd, &[400, 501]),
    for_any(Edge::Viceroy, &[400, 501, 505]),
    // `wrangler dev`'s proxy makes no URL of `*`, and fails on a truncated body.
    for_input(Edge::Workerd, b"*", &[500]),
    for_input(Edge::Workerd, TRUNCATED_BODY, &[500]),
    // It makes no URL of these hosts either. The response is the same for a worker without hop.
    for_input(Edge::Workerd, b"1.2.3.4.5", &[500]),
    for_input(Edge::Workerd, b"hop.example:99999", &[500]),
    for_input(Edge::Workerd, b"hop.example:x", &[500]),
    for_input(Edge::Workerd, b"[::1", &[500]),
    for_input(Edge::Workerd, b"a b", &[500]),
    for_input(Edge::Workerd, b"@", &[500]),
    for_input(Edge::Workerd, b"%", &[500]),
];

/// Whether `response` comes from `edge` and not from hop. Responses of hop have a request id.
pub fn is_from_edge(edge: Edge, input: &[u8], response: &Response) -> bool {
    let listed = REFUSALS.iter().any(|refusal| {
        let matches = refusal.edge == edge && refusal.input.is_none_or(|known| known == input);
        matches && refusal.statuses.contains(&response.status)
    });
    listed && response.header("x-request-id").is_none()
}
