//! The endpoints of API keys and of the caller.

use crate::api::keys;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const SHOW_ME: Operation = Operation::new(OperationGroup::Keys, "showMe", "Show the caller")
    .description(
        "Any valid key and any signed-in user may call this. The rights of a key are those of its scopes that the current role of its owner \
         allows, on its domains.",
    )
    .answers(&[(200, answers::ME)]);

pub(super) const LIST_KEYS: Operation = Operation::new(OperationGroup::Keys, "listKeys", "List keys")
    .description("In no particular order, revoked keys included. With `owner` a page may be empty without being the last.")
    .parameters(&[parameters::OWNER_OF_KEYS, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::KEY_LIST)]);

pub(super) const CREATE_KEY: Operation = Operation::new(OperationGroup::Keys, "createKey", "Create a key")
    .description(
        "`secret` of the answer is the whole key. No other response contains it: hop stores only its HMAC under the \
         pepper. A key never has more rights than the key that creates it: it gets no other scopes, and does not \
         expire later. A key for another user needs the role admin, or the role owner if that user is an admin or an owner. \
         Anything else is 403 `forbidden`. A key for another user is valid only while its creator is active and still \
         has that role. It stops working when its creator is disabled, deleted or demoted, or when its owner becomes \
         an admin, and works again when that is undone. A key that was created with such a key also depends on its \
         creator; `issuers` names all these users. A key may depend on at most two users besides its owner; more is \
         403 `forbidden`. Keys that the bootstrap admin creates depend on their owner alone. There is no \
         `Idempotency-Key`, since hop would have to store the answer: if an answer is lost, revoke the key and create \
         another.",
    )
    .body::<keys::NewKey>("new-key")
    .answers(&[(201, answers::KEY_CREATED)]);

pub(super) const SHOW_KEY: Operation = Operation::new(OperationGroup::Keys, "showKey", "Show a key").answers(&[(200, answers::KEY)]);

pub(super) const REVOKE_KEY: Operation = Operation::new(OperationGroup::Keys, "revokeKey", "Revoke a key").description(
    "Revokes a key for ever, and at once on an edge whose writes are visible at once (`/capabilities`). The record of \
         the key stays, with the time. Revoking it again is 204 too. Only owners can revoke the keys of owners; \
         otherwise the answer is 403 `forbidden`.",
);
