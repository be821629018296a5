//! What can go wrong, told twice: to the client as an RFC 9457 problem, to the log as its cause.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

use crate::alias::Alias;
use crate::ports::{NoEntropy, StoreError};

/// How long a client should wait before it asks again, in seconds, when a store or the configuration failed.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 2;

/// At most this many wrong fields are listed, so that a hostile body cannot make a large answer.
const MOST_FIELD_ERRORS: usize = 50;

/// The stable name of a problem. Programs switch on it; `/problems/{code}` explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is explained by `meaning`")]
pub enum Code {
    MalformedJson,
    InvalidFields,
    AliasTaken,
    AliasRetired,
    VersionMismatch,
    Unauthenticated,
    NotFound,
    LinkEnded,
    UnknownHost,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMediaType,
    StoreUnavailable,
    NotConfigured,
    Internal,
}

/// What is fixed about a code.
pub(crate) struct Meaning {
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// What the client can do about it, for the page that explains the code.
    pub(crate) remedy: &'static str,
}

impl Code {
    /// Every code there is.
    pub const ALL: [Self; 15] = [
        Self::MalformedJson,
        Self::InvalidFields,
        Self::AliasTaken,
        Self::AliasRetired,
        Self::VersionMismatch,
        Self::Unauthenticated,
        Self::NotFound,
        Self::LinkEnded,
        Self::UnknownHost,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::StoreUnavailable,
        Self::NotConfigured,
        Self::Internal,
    ];

    /// The name used in `code` and in the address of the explaining page.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.meaning().name
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    pub(crate) fn meaning(self) -> Meaning {
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
            Self::VersionMismatch => (
                "version_mismatch",
                StatusCode::PRECONDITION_FAILED,
                "Someone was first",
                "The link has changed since you read it. Read it again, apply your change to what it says now, and send that with its new `ETag`.",
            ),
            Self::Unauthenticated => {
                ("unauthenticated", StatusCode::UNAUTHORIZED, "Who is asking is not known", "Send `Authorization: Bearer` and a valid key.")
            }
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
                "The deployment answers only for the domains in its setting `HOP_DOMAINS`.",
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
            Self::StoreUnavailable => (
                "store_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The store did not answer",
                "Try again after the number of seconds in `Retry-After`. A change that was not acknowledged may still have been made: look before you repeat it.",
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
        Meaning { name, status, title, remedy }
    }
}

/// Why one field was refused. Programs switch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum FieldCode {
    Required,
    WrongType,
    Unknown,
    Duplicate,
    TooLong,
    TooMany,
    OutOfRange,
    Invalid,
    Reserved,
    SchemeNotAllowed,
    Credentials,
    OwnDomain,
    Conflicts,
}

impl FieldCode {
    /// The name used in `errors[].code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::WrongType => "wrong_type",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::Invalid => "invalid",
            Self::Reserved => "reserved",
            Self::SchemeNotAllowed => "scheme_not_allowed",
            Self::Credentials => "credentials",
            Self::OwnDomain => "own_domain",
            Self::Conflicts => "conflicts",
        }
    }
}

/// Why a value is not what its type asks for; whoever reads the field adds its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: FieldCode,
    /// For people.
    pub detail: Cow<'static, str>,
    /// Where in the value, as the end of a JSON Pointer; empty for the value itself.
    pub(crate) at: String,
}

impl Refusal {
    pub(crate) fn new(code: FieldCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), at: String::new() }
    }

    /// The same about item `index` of a list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.at = format!("/{index}{}", self.at);
        self
    }

    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FieldCode::Invalid, detail)
    }
}

/// A refusal and the JSON Pointer of the field it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) refusal: Refusal,
}

/// A header some problems bring along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    None,
    RetryAfter,
    Allow(&'static str),
    Authenticate(&'static str),
}

/// A request that is not answered as asked.
#[derive(Debug)]
pub struct Problem {
    pub(crate) code: Code,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) advice: Advice,
    /// For the log only: it may name what a client must not know, but never a secret.
    pub(crate) cause: Option<String>,
}

impl Problem {
    fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), advice: Advice::None, cause: None }
    }

    pub(crate) fn malformed_json(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::MalformedJson, detail)
    }

    pub(crate) fn invalid_fields(mut errors: Vec<FieldError>) -> Self {
        let detail = match errors.len() {
            1 => "1 field is wrong".into(),
            many if many > MOST_FIELD_ERRORS => {
                format!("{many} fields are wrong, the first {MOST_FIELD_ERRORS} are listed")
            }
            many => format!("{many} fields are wrong"),
        };
        errors.truncate(MOST_FIELD_ERRORS);
        Self { errors, ..Self::new(Code::InvalidFields, detail) }
    }

    pub(crate) fn alias_taken(alias: &Alias) -> Self {
        Self::new(Code::AliasTaken, format!("The alias \"{alias}\" belongs to another link."))
    }

    pub(crate) fn alias_retired(alias: &Alias) -> Self {
        Self::new(Code::AliasRetired, format!("The alias \"{alias}\" belonged to a link that was deleted."))
    }

    pub(crate) fn version_mismatch(now: u64) -> Self {
        Self::new(Code::VersionMismatch, format!("The link is at version {now} now."))
    }

    /// A deleted link is not changed behind its tombstone.
    pub(crate) fn deleted() -> Self {
        Self::new(Code::LinkEnded, "This link is deleted. Restore it before you change it.")
    }

    pub(crate) fn no_free_alias(tries: usize) -> Self {
        Self {
            cause: Some(format!("{tries} generated aliases were all taken")),
            advice: Advice::RetryAfter,
            ..Self::new(Code::StoreUnavailable, "No free alias was found. Try again.")
        }
    }

    pub(crate) fn no_credentials() -> Self {
        Self {
            advice: Advice::Authenticate("Bearer realm=\"hop\""),
            ..Self::new(Code::Unauthenticated, "This needs `Authorization: Bearer` and a key.")
        }
    }

    pub(crate) fn wrong_credentials() -> Self {
        Self {
            advice: Advice::Authenticate("Bearer realm=\"hop\", error=\"invalid_token\""),
            ..Self::new(Code::Unauthenticated, "This key is not valid here.")
        }
    }

    pub(crate) fn no_such_link() -> Self {
        Self::new(Code::NotFound, "There is no such link.")
    }

    pub(crate) fn no_such_page() -> Self {
        Self::new(Code::NotFound, "There is nothing at this address.")
    }

    pub(crate) fn link_ended() -> Self {
        Self::new(Code::LinkEnded, "This link leads nowhere any more.")
    }

    pub(crate) fn unknown_host() -> Self {
        Self::new(Code::UnknownHost, "This deployment does not serve that host.")
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        Self { advice: Advice::Allow(allow), ..Self::new(Code::MethodNotAllowed, format!("Here go {allow}.")) }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(Code::TooLarge, format!("A body here has at most {limit} bytes."))
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(Code::UnsupportedMediaType, "Send `Content-Type: application/json`.")
    }

    pub(crate) fn not_configured(cause: String) -> Self {
        Self {
            cause: Some(cause),
            advice: Advice::RetryAfter,
            ..Self::new(Code::NotConfigured, "A setting of this deployment is missing or wrong; its log says which.")
        }
    }

    /// Many writers kept coming between the read and the write of one record.
    pub(crate) fn crowded() -> Self {
        Self::store_unavailable("the record kept changing between its read and its write".into())
    }

    fn store_unavailable(cause: String) -> Self {
        Self { cause: Some(cause), advice: Advice::RetryAfter, ..Self::new(Code::StoreUnavailable, "The store did not answer. Try again.") }
    }

    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(Code::Internal, "This is a fault of hop.") }
    }

    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::store_unavailable(cause),
            StoreError::Corrupt(cause) => Self::internal(cause),
            StoreError::BadCursor => Self::invalid_fields(vec![FieldError {
                field: "/cursor".into(),
                refusal: Refusal::invalid("this is no cursor of this list"),
            }]),
        }
    }
}

impl From<NoEntropy> for Problem {
    fn from(error: NoEntropy) -> Self {
        Self::internal(error.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name() {
        for code in Code::ALL {
            assert_eq!(Code::named(code.name()), Some(code));
        }
        assert_eq!(Code::named("nope"), None);
    }

    #[test]
    fn a_hostile_body_gets_a_bounded_answer() {
        let error = FieldError { field: "/x".into(), refusal: Refusal::invalid("x") };
        let count = |errors: usize| {
            let problem = Problem::invalid_fields(vec![error.clone(); errors]);
            (problem.errors.len(), problem.detail.into_owned())
        };
        assert_eq!(count(1), (1, "1 field is wrong".into()));
        assert_eq!(count(50), (50, "50 fields are wrong".into()));
        assert_eq!(count(51), (50, "51 fields are wrong, the first 50 are listed".into()));
    }
}
