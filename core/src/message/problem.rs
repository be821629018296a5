//! What can go wrong, told twice: to the client as an RFC 9457 problem, to the log as its cause.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

pub use crate::message::codes::ProblemCode;
use crate::model::alias::Alias;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors, LocatedError};
use crate::model::rights::{Right, RightTerms, Role};
use crate::store::ports::{NoEntropy, StoreError};

/// How long a client should wait before it asks again, in seconds, when a store or the configuration failed.
pub(crate) const RETRY_AFTER_SECONDS: u64 = 2;

/// At most this many wrong fields are listed, so that a hostile body cannot make a large answer.
pub(crate) const MOST_FIELD_ERRORS: usize = 50;

/// A header some problems bring along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProblemHeader {
    None,
    RetryAfter,
    /// After so many seconds.
    RetryIn(u64),
    Allow(String),
    Authenticate(&'static str),
}

/// A request that is not answered as asked. What it is stands in a box: every handler hands problems on, and few requests have one.
#[derive(Debug)]
pub struct Problem(Box<ProblemParts>);

/// What a problem is.
#[derive(Debug)]
pub struct ProblemParts {
    pub(crate) code: ProblemCode,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<LocatedError>,
    pub(crate) advice: ProblemHeader,
    /// The address of the link somebody may have meant.
    pub(crate) suggestion: Option<String>,
    /// For the log only: it may name what a client must not know, but never a secret.
    pub(crate) cause: Option<String>,
}

impl Deref for Problem {
    type Target = ProblemParts;

    fn deref(&self) -> &ProblemParts {
        &self.0
    }
}

impl Problem {
    fn new(code: ProblemCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::told(code, detail.into())
    }

    #[cold]
    fn told(code: ProblemCode, detail: Cow<'static, str>) -> Self {
        Self(Box::new(ProblemParts { code, detail, errors: Vec::new(), advice: ProblemHeader::None, suggestion: None, cause: None }))
    }

    pub(crate) fn malformed_json(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemCode::MalformedJson, detail)
    }

    pub(crate) fn invalid_fields(mut errors: Vec<LocatedError>) -> Self {
        let detail = match errors.len() {
            1 => "1 field is wrong".into(),
            many if many > MOST_FIELD_ERRORS => {
                format!("{many} fields are wrong, the first {MOST_FIELD_ERRORS} are listed")
            }
            many => format!("{many} fields are wrong"),
        };
        errors.truncate(MOST_FIELD_ERRORS);
        let mut problem = Self::new(ProblemCode::InvalidFields, detail);
        problem.0.errors = errors;
        problem
    }

    pub(crate) fn alias_taken(alias: &Alias) -> Self {
        Self::new(ProblemCode::AliasTaken, format!("The alias \"{alias}\" belongs to another link."))
    }

    pub(crate) fn alias_retired(alias: &Alias) -> Self {
        Self::new(ProblemCode::AliasRetired, format!("The alias \"{alias}\" belonged to a link that was deleted."))
    }

    pub(crate) fn version_mismatch(now: u64) -> Self {
        Self::new(ProblemCode::VersionMismatch, format!("It is at version {now} now."))
    }

    /// A deleted link is not changed behind its tombstone.
    pub(crate) fn deleted() -> Self {
        Self::new(ProblemCode::LinkEnded, "This link is deleted. Restore it before you change it.")
    }

    pub(crate) fn idempotency_reused() -> Self {
        Self::new(ProblemCode::IdempotencyReused, "This key came with another request before.")
    }

    pub(crate) fn idempotency_in_flight() -> Self {
        let detail = "The request with this key is still being answered.";
        Self::new(ProblemCode::IdempotencyInFlight, detail).advising(ProblemHeader::RetryAfter)
    }

    /// Whether the same request may succeed later as it is.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self.code,
            ProblemCode::StoreUnavailable | ProblemCode::BudgetExhausted | ProblemCode::NotConfigured | ProblemCode::Internal
        )
    }

    pub(crate) fn no_free_alias(tries: usize) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "No free alias was found. Try again.")
            .advising(ProblemHeader::RetryAfter)
            .because(format!("{tries} generated aliases were all taken"))
    }

    pub(crate) fn no_credentials() -> Self {
        Self::new(ProblemCode::Unauthenticated, "This needs `Authorization: Bearer` and a key.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\""))
    }

    pub(crate) fn wrong_credentials() -> Self {
        Self::new(ProblemCode::Unauthenticated, "This key is not valid here.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\", error=\"invalid_token\""))
    }

    /// They are known, and may not do this. What it takes stands in the docs: that is no secret.
    pub(crate) fn no_right(right: Right) -> Self {
        let RightTerms { scope, role, is_of_all_domains, .. } = right.terms();
        let everywhere = if is_of_all_domains { ", and a key for every domain" } else { "" };
        Self::not_allowed(format!("This takes the scope `{}` and the role {}{everywhere}.", scope.name(), role.name()))
    }

    pub(crate) fn not_your_role(role: Role) -> Self {
        Self::not_allowed(format!("This takes the role {}.", role.name()))
    }

    /// Whoever issues a credential knows it, and whoever makes admins can be one of them.
    pub(crate) fn no_issuer() -> Self {
        Self::not_allowed(
            "Only owners make somebody an admin or an owner, and only they make invitations and keys for other admins and owners.",
        )
    }

    pub(crate) fn not_your_domain() -> Self {
        Self::not_allowed("This key is not for that domain.")
    }

    pub(crate) fn not_your_link() -> Self {
        Self::not_allowed("This link belongs to somebody else.")
    }

    pub(crate) fn not_allowed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemCode::Forbidden, detail)
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\", error=\"insufficient_scope\""))
    }

    /// A form that was filled in on another site's page.
    pub(crate) fn foreign_form() -> Self {
        Self::new(ProblemCode::Forbidden, "This form was sent from another site. Open the short link itself.")
    }

    /// Nobody has come yet, and a page that is kept would be shown to who does.
    pub(crate) fn not_ahead() -> Self {
        Self::new(ProblemCode::Forbidden, "A browser that looks ahead is not led on by this link.")
    }

    pub(crate) fn wrong_password() -> Self {
        Self::new(ProblemCode::Forbidden, "This is not the password of the link.")
    }

    pub(crate) fn too_many_passwords(seconds: u64) -> Self {
        Self::new(ProblemCode::RateLimited, "Too many passwords were tried from here. Wait, then try again.")
            .advising(ProblemHeader::RetryIn(seconds))
    }

    /// The same, for somebody who may have meant the link at `address`.
    pub(crate) fn suggesting(mut self, address: String) -> Self {
        self.0.detail = format!("{} Did you mean {address}?", self.0.detail).into();
        self.0.suggestion = Some(address);
        self
    }

    pub(crate) fn no_such_link() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such link.")
    }

    pub(crate) fn no_such_domain() -> Self {
        Self::new(ProblemCode::NotFound, "This deployment has no such domain.")
    }

    pub(crate) fn domain_taken() -> Self {
        Self::new(ProblemCode::DomainTaken, "This deployment has this domain already. Change it instead.")
    }

    pub(crate) fn domain_in_use(why: &'static str) -> Self {
        Self::new(ProblemCode::DomainInUse, why)
    }

    pub(crate) fn no_such_key() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such key.")
    }

    pub(crate) fn no_such_user() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such user.")
    }

    pub(crate) fn email_taken() -> Self {
        Self::new(ProblemCode::EmailTaken, "There is a user with this address.")
    }

    pub(crate) fn last_owner() -> Self {
        Self::new(ProblemCode::LastOwner, "Nobody else owns this deployment. Make somebody else an owner first.")
    }

    pub(crate) fn is_owner() -> Self {
        Self::new(ProblemCode::UserState, "An owner is neither disabled nor deleted. Give them another role first.")
    }

    pub(crate) fn user_state(why: &'static str) -> Self {
        Self::new(ProblemCode::UserState, why)
    }

    /// They use a key that rests on the user.
    pub(crate) fn key_in_use() -> Self {
        Self::new(ProblemCode::KeyInUse, "The key you use was issued by this user and would stop working. Use another credential.")
    }

    pub(crate) fn no_such_tag() -> Self {
        Self::new(ProblemCode::NotFound, "No link has this tag.")
    }

    /// Where the link of an old alias is now.
    pub(crate) fn moved(alias: &Alias) -> Self {
        Self::new(ProblemCode::NotFound, format!("The link of this alias is \"{alias}\" now."))
    }

    /// A list of links that cannot be taken apart.
    pub(crate) fn malformed_list(what: impl fmt::Display) -> Self {
        Self::new(ProblemCode::MalformedJson, format!("The list cannot be read: {what}."))
    }

    pub(crate) fn no_list_of_links() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send JSON Lines as `Content-Type: application/x-ndjson`, or CSV as `text/csv`.")
    }

    /// A body, or an item of one, that is not even an object.
    pub(crate) fn wrong_body(refusal: FieldError) -> Self {
        Self::invalid_fields(vec![LocatedError { field: String::new(), refusal }])
    }

    /// What is wrong with an object, told as a problem of its own.
    pub(crate) fn invalid(wrong: FieldErrors) -> Self {
        Self::invalid_fields(wrong.into_iter().map(|refusal| LocatedError { field: refusal.at.clone(), refusal }).collect())
    }

    /// The same of an object within another.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.0.errors.iter_mut().for_each(|error| error.field.insert_str(0, &format!("/{name}")));
        self
    }

    /// One field that turned out to be wrong only when it was tried.
    pub(crate) fn wrong_field(name: &str, refusal: FieldError) -> Self {
        Self::invalid_fields(vec![LocatedError { field: format!("/{name}"), refusal }])
    }

    pub(crate) fn no_such_page() -> Self {
        Self::new(ProblemCode::NotFound, "There is nothing at this address.")
    }

    pub(crate) fn link_ended() -> Self {
        Self::new(ProblemCode::LinkEnded, "This link leads nowhere any more.")
    }

    pub(crate) fn unknown_host() -> Self {
        Self::new(ProblemCode::UnknownHost, "This deployment does not serve that host.")
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self::new(ProblemCode::MethodNotAllowed, format!("Here go {allow}.")).advising(ProblemHeader::Allow(allow.to_owned()))
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(ProblemCode::TooLarge, format!("A body here has at most {limit} bytes."))
    }

    /// One of many in a body is not as large as all of them may be.
    pub(crate) fn item_too_large(most: usize) -> Self {
        Self::new(ProblemCode::TooLarge, format!("An item or a line here has at most {most} bytes."))
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send `Content-Type: application/json`.")
    }

    pub(crate) fn not_configured(cause: String) -> Self {
        Self::new(ProblemCode::NotConfigured, "A setting of this deployment is missing or wrong; its log says which.")
            .advising(ProblemHeader::RetryAfter)
            .because(cause)
    }

    /// A link with a long history goes piece by piece.
    pub(crate) fn half_erased() -> Self {
        let detail = "The link is gone, but not everything of it. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// What older links of an alias left goes piece by piece.
    pub(crate) fn half_reused() -> Self {
        let detail = "The alias is not free yet: what its deleted links left is still being removed. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// A user with many links goes piece by piece.
    pub(crate) fn half_deleted() -> Self {
        let detail = "The user is let in no more, but links are still theirs. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// The request has used its store operations; the next one goes on.
    pub(crate) fn budget_exhausted(cause: impl Into<String>) -> Self {
        let detail = "This request used all the store operations it may. Send it again to go on.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0)).because(cause)
    }

    /// One of many parts of a request that was not tried.
    pub(crate) fn not_tried() -> Self {
        let detail = "This was not tried: the request had no store operations left, or no time for another password. With an `Idempotency-Key` send the same request again, without one send what was not tried.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// A link whose index entries no request of this deployment can write: a tag takes most of them.
    pub(crate) fn too_many_tags(most: usize, limit: u32) -> Self {
        let detail = format!("a request here may use {limit} store operations: at most {most} tags fit");
        Self::wrong_field("tags", FieldError::new(FieldCode::TooMany, detail))
    }

    /// Many writers kept coming between the read and the write of one record.
    pub(crate) fn crowded() -> Self {
        Self::store_unavailable("the record kept changing between its read and its write".into())
    }

    fn store_unavailable(cause: String) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "The store did not answer. Try again.").advising(ProblemHeader::RetryAfter).because(cause)
    }

    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::new(ProblemCode::Internal, "This is a fault of hop.").because(cause.to_string())
    }

    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    fn advising(mut self, advice: ProblemHeader) -> Self {
        self.0.advice = advice;
        self
    }
}

impl From<argon2::Error> for Problem {
    #[cold]
    fn from(_: argon2::Error) -> Self {
        Self::internal("a password cannot be hashed")
    }
}

impl From<StoreError> for Problem {
    #[cold]
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::store_unavailable(cause),
            StoreError::OverBudget { .. } => Self::budget_exhausted(error.to_string()),
            StoreError::Corrupt(cause) => Self::internal(cause),
            StoreError::BadCursor => Self::invalid_fields(vec![LocatedError {
                field: "/cursor".into(),
                refusal: FieldError::invalid("this cursor is not valid for this list; start again without it"),
            }]),
        }
    }
}

impl From<NoEntropy> for Problem {
    #[cold]
    fn from(error: NoEntropy) -> Self {
        Self::internal(error.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_body_gets_a_bounded_answer() {
        let error = LocatedError { field: "/x".into(), refusal: FieldError::invalid("x") };
        let count = |errors: usize| {
            let problem = Problem::invalid_fields(vec![error.clone(); errors]);
            (problem.errors.len(), problem.detail.clone().into_owned())
        };
        assert_eq!(count(1), (1, "1 field is wrong".into()));
        assert_eq!(count(50), (50, "50 fields are wrong".into()));
        assert_eq!(count(51), (50, "51 fields are wrong, the first 50 are listed".into()));
    }
}
