//! The endpoints of API keys, and who asks.

use crate::api::keys;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const SHOW_ME: Operation = Operation::new(OperationGroup::Keys, "showMe", "Show the caller")
    .description(
        "Any valid key may ask. A key may do what its scopes say, as far as the role of its owner allows it at this \
         moment, on its domains.",
    )
    .answers(&[(200, answers::ME)]);

pub(super) const LIST_KEYS: Operation = Operation::new(OperationGroup::Keys, "listKeys", "List keys")
    .description("In no particular order, revoked keys included. With `owner` a page may be empty without being the last.")
    .parameters(&[parameters::OWNER_OF_KEYS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::KEY_LIST)]);

pub(super) const CREATE_KEY: Operation = Operation::new(OperationGroup::Keys, "createKey", "Create a key")
    .description(
        "`secret` of the answer is the whole key. No other response contains it: hop stores an HMAC of it under the \
         pepper. A key never has more rights than the one that creates it: its scopes are among those, and it does not end \
         later. A key for another user needs the role admin, or the role owner if that user is an admin or an owner. \
         Anything else is 403 `forbidden`. A key for another user is valid only while its creator is active and still \
         has that role. It stops working when its creator is disabled, deleted or demoted, or when its owner becomes \
         an admin, and works again when that is undone. A key that was created with such a key also depends on its \
         creator; `issuers` names all these users. A key may depend on at most two users besides its owner; more is \
         403 `forbidden`. Keys that the bootstrap admin creates depend on their owner alone. There is no \
         `Idempotency-Key`, since the answer would have to be stored: if an answer is lost, revoke the key and create \
         another.",
    )
    .body::<keys::NewKey>("new-key")
    .answers(&[(201, answers::KEY_CREATED)]);

pub(super) const SHOW_KEY: Operation = Operation::new(OperationGroup::Keys, "showKey", "Show a key").answers(&[(200, answers::KEY)]);

pub(super) const REVOKE_KEY: Operation = Operation::new(OperationGroup::Keys, "revokeKey", "Revoke a key").description(
    "For good, and at once where writes are visible at once (`/capabilities`). The record of the key stays and \
         has the time. Revoking again is 204 again. Only owners revoke the keys of owners: otherwise it is 403 \
         `forbidden`.",
);
