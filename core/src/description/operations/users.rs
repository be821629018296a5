//! The endpoints of users.

use crate::api::users;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LIST_USERS: Operation = Operation::new(OperationGroup::Users, "listUsers", "List users")
    .description(
        "In the order of their identifiers. A page may be short or empty and still have a `next`. After a change of \
         the pepper, listing or showing users also claims their addresses under the new one.",
    )
    .parameters(&[parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::USER_LIST)]);

pub(super) const CREATE_USER: Operation = Operation::new(OperationGroup::Users, "createUser", "Create a user")
    .description(
        "A key needs every scope, and only owners can create users with the role admin or owner; otherwise the \
         answer is 403 `forbidden`. The answer has the token of an invitation, which no other response contains and \
         which is valid for a week. Addresses are compared without regard to case, width and style. If two requests \
         have the same address, one of them is refused with `email_taken`.",
    )
    .body::<users::NewUser>("new-user")
    .answers(&[(201, answers::USER_INVITED), (409, answers::EMAIL_TAKEN)]);

pub(super) const SHOW_USER: Operation = Operation::new(OperationGroup::Users, "showUser", "Show a user").answers(&[(200, answers::USER)]);

pub(super) const CHANGE_USER: Operation = Operation::new(OperationGroup::Users, "changeUser", "Change a user")
    .description(
        "A merge patch: the fields in it are changed, the others stay. A key that raises a role needs every scope. \
         Only owners can make a user an admin or an owner, and a user with a higher role than the caller cannot be \
         changed; otherwise the answer is 403 `forbidden`. An open invitation of a viewer or an editor ends when \
         they become an admin or an owner: invite them again. The last owner cannot get another role (`last_owner`). \
         A role cannot be lowered with a key that depends on that user and would stop working (`key_in_use`): see \
         `issuers` of the key. An owner cannot be disabled, and a user who is being deleted cannot be changed \
         (`user_state`). After a 503 a new role may be set in part: repeat the request.",
    )
    .body::<users::UserPatch>("user-patch")
    .answers(&[(200, answers::USER), (409, answers::USER_CHANGE_CONFLICT)]);

pub(super) const DELETE_USER: Operation = Operation::new(OperationGroup::Users, "deleteUser", "Delete a user")
    .description(
        "None of the user's keys is valid from the first request on. Then their links on every domain, deleted and \
         blocked ones included, get the new owner, as many in one request as its store operations allow. While some \
         are left, the answer is 503 `budget_exhausted` with `Retry-After: 0`, and the same request continues. In the \
         end only the identifier is left, and the address is free. An owner cannot be deleted: give them another role \
         first.",
    )
    .parameters(&[parameters::LINKS_TO])
    .answers(&[(409, answers::USER_CONFLICT)]);

pub(super) const INVITE_USER: Operation = Operation::new(OperationGroup::Users, "inviteUser", "Invite a user again")
    .description(
        "Replaces the previous invitation. A key needs every scope, and only owners can invite admins and owners; \
         otherwise the answer is 403 `forbidden`. The answer has the token of an invitation, which no other response \
         contains and which is valid for a week. A user who is disabled or has accepted an invitation cannot be \
         invited (`user_state`).",
    )
    .answers(&[(201, answers::USER_INVITED), (409, answers::USER_CONFLICT)]);

pub(super) const ISSUE_RESET: Operation = Operation::new(OperationGroup::Users, "issueReset", "Issue a password reset")
    .description(
        "Replaces the previous reset. The answer has a one-time token, which no other response contains and which is \
         valid for a day. Hand it to the user, who sets a new password with it. Until then their password works. A \
         key needs every scope, and only owners can reset the passwords of admins and owners; otherwise the answer is \
         403 `forbidden`.",
    )
    .answers(&[(201, answers::RESET_ISSUED), (409, answers::USER_CONFLICT)]);
