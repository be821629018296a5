//! The endpoints of visitors: following a link, and what its pages send.

use serde_json::{Value, json};

use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};
use crate::message::body::component;

pub(super) const FOLLOW_LINK: Operation = Operation::new(OperationGroup::Visitors, "follow", "Follow a link")
    .description(
        "Redirects to the target of the first rule that holds, or else to the target of the link. A `GET` that is \
         redirected counts as a click; a `HEAD` never does. `/{alias}/{rest}` is 404 unless the link uses its path: \
         by `forward_path`, or by `{path}` in a target. Before its start a link is 404. A link that has ended, is \
         disabled or used up is 410, or redirects to its `fallback`; a blocked link is 410. A link that first asks \
         for something answers 200 with a page that does so: for its password, for a confirmation (`confirm`), or, if \
         its clicks are limited, for a person, which bots, previews and `HEAD` are not. A browser that loads such a \
         link ahead gets 403, since it would keep the page. A preview gets the `card` of the link. An old alias of a \
         moved link redirects to where the link redirects now if the link kept that alias; otherwise it is 410. A 404 \
         may suggest the link that was meant: without a full stop or the like at its end, or in small letters. \
         Instead of 404 and 410 a domain may redirect visitors elsewhere, with 302; that is no click.",
    )
    .answers(&[
        (200, answers::SHOWN),
        (301, answers::REDIRECT),
        (302, answers::REDIRECT),
        (307, answers::REDIRECT),
        (308, answers::REDIRECT),
    ]);

pub(super) const SUBMIT_FORM: Operation = Operation::new(OperationGroup::Visitors, "submit", "Submit the form of a link")
    .description(
        "Receives what the pages of a link send. The right password answers 303 to the same address, with a cookie \
         that opens the link for an hour. At most sixty passwords can be tried from one network in a quarter of an \
         hour. The confirmation of a link with `confirm` spends a click and answers 303 to the target. A form from a \
         page of another site is refused.",
    )
    .parameters(&[parameters::ORIGIN, parameters::SEC_FETCH_SITE])
    .body_schema(form)
    .answers(&[(200, answers::SHOWN), (303, answers::ONWARD)]);

pub(super) const PREVIEW_LINK: Operation = Operation::new(OperationGroup::Visitors, "preview", "Preview a link")
    .description(
        "Shows where this visitor would be redirected, without a redirect; it is no click. The target is not shown if \
         the link has a click limit, or a password that the visitor has not entered yet.",
    )
    .answers(&[(200, answers::SHOWN)]);

/// The form of a link's page.
fn form() -> Value {
    let password = json!({"type": "string", "description": "Password of the link, if it has one."});
    let description = "What the page of a link sends. Other fields are ignored.";
    component("Form", json!({"type": "object", "description": description, "properties": {"password": password}}))
}
