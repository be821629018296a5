//! The endpoints of single links.

use crate::api::links;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const SHORTEN: Operation = Operation::new(Tag::Links, "shorten", "Shorten a URL")
    .description("The one-line way in: a generated alias on the default domain.")
    .body::<links::ShortenBody>("shorten")
    .answers(&[(201, answers::SHORTENED)]);

pub(super) const LIST_LINKS: Operation = Operation::new(Tag::Links, "listLinks", "List links")
    .description(
        "The links of a domain, newest first. All filters hold together; deleted links are shown with \
             `state=deleted` alone. With `prefix` and neither `tag` nor a user as `owner`, the order is that of \
             the aliases. While links come and go, one that was there all the time is seen once.",
    )
    .parameters(&[
        parameters::DOMAIN,
        parameters::TAG,
        parameters::TAGS,
        parameters::OWNER,
        parameters::STATE,
        parameters::CREATED_FROM,
        parameters::CREATED_TO,
        parameters::PREFIX,
        parameters::LIMIT,
        parameters::CURSOR,
    ])
    .answers(&[(200, answers::LINK_LIST)]);

pub(super) const CREATE_LINK: Operation = Operation::new(Tag::Links, "createLink", "Create a link")
    .description(
        "Without an `alias` hop generates one of six characters, or more when those are taken. An alias that \
             another link had before is taken only with `reuse`. With `find_if_exists` hop first looks for a link \
             of the same owner, domain and target, with the same said of it and the same alias if one is asked \
             for, and answers with that. Two such requests at the same moment may still make two links, and of \
             very many links to one target only the newest are looked at. With `update_if_exists` it changes the \
             link that has the same `external_id`.",
    )
    .body::<links::CreateBody>("new-link")
    .answers(&[(200, answers::LINK_FOUND), (201, answers::LINK_CREATED), (409, answers::CREATION_CONFLICT)]);

pub(super) const SHOW_LINK: Operation = Operation::new(Tag::Links, "showLink", "Show a link")
    .description(
        "Deleted links too, with `state` `deleted`. Under an alias that it has left, a link is not found; \
             `detail` names the alias it has now.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::LINK)]);

pub(super) const CHANGE_LINK: Operation = Operation::new(Tag::Links, "changeLink", "Change a link")
    .description(
        "A merge patch: what it names is changed, the rest stays, `null` sets a field back. A change that \
             changes nothing leaves the version as it is. With an `alias` or a `domain` the link moves there, \
             with all it is; what else the patch says is changed along with it. A deleted link is 410: restore it \
             first.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::LinkPatch>("link-patch")
    .answers(&[(200, answers::LINK_WRITTEN), (409, answers::ALIAS_CONFLICT)]);

pub(super) const DELETE_LINK: Operation = Operation::new(Tag::Links, "deleteLink", "Delete a link")
    .description(
        "Deleting again is 204 again. The link can be restored, and its alias is not handed on: creating a \
             link under it is 409 `alias_retired`, unless it says `reuse`. Under an alias that a link has left, \
             this ends the forwarding; the link stays. With `If-Match` it is 404 there: who has seen a version \
             means the link. With `erase=true` nothing of the link stays, live or deleted: its history and its \
             clicks are gone, and its alias is free for anybody. Erasing it again is 404. Four things outlast it: \
             an answer kept under an `Idempotency-Key` tells the link until the day is over; `/robots.txt` names \
             its alias for up to six minutes; an old alias keeps the link's id and last alias, stays taken while \
             it forwards and is not handed on without `reuse`: delete old aliases too; and if hop dies over a \
             move of the link that is under way at that moment, a copy that nobody is shown may stay until \
             another link takes the new alias. A link with a long history, or that has moved or reused aliases, \
             may answer 503 and want the request repeated; it leads nowhere from the first one on. Copies near \
             visitors forget it within a day.",
    )
    .parameters(&[parameters::DOMAIN, parameters::ERASE]);

pub(super) const RESTORE_LINK: Operation = Operation::new(Tag::Links, "restoreLink", "Restore a deleted link")
    .description("It comes back as it was. Restoring a link that is not deleted changes nothing.")
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::LINK_WRITTEN)]);

pub(super) const LINK_HISTORY: Operation = Operation::new(Tag::Links, "linkHistory", "Show what a link was")
    .description(
        "Its versions, newest first, the present one among them; also of a deleted link. At most the latest \
             50, or as many as the edge looks at together: 24 on Fastly. Clicks make no version.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::HISTORY)]);

pub(super) const EXPLAIN_LINK: Operation = Operation::new(Tag::Links, "explain", "Explain where a visitor would be led, and why")
    .description(
        "It is decided by what decides it for real visitors; nothing is counted, spent or stored. What a \
             field leaves out the visitor does not bring. The whole body has at most 64 KiB.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::VisitorBody>("supposed")
    .answers(&[(200, answers::EXPLANATION)]);

pub(super) const LINK_QR: Operation = Operation::new(Tag::Links, "linkQr", "Show a link as a QR code")
    .description(
        "A picture of `short_url`. It stays right for as long as the link keeps its alias, and after a move \
             that keeps the old one; where the link leads may change. A deleted link is 410, as it is for whoever \
             follows it; links that are off, ended or yet to start have their code. The picture is as much as \
             `level` asks for, and more where that makes it no larger. Colours that a camera cannot tell apart, \
             or that are light on dark, are refused, and so is a `size` with less than a pixel for each module. \
             Without the `margin` of 4 the page around the picture has to leave that much room in the colour of \
             its `background`.",
    )
    .parameters(&[
        parameters::DOMAIN,
        parameters::SIZE,
        parameters::MARGIN,
        parameters::LEVEL,
        parameters::COLOR,
        parameters::BACKGROUND,
        parameters::QR_FORMAT,
    ])
    .answers(&[(200, answers::PICTURE)]);

pub(super) const ALIAS_AVAILABILITY: Operation = Operation::new(Tag::Links, "aliasAvailability", "Ask whether an alias is free")
    .description(
        "By the same verdict that creating a link goes by. Somebody else may be quicker: only creating a link \
             gets its alias.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::AVAILABILITY)]);
