//! The endpoints of visitors: following a link, and what its pages send.

use serde_json::{Value, json};

use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};
use crate::message::body::component;

pub(super) const FOLLOW_LINK: Operation = Operation::new(Tag::Visitors, "follow", "Follow a link")
    .description(
        "Whoever is led on by a GET has clicked; a HEAD never counts. Where the link leads is decided by its \
             rules, then by its target. `/{alias}/{rest}` is 404 unless the link uses its path: `forward_path`, \
             or `{path}` in a target. Before its start a link is 404. Once ended, disabled or used up it is 410, \
             or leads to its `fallback`; a blocked one is 410. A link that asks for something first answers 200 \
             with a page that does: for its password, for the press of a button (`confirm`), or, if clicks are \
             limited, for a person, which bots, previews and HEAD are not; a browser that looks ahead gets 403 \
             there, since it would keep a page. A preview gets the link's `card`. An alias that a link has left \
             leads where the link leads now if the link kept it, else it is 410. A 404 may name the link that was \
             meant: without a full stop or the like at its end, or in small letters. Instead of 404 and 410 a \
             domain may send visitors elsewhere, with 302; that is no click.",
    )
    .answers(&[
        (200, answers::SHOWN),
        (301, answers::REDIRECT),
        (302, answers::REDIRECT),
        (307, answers::REDIRECT),
        (308, answers::REDIRECT),
    ]);

pub(super) const SUBMIT_FORM: Operation = Operation::new(Tag::Visitors, "submit", "Press the button, or say the password")
    .description(
        "What the pages of a link send. The right password answers 303 to the same address with a cookie that \
             opens the link for an hour; at most sixty may be tried from one network in a quarter of an hour. The \
             button of a link with `confirm` spends a click and answers 303 to the target. A form of another \
             site's page is refused.",
    )
    .parameters(&[parameters::ORIGIN, parameters::SEC_FETCH_SITE])
    .body_schema(form)
    .answers(&[(200, answers::SHOWN), (303, answers::ONWARD)]);

pub(super) const PREVIEW_LINK: Operation = Operation::new(Tag::Visitors, "preview", "See where a link leads")
    .description(
        "Where this visitor would be led, without going there; it is no click. The target of a link with a \
             limit is not told, nor that of one with a password before it was said.",
    )
    .answers(&[(200, answers::SHOWN)]);

/// The form of a link's page.
fn form() -> Value {
    let password = json!({"type": "string", "description": "Password of the link, if it has one."});
    let description = "What the page of a link sends. Other fields are ignored.";
    component("Form", json!({"type": "object", "description": description, "properties": {"password": password}}))
}
