//! The endpoints of API keys, and who asks.

use crate::api::keys;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const SHOW_ME: Operation = Operation::new(Tag::Keys, "showMe", "Show who is asking")
    .description(
        "Whoever hop knows may ask. What a key may do is its scopes, as far as its owner's role goes at this \
             moment, on its domains.",
    )
    .answers(&[(200, answers::ME)]);

pub(super) const LIST_KEYS: Operation = Operation::new(Tag::Keys, "listKeys", "List keys")
    .description(
        "In no order that means anything, those that are revoked too. With `owner` a page may be empty and \
             not the last.",
    )
    .parameters(&[parameters::OWNER_OF_KEYS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::KEY_LIST)]);

pub(super) const CREATE_KEY: Operation = Operation::new(Tag::Keys, "createKey", "Make a key")
    .description(
        "The answer has the whole key in `secret`, and nothing has it ever again: hop keeps an HMAC of it \
             under the pepper. Nobody makes a key that may more than they themselves: its scopes are among one's \
             own, and it ends no later than the key that makes it. A key for another user takes the role admin, \
             and the role owner if that user is an admin or an owner. Each of these is 403 `forbidden`. A key for \
             another user is valid only as long as its creator is active and still has that role: a creator who \
             is disabled, deleted or demoted, or a key's owner who becomes an admin, ends it, and it is valid \
             again once that is undone. A key made with such a key also needs its creator; `issuers` of a key \
             names all of them. At most two users besides its owner may be needed for a key; what would need more \
             is 403 `forbidden`. Keys that the bootstrap admin makes need nobody but their owner. There is no \
             `Idempotency-Key` here, since the answer would have to be kept: a key whose answer was lost is \
             revoked, and another made.",
    )
    .body::<keys::NewKey>("new-key")
    .answers(&[(201, answers::KEY_CREATED)]);

pub(super) const SHOW_KEY: Operation = Operation::new(Tag::Keys, "showKey", "Show a key").answers(&[(200, answers::KEY)]);

pub(super) const REVOKE_KEY: Operation = Operation::new(Tag::Keys, "revokeKey", "Revoke a key").description(
    "For good, and at once where what was written is read at once (`/capabilities`). Its record stays and \
             says when. A key that is revoked already is 204 again. An owner's keys are revoked by owners alone: \
             403 `forbidden`.",
);
