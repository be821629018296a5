//! The endpoints of single links.

use crate::api::links;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const SHORTEN: Operation = Operation::new(OperationGroup::Links, "shorten", "Shorten a URL")
    .description(
        "Creates a link with a generated alias on the default domain. While the setting `HOP_PUBLIC_SHORTEN` is on, anybody \
         may do so without a credential, as often as the rate limits `public-shorten` and `public-shorten-all` allow. \
         Such a link has no owner, and an `Idempotency-Key` is ignored. `/capabilities` says whether it is on.",
    )
    .body::<links::ShortenBody>("shorten")
    .answers(&[(201, answers::SHORTENED)]);

pub(super) const LIST_LINKS: Operation = Operation::new(OperationGroup::Links, "listLinks", "List links")
    .description(
        "The links of a domain, newest first. All filters apply together; deleted links are listed with \
         `state=deleted` only. With `prefix`, and neither `q` nor `tag` nor a user as `owner`, the links are in the order of \
         their aliases. With `q` a page may find little among the links that it examines: `search` in `/capabilities` says \
         whether words are indexed, and `examined` shows the progress. If more than a thousand words that begin like those \
         of `q` are added during the listing, a cursor may become invalid (422). A link that exists during the whole \
         listing is listed exactly once, even if others come and go.",
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
        parameters::SEARCH,
        parameters::LIMIT,
        parameters::CURSOR,
    ])
    .answers(&[(200, answers::LINK_LIST)]);

pub(super) const CREATE_LINK: Operation = Operation::new(OperationGroup::Links, "createLink", "Create a link")
    .description(
        "Without an `alias` hop generates one of six characters, or a longer one if those are taken. An alias that \
         belonged to another link is used only with `reuse`. With `find_if_exists` hop first looks for a link with \
         the same owner, domain, target and settings, and the same alias if one is given, and answers with that link. \
         Two such requests at the same moment may still create two links, and of very many links to one target only \
         the newest are examined. With `update_if_exists` the link with the same `external_id` is changed. A new link \
         takes a unit of each quota of the key and of the user: 429 `quota_exceeded` if none is left. A creation that \
         fails at the last step may use one up. A repetition with the same `Idempotency-Key` that finds its link takes \
         none.",
    )
    .body::<links::CreateBody>("new-link")
    .answers(&[(200, answers::LINK_FOUND), (201, answers::LINK_CREATED), (409, answers::CREATION_CONFLICT)]);

pub(super) const SHOW_LINK: Operation = Operation::new(OperationGroup::Links, "showLink", "Show a link")
    .description(
        "Deleted links are shown too, with the `state` `deleted`. An old alias of a link is 404; `detail` names its \
         current alias.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::LINK)]);

pub(super) const CHANGE_LINK: Operation = Operation::new(OperationGroup::Links, "changeLink", "Change a link")
    .description(
        "A merge patch: the fields in it are changed, the others stay, and `null` resets a field. A patch that \
         changes nothing leaves the version as it is. With an `alias` or a `domain` the link moves there with \
         everything it has; the other fields of the patch are changed in the same commit. A deleted link is 410: \
         restore it first.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::LinkPatch>("link-patch")
    .answers(&[(200, answers::LINK_WRITTEN), (409, answers::ALIAS_CONFLICT)]);

pub(super) const DELETE_LINK: Operation = Operation::new(OperationGroup::Links, "deleteLink", "Delete a link")
    .description(
        "Deleting it again is 204 too. The link can be restored, and its alias stays reserved: creating a link with it \
         is 409 `alias_retired`, unless the request has `reuse`. Deleting an old alias ends its forwarding, and the \
         link stays. With `If-Match` an old alias is 404, since a version belongs to the link. With `erase=true` \
         nothing of the link stays, whether it is live or deleted: its history and its clicks are erased, and its \
         alias is free. Erasing it again is 404. Four things outlast an erasure: an answer stored under an \
         `Idempotency-Key` shows the link for the rest of its day; `/robots.txt` names its alias for up to six \
         minutes; an old alias keeps the identifier and the last alias of the link, stays taken while it forwards, and \
         is not used again without `reuse`, so delete old aliases too; and if hop crashes during a move of the link at \
         that moment, a hidden copy may stay until another link takes the new alias. Erasing a link with a long \
         history, or one that has moved or reused aliases, may answer 503: repeat the request. From the first request on \
         the link redirects nowhere, but a data centre that has cached it may serve it as long as after an edit \
         (`promises` in `/capabilities`). Its entry expires within a day.",
    )
    .parameters(&[parameters::DOMAIN, parameters::ERASE]);

pub(super) const RESTORE_LINK: Operation = Operation::new(OperationGroup::Links, "restoreLink", "Restore a deleted link")
    .description("Restores the link with all its settings. Restoring a link that is not deleted changes nothing.")
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::LINK_WRITTEN)]);

pub(super) const LINK_HISTORY: Operation = Operation::new(OperationGroup::Links, "linkHistory", "Show the history of a link")
    .description(
        "The versions of a link, newest first, including the current one; also of a deleted link. At most the latest \
         50, and fewer if the operation budget of the request is small (`/capabilities`). Clicks create no version.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::HISTORY)]);

pub(super) const EXPLAIN_LINK: Operation = Operation::new(OperationGroup::Links, "explain", "Explain where a visitor would be redirected")
    .description(
        "Makes the same decision as for a real visitor, but counts no click, takes none from a click limit and stores \
         nothing. The whole body has at most 64 KiB.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::VisitorBody>("supposed")
    .answers(&[(200, answers::EXPLANATION)]);

pub(super) const LINK_QR: Operation = Operation::new(OperationGroup::Links, "linkQr", "Show a link as a QR code")
    .description(
        "A QR code of `short_url`. It stays valid as long as the link keeps its alias, and after a move that keeps \
         the old alias; the target of the link may change. A deleted link is 410, as it is for visitors. Links that \
         are disabled, ended or not yet started have a code. The error correction is that of `level`, or a higher one \
         if the code does not become larger. Colours that a camera cannot distinguish, or light modules on a dark \
         background, are refused, and so is a `size` with less than a pixel for each module. With a `margin` of less \
         than 4, the page around the picture must add the missing margin in the colour of `background`.",
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

pub(super) const ALIAS_AVAILABILITY: Operation =
    Operation::new(OperationGroup::Links, "aliasAvailability", "Check whether an alias is available")
        .description(
            "Makes the same decision as creating a link. Another request may still claim the alias first: only creating a \
         link claims it.",
        )
        .parameters(&[parameters::ANY_ALIAS, parameters::DOMAIN])
        .answers(&[(200, answers::AVAILABILITY)]);
