//! The endpoints of visitors: following a link, submitting a form, previewing a link.

use serde_json::{Value, json};

use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};
use crate::message::body::component;

pub(super) const FOLLOW_LINK: Operation = Operation::new(OperationGroup::Visitors, "follow", "Follow a link")
    .description(
        "Redirects to the target of the first rule that matches, or else to the target of the link. A `GET` that is \
         redirected counts as a click; a `HEAD` never does. `/{alias}/{rest}` is 404 unless the link uses the path, \
         with `forward_path` or with `{path}` in a target. Before its start a link is 404. A link that has ended, is \
         disabled or has used up its clicks is 410, or redirects to its `fallback`; a blocked link is 410. Some links \
         answer 200 with a page instead: it asks for the password or for a confirmation (`confirm`). A link with a \
         click limit redirects only people; bots, previews and `HEAD` get a page. A browser that prefetches such a \
         link gets 403, since it would keep the page. A preview gets the `card` of the link. An old alias of a moved \
         link redirects like the link itself if the move kept the alias; otherwise it is 410. A 404 may suggest the \
         link that was meant: without punctuation at the end of the address, or in small letters. Instead of 404 and \
         410 a domain may redirect visitors elsewhere, with 302; that is not a click. Instead of any redirect to a host \
         on the blocklist, or to another link shortener, the answer is 403 `blocked_target`: a warning page for a browser. \
         On Workers a network that asks for very many unknown aliases gets 429 instead of 404.",
    )
    .parameters(&[parameters::REFERER, parameters::SEC_FETCH_MODE])
    .answers(&[
        (200, answers::SHOWN),
        (301, answers::REDIRECT),
        (302, answers::REDIRECT),
        (307, answers::REDIRECT),
        (308, answers::REDIRECT),
        (403, answers::REFUSED_VISIT),
    ]);

pub(super) const SUBMIT_FORM: Operation = Operation::new(OperationGroup::Visitors, "submit", "Submit the form of a link")
    .description(
        "Receives the forms of the pages of a link. The answer to the right password is 303 to the same address, with \
         a cookie that opens the link for an hour. Passwords are rate limited: by default a network may try 60 in 15 minutes. \
         The answer to the confirmation of a link with `confirm` is 303 to the target, and it counts as a click. A \
         form from a page of another site is refused.",
    )
    .parameters(&[parameters::ORIGIN, parameters::SEC_FETCH_SITE])
    .body_schema(form)
    .answers(&[(200, answers::SHOWN), (303, answers::ONWARD), (403, answers::REFUSED_VISIT)]);

pub(super) const PREVIEW_LINK: Operation = Operation::new(OperationGroup::Visitors, "preview", "Preview a link")
    .description(
        "Shows where this visitor would be redirected, without a redirect. It is not a click. The target is not shown \
         if the link has a click limit, or a password that the visitor has not entered yet. The answer is 403 \
         `blocked_target` if the redirect would go to a host on the blocklist, or to another link shortener.",
    )
    .answers(&[(200, answers::SHOWN), (403, answers::BLOCKED_TARGET)]);

/// The schema of the forms on the pages of a link.
fn form() -> Value {
    let password = json!({"type": "string", "description": "Password of the link, if it has one."});
    let description = "The form of a page of a link. Other fields are ignored.";
    component("Form", json!({"type": "object", "description": description, "properties": {"password": password}}))
}
