//! The endpoints of accounts and sessions.

use crate::api::account;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const SET_UP: Operation = Operation::new(OperationGroup::Accounts, "setUp", "Create the first owner")
    .description(
        "Only for the bootstrap admin, and only while the deployment has no owner; then the answer is 409 `user_state`. \
         If the answer is lost or is 503, send the same request again.",
    )
    .body::<account::Setup>("setup")
    .answers(&[(201, answers::FIRST_OWNER), (409, answers::SET_UP_CONFLICT)]);

pub(super) const ACCEPT_INVITATION: Operation = Operation::new(OperationGroup::Accounts, "acceptInvitation", "Accept an invitation")
    .description(
        "Sets the first password of the user and signs them in. The invitation is used up. If the answer is lost, sign \
         in with the password.",
    )
    .body::<account::Acceptance>("acceptance")
    .answers(&[(200, answers::SIGNED_IN), (403, answers::OTHER_SITE)]);

pub(super) const LOGIN: Operation = Operation::new(OperationGroup::Accounts, "login", "Sign in")
    .description(
        "The answer is the same, and one password is hashed, whether the address is unknown, the password is wrong, or the \
         user is disabled or has not accepted an invitation. With `browser` the refresh token goes into the cookie \
         `__Host-hop-refresh`, and `refresh_token` is null.",
    )
    .body::<account::Login>("login")
    .answers(&[(200, answers::SIGNED_IN), (403, answers::OTHER_SITE)]);

pub(super) const TOKEN: Operation = Operation::new(OperationGroup::Accounts, "token", "Continue a session")
    .description(
        "Returns a new access token and the next refresh token. Without `refresh_token` the cookie is read; only pages of \
         the deployment itself may use it. If an answer is lost, send the same token again. 503 `store_unavailable` may \
         mean that the store does not show a new session yet: send the same token again.",
    )
    .parameters(&[parameters::REFRESH_COOKIE])
    .body::<account::TokenRequest>("token-request")
    .answers(&[(200, answers::SIGNED_IN), (403, answers::OTHER_SITE)]);

pub(super) const LOGOUT: Operation = Operation::new(OperationGroup::Accounts, "logout", "Sign out")
    .description(
        "Ends the session of a refresh token, or all sessions of its user. Without `refresh_token` the cookie is read; \
         only pages of the deployment itself may use it. An access token of the session can still read for up to 15 \
         minutes, and cannot change anything.",
    )
    .parameters(&[parameters::REFRESH_COOKIE])
    .body::<account::Logout>("logout")
    .answers(&[(204, answers::SIGNED_OUT), (403, answers::OTHER_SITE)]);

pub(super) const CHANGE_PASSWORD: Operation = Operation::new(OperationGroup::Accounts, "changePassword", "Change the password")
    .description("Only for a signed-in user. All their other sessions end. A wrong current password is 403 `forbidden`.")
    .body::<account::PasswordChange>("password-change")
    .answers(&[(403, answers::WRONG_PASSWORD)]);

pub(super) const RESET_PASSWORD: Operation = Operation::new(OperationGroup::Accounts, "resetPassword", "Reset a forgotten password")
    .description("Sets a new password with the one-time token of an admin. All sessions of the user end.")
    .body::<account::PasswordReset>("password-reset");

pub(super) const LIST_SESSIONS: Operation = Operation::new(OperationGroup::Accounts, "listSessions", "List the sessions of the caller")
    .description("Only for a signed-in user. Oldest first, without those that have ended.")
    .parameters(&[parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::SESSION_LIST)]);

pub(super) const END_SESSION: Operation = Operation::new(OperationGroup::Accounts, "endSession", "End a session of the caller")
    .description("Only for a signed-in user. An access token of the session can still read for up to 15 minutes.");
