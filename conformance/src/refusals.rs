//! What an edge refuses by itself, before hop hears of it: the one list of answers that are not hop's.

use crate::client::Answer;
use crate::edges::Edge;

/// Stands for a body that ends before its length.
pub const TORN_BODY: &[u8] = b"a body that ends early";

struct Refusal {
    edge: Edge,
    /// What was sent; nothing stands for any input that is no HTTP.
    input: Option<&'static [u8]>,
    statuses: &'static [u16],
}

const fn any(edge: Edge, statuses: &'static [u16]) -> Refusal {
    Refusal { edge, input: None, statuses }
}

const fn only(edge: Edge, input: &'static [u8], statuses: &'static [u16]) -> Refusal {
    Refusal { edge, input: Some(input), statuses }
}

const REFUSALS: [Refusal; 12] = [
    any(Edge::Memory, &[400]),
    any(Edge::Workerd, &[400, 501]),
    any(Edge::Viceroy, &[400, 501, 505]),
    // `wrangler dev`'s proxy cannot make an address of `*`, and loses a torn body.
    only(Edge::Workerd, b"*", &[500]),
    only(Edge::Workerd, TORN_BODY, &[500]),
    // Nor does it of these hosts: a worker without hop gets the same answer.
    only(Edge::Workerd, b"1.2.3.4.5", &[500]),
    only(Edge::Workerd, b"hop.example:99999", &[500]),
    only(Edge::Workerd, b"hop.example:x", &[500]),
    only(Edge::Workerd, b"[::1", &[500]),
    only(Edge::Workerd, b"a b", &[500]),
    only(Edge::Workerd, b"@", &[500]),
    only(Edge::Workerd, b"%", &[500]),
];

/// Whether `answer` is one that `edge` gives to `input` without asking hop. Whatever hop answers carries a request id.
pub fn is_the_edges_own(edge: Edge, input: &[u8], answer: &Answer) -> bool {
    let listed = REFUSALS.iter().any(|refusal| {
        let meant = refusal.edge == edge && refusal.input.is_none_or(|known| known == input);
        meant && refusal.statuses.contains(&answer.status)
    });
    listed && answer.header("x-request-id").is_none()
}
