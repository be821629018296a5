//! The names of what can go wrong, with all that is fixed about each. Programs switch on them; `/problems/{code}` explains them.

use http::StatusCode;

/// The stable name of a problem. Programs switch on it; `/problems/{code}` explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is explained by `meaning`")]
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
    VersionMismatch,
    IdempotencyReused,
    IdempotencyInFlight,
    Unauthenticated,
    Forbidden,
    NotFound,
    LinkEnded,
    UnknownHost,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMediaType,
    RateLimited,
    StoreUnavailable,
    BudgetExhausted,
    NotConfigured,
    Internal,
}

/// What is fixed about a code.
pub(crate) struct CodeInfo {
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// What the client can do about it, for the page that explains the code.
    pub(crate) remedy: &'static str,
}

impl ProblemCode {
    /// Every code there is.
    pub const ALL: [Self; 26] = [
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
        Self::VersionMismatch,
        Self::IdempotencyReused,
        Self::IdempotencyInFlight,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::LinkEnded,
        Self::UnknownHost,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::StoreUnavailable,
        Self::BudgetExhausted,
        Self::NotConfigured,
        Self::Internal,
    ];

    /// The name used in `code` and in the address of the explaining page.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.meaning().name
    }

    /// The status of its answers.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.meaning().status
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    pub(crate) fn meaning(self) -> CodeInfo {
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
                "Every wrong field is listed in `errors`, by JSON Pointer. Nothing was stored. Correct them and send the request again.",
            ),
            Self::AliasTaken => (
                "alias_taken",
                StatusCode::CONFLICT,
                "The alias is taken",
                "Choose another alias, or leave it out and hop will generate one.",
            ),
            Self::AliasRetired => (
                "alias_retired",
                StatusCode::CONFLICT,
                "The alias belonged to a deleted link",
                "Old copies of the deleted link may still be out there, so its alias is not handed on silently. Restore that link or choose another alias.",
            ),
            Self::DomainTaken => (
                "domain_taken",
                StatusCode::CONFLICT,
                "The domain is there already",
                "The deployment serves this domain. Change it with `PATCH` instead of adding it.",
            ),
            Self::DomainInUse => (
                "domain_in_use",
                StatusCode::CONFLICT,
                "The domain is in use",
                "A domain of the setting `HOP_DOMAINS` is not deleted, nor one that has links. Delete or move them first.",
            ),
            Self::EmailTaken => (
                "email_taken",
                StatusCode::CONFLICT,
                "The address is taken",
                "Capitals make no other address. Change the user who has it, or delete them.",
            ),
            Self::LastOwner => (
                "last_owner",
                StatusCode::CONFLICT,
                "Nobody else owns the deployment",
                "A deployment that has an owner keeps one. Make somebody else an owner first.",
            ),
            Self::UserState => (
                "user_state",
                StatusCode::CONFLICT,
                "The user is not in a state for this",
                "An owner is given another role before they are disabled or deleted. Only who has not signed in yet is invited again. Who is being deleted is not changed any more: repeat the deletion until it is done.",
            ),
            Self::KeyInUse => (
                "key_in_use",
                StatusCode::CONFLICT,
                "The key of this request would stop working",
                "A key that was made for another user rests on whoever issued it: `issuers` of the key names them. Use another credential to give one of them a lower role.",
            ),
            Self::VersionMismatch => (
                "version_mismatch",
                StatusCode::PRECONDITION_FAILED,
                "Someone was first",
                "It has changed since you read it. Read it again, apply your change to what it says now, and send that with its new `ETag`.",
            ),
            Self::IdempotencyReused => (
                "idempotency_reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key belongs to another request",
                "A key stands for one request for 24 hours. Send the request it came with first, or a new one under a new key.",
            ),
            Self::IdempotencyInFlight => (
                "idempotency_in_flight",
                StatusCode::CONFLICT,
                "The request is still being answered",
                "Send it again, with the same key, after the number of seconds in `Retry-After`. It is not done twice.",
            ),
            Self::Unauthenticated => {
                ("unauthenticated", StatusCode::UNAUTHORIZED, "Who is asking is not known", "Send `Authorization: Bearer` and a valid key.")
            }
            Self::Forbidden => (
                "forbidden",
                StatusCode::FORBIDDEN,
                "This is not allowed",
                "A password was wrong, a form came from the page of another site, or a browser looked ahead at a link that only people may open. Open the short link itself and try again.",
            ),
            Self::NotFound => (
                "not_found",
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "Check the address: capitals and small letters can make a difference.",
            ),
            Self::LinkEnded => (
                "link_ended",
                StatusCode::GONE,
                "This link has ended",
                "The link was here once and leads nowhere any more. Ask whoever gave it to you for a new one.",
            ),
            Self::UnknownHost => (
                "unknown_host",
                StatusCode::NOT_FOUND,
                "This host is not served here",
                "The deployment answers only for the domains in its setting `HOP_DOMAINS` and for those that were added to it.",
            ),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "The method is not supported here",
                "The header `Allow` of the answer lists the methods of this address.",
            ),
            Self::TooLarge => {
                ("too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large", "Send at most as many bytes as `detail` says.")
            }
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body has the wrong media type",
                "Send JSON and say so: `Content-Type: application/json`.",
            ),
            Self::RateLimited => (
                "rate_limited",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                "Wait for the number of seconds in `Retry-After`, then try again.",
            ),
            Self::StoreUnavailable => (
                "store_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The store did not answer",
                "Try again after the number of seconds in `Retry-After`. A change that was not acknowledged may still have been made: look before you repeat it.",
            ),
            Self::BudgetExhausted => (
                "budget_exhausted",
                StatusCode::SERVICE_UNAVAILABLE,
                "The request ran out of store operations",
                "A request may use a limited number of store operations; `/capabilities` says how many. What was done stays done. Send the same request again, with the same `Idempotency-Key` if it had one: it continues. A batch or an import without a key is not repeated: send what is left of it.",
            ),
            Self::NotConfigured => (
                "not_configured",
                StatusCode::SERVICE_UNAVAILABLE,
                "This deployment is not set up",
                "A setting is missing or wrong. Its name and what is wrong with it are in the deployment's log.",
            ),
            Self::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong inside hop",
                "This is a fault of hop. Report it with the `request_id` of the answer.",
            ),
        };
        CodeInfo { name, status, title, remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::named(code.name()), Some(code));
        }
        assert_eq!(ProblemCode::named("nope"), None);
    }
}
