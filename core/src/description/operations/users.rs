//! The endpoints of users.

use crate::api::users;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const LIST_USERS: Operation = Operation::new(Tag::Users, "listUsers", "List users")
    .description(
        "In the order of their ids. A page may be short, or empty, and have a `next`. After the pepper was \
             changed, listing or showing users also claims their addresses under the new one.",
    )
    .parameters(&[parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::USER_LIST)]);

pub(super) const CREATE_USER: Operation = Operation::new(Tag::Users, "createUser", "Create a user")
    .description(
        "Only owners create users with the role admin or owner (403 `forbidden`). The answer holds the token \
             of an invitation, which is told this once and holds for a week. The address is compared without \
             regard to capitals, width and style. Of two requests for one address one is refused as \
             `email_taken`.",
    )
    .body::<users::NewUser>("new-user")
    .answers(&[(201, answers::USER_INVITED), (409, answers::EMAIL_TAKEN)]);

pub(super) const SHOW_USER: Operation = Operation::new(Tag::Users, "showUser", "Show a user").answers(&[(200, answers::USER)]);

pub(super) const CHANGE_USER: Operation = Operation::new(Tag::Users, "changeUser", "Change a user")
    .description(
        "A merge patch: what it names is changed, the rest stays. Only owners raise somebody to admin or \
             owner, and nobody changes who has a role above their own (403 `forbidden`). An open invitation of a \
             viewer or an editor ends when they become an admin or an owner: invite them again. The last owner \
             stays one (`last_owner`). Nobody is lowered with a key that rests on them and would stop working \
             (`key_in_use`): see `issuers` of the key. An owner is not disabled, and who is being deleted is not \
             changed (`user_state`). If the answer is 503 a new role may be there halfway: repeat the request.",
    )
    .body::<users::UserPatch>("user-patch")
    .answers(&[(200, answers::USER), (409, answers::USER_CHANGE_CONFLICT)]);

pub(super) const DELETE_USER: Operation = Operation::new(Tag::Users, "deleteUser", "Delete a user")
    .description(
        "From the first request on none of their keys is valid. Then their links, deleted and blocked ones \
             too, are handed over on every domain, so many in one request as the edge allows: while some are left \
             the answer is 503 with `Retry-After`, and the same request goes on from there. Then nothing is left \
             but the id, and the address is free. An owner is not deleted: give them another role first.",
    )
    .parameters(&[parameters::LINKS_TO])
    .answers(&[(409, answers::USER_CONFLICT)]);

pub(super) const INVITE_USER: Operation = Operation::new(Tag::Users, "inviteUser", "Invite a user again")
    .description(
        "Takes the place of the invitation before. Only owners invite admins and owners (403 `forbidden`). \
             The answer holds the token of an invitation, which is told this once and holds for a week. Whoever \
             is not let in or has signed in is not invited (`user_state`).",
    )
    .answers(&[(201, answers::USER_INVITED), (409, answers::USER_CONFLICT)]);
