//! Problem codes: the stable names of all problems, each with its status, title and remedy.

use http::StatusCode;

/// The stable name of a problem. Programs switch on it, and the page `/problems/{code}` explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "`info` explains each name")]
pub enum ProblemCode {
    MalformedJson,
    InvalidFields,
    AliasTaken,
    AliasRetired,
    DomainTaken,
    DomainInUse,
    EmailTaken,
    LastOwner,
    UserState,
    KeyInUse,
    HostListed,
    ReportResolved,
    VersionMismatch,
    IdempotencyReused,
    IdempotencyInFlight,
    Unauthenticated,
    Forbidden,
    NotFound,
    LinkEnded,
    BlockedTarget,
    UnknownHost,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMediaType,
    RateLimited,
    QuotaExceeded,
    StoreUnavailable,
    BudgetExhausted,
    NotConfigured,
    Internal,
}

/// Everything that is the same for all problems with one code.
pub(crate) struct CodeInfo {
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// What the reader can do about it. The page of the code and docs/openapi.json show it.
    pub(crate) remedy: &'static str,
}

impl ProblemCode {
    /// All codes.
    pub const ALL: [Self; 30] = [
        Self::MalformedJson,
        Self::InvalidFields,
        Self::AliasTaken,
        Self::AliasRetired,
        Self::DomainTaken,
        Self::DomainInUse,
        Self::EmailTaken,
        Self::LastOwner,
        Self::UserState,
        Self::KeyInUse,
        Self::HostListed,
        Self::ReportResolved,
        Self::VersionMismatch,
        Self::IdempotencyReused,
        Self::IdempotencyInFlight,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::LinkEnded,
        Self::BlockedTarget,
        Self::UnknownHost,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::QuotaExceeded,
        Self::StoreUnavailable,
        Self::BudgetExhausted,
        Self::NotConfigured,
        Self::Internal,
    ];

    /// The name in the field `code` and in the address of the page that explains it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The HTTP status of responses with this code.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.info().status
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    pub(crate) fn info(self) -> CodeInfo {
        let (name, status, title, remedy) = match self {
            Self::MalformedJson => (
                "malformed_json",
                StatusCode::BAD_REQUEST,
                "The body is not JSON",
                "Send one JSON object in UTF-8. Arrays and objects may be nested at most 127 deep.",
            ),
            Self::InvalidFields => (
                "invalid_fields",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Some fields are wrong",
                "`errors` lists every wrong field by JSON Pointer. Nothing was stored. Correct the fields and send the request again.",
            ),
            Self::AliasTaken => {
                ("alias_taken", StatusCode::CONFLICT, "The alias is taken", "Choose another alias, or leave it out and hop generates one.")
            }
            Self::AliasRetired => (
                "alias_retired",
                StatusCode::CONFLICT,
                "The alias belonged to another link",
                "The old short link may still be in use, so its alias goes to another link only on request. Choose another alias, restore the old link, or send `reuse` to take the alias.",
            ),
            Self::DomainTaken => (
                "domain_taken",
                StatusCode::CONFLICT,
                "The domain exists already",
                "The deployment serves this domain already. Change it with `PATCH`.",
            ),
            Self::DomainInUse => (
                "domain_in_use",
                StatusCode::CONFLICT,
                "The domain is in use",
                "A domain of the setting `HOP_DOMAINS` cannot be deleted, and neither can a domain that has links. Delete or move its links first.",
            ),
            Self::EmailTaken => (
                "email_taken",
                StatusCode::CONFLICT,
                "The e-mail address is taken",
                "Addresses that differ only in capital and small letters are the same. Change or delete the user who has this address.",
            ),
            Self::LastOwner => (
                "last_owner",
                StatusCode::CONFLICT,
                "This user is the last owner",
                "A deployment that has an owner must keep one. Make another user an owner first.",
            ),
            Self::UserState => (
                "user_state",
                StatusCode::CONFLICT,
                "The state of the user does not allow this",
                "Give an owner another role before you disable or delete them. Only an active user who has not signed in yet can be invited again. A user who is being deleted cannot be changed: repeat the deletion until it is done.",
            ),
            Self::KeyInUse => (
                "key_in_use",
                StatusCode::CONFLICT,
                "The key of this request would stop working",
                "A key that was created for another user depends on its issuers, which the field `issuers` of the key lists. Use another credential to give one of them a lower role.",
            ),
            Self::HostListed => (
                "host_listed",
                StatusCode::CONFLICT,
                "The host is on the blocklist already",
                "To change its entry, delete it and add it again.",
            ),
            Self::ReportResolved => (
                "report_resolved",
                StatusCode::CONFLICT,
                "The report is resolved already",
                "A report is resolved once, and `detail` says how. To block the link or to lift its block, change the link itself.",
            ),
            Self::VersionMismatch => (
                "version_mismatch",
                StatusCode::PRECONDITION_FAILED,
                "The version has changed",
                "Somebody changed the record after you read it. Read it again, apply your change to the new version, and send that with the new `ETag`.",
            ),
            Self::IdempotencyReused => (
                "idempotency_reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key belongs to another request",
                "A key belongs to one request for 24 hours. Repeat the first request without changes, or send the new request with a new key.",
            ),
            Self::IdempotencyInFlight => (
                "idempotency_in_flight",
                StatusCode::CONFLICT,
                "The request is still being processed",
                "Send it again with the same key after the number of seconds in `Retry-After`. It is not done twice.",
            ),
            Self::Unauthenticated => (
                "unauthenticated",
                StatusCode::UNAUTHORIZED,
                "The request has no valid key",
                "Send `Authorization: Bearer` with a valid key.",
            ),
            Self::Forbidden => (
                "forbidden",
                StatusCode::FORBIDDEN,
                "This is not allowed",
                "In the API: the key or its owner lacks the right that `detail` names. On a short link: the password was wrong, the form came from another site, or the browser loaded the link in advance. Open the short link itself and try again.",
            ),
            Self::NotFound => (
                "not_found",
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "Check the address. Capital and small letters can make a difference.",
            ),
            Self::LinkEnded => (
                "link_ended",
                StatusCode::GONE,
                "This link has ended",
                "The link does not work any more. Ask the person who gave it to you for a new one.",
            ),
            Self::BlockedTarget => (
                "blocked_target",
                StatusCode::FORBIDDEN,
                "You were not redirected",
                "The link redirects to a host on the blocklist of this deployment, or to another link shortener. The page may be harmful. If you know the link, ask the person who gave it to you for the address itself.",
            ),
            Self::UnknownHost => (
                "unknown_host",
                StatusCode::NOT_FOUND,
                "This host is not served here",
                "The deployment serves only the domains in its setting `HOP_DOMAINS` and the domains that were added to it.",
            ),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "The method is not supported here",
                "The header `Allow` of the response lists the methods of this address.",
            ),
            Self::TooLarge => {
                ("too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large", "Send at most the number of bytes in `detail`.")
            }
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body has the wrong media type",
                "Send a media type that `detail` names, in most cases `Content-Type: application/json`.",
            ),
            Self::RateLimited => (
                "rate_limited",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                "Wait for the number of seconds in `Retry-After`, then try again.",
            ),
            Self::QuotaExceeded => (
                "quota_exceeded",
                StatusCode::TOO_MANY_REQUESTS,
                "The quota for links is used up",
                "The user or the key may not create more links. `detail` names the limit. A limit for a day resets at midnight UTC, and `Retry-After` has the seconds until then. For the limit of links in all, erase links that are not needed any more, or ask an admin for a higher quota.",
            ),
            Self::StoreUnavailable => (
                "store_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The store did not answer",
                "Try again after the number of seconds in `Retry-After`. A change may have been made although you got no confirmation: check before you repeat it.",
            ),
            Self::BudgetExhausted => (
                "budget_exhausted",
                StatusCode::SERVICE_UNAVAILABLE,
                "The request ran out of store operations",
                "A request may use a limited number of store operations; `/capabilities` says how many. What was done stays done. Send the same request again, with the same `Idempotency-Key` if it had one: it continues. Do not repeat a batch or an import without a key: send only what is left of it.",
            ),
            Self::NotConfigured => (
                "not_configured",
                StatusCode::SERVICE_UNAVAILABLE,
                "This deployment is not set up",
                "A setting is missing or wrong. The log of the deployment names the setting and the fault.",
            ),
            Self::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong inside hop",
                "This is a fault in hop. Report it with the `request_id` of the response.",
            ),
        };
        CodeInfo { name, status, title, remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_name() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::from_name(code.name()), Some(code));
        }
        assert_eq!(ProblemCode::from_name("nope"), None);
    }
}
