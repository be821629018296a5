//! Problems: every error response of hop (RFC 9457). The client gets code and detail, the log gets the cause.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

pub use crate::message::codes::ProblemCode;
use crate::model::abuse_report::ReportAction;
use crate::model::alias::Alias;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors, LocatedError};
use crate::model::quota::{ExceededQuota, QuotaHolder, QuotaLimit};
use crate::model::rate_limits::UsedUp;
use crate::model::rights::{Right, RightTerms, Role};
use crate::store::ports::{NoEntropy, StoreError};

/// `Retry-After` in seconds after a failure of the store or the configuration.
pub(crate) const RETRY_AFTER_SECONDS: u64 = 2;

/// `Retry-After` in seconds after too many unknown aliases: the longest window of the limiter of Workers.
const FLOOD_SECONDS: u64 = 60;

/// The most wrong fields that a problem lists, so that a hostile body cannot cause a large response.
pub(crate) const MAX_FIELD_ERRORS: usize = 50;

/// A header that a problem adds to its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProblemHeader {
    None,
    /// `Retry-After` with [`RETRY_AFTER_SECONDS`].
    RetryAfter,
    /// `Retry-After` with this number of seconds.
    RetryIn(u64),
    /// `Retry-After`, `RateLimit` and `RateLimit-Policy` of a limit that is used up.
    UsedUp(UsedUp),
    Allow(String),
    Authenticate(&'static str),
}

/// The error of a request. Boxed, because every handler returns a `Result` with it and few requests fail.
#[derive(Debug)]
pub struct Problem(Box<ProblemParts>);

/// Why a visitor was not redirected, with what the page may show of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetWarning {
    /// Its host is on the blocklist.
    Listed(Option<String>),
    /// It is on another link shortener. The address is shown as text.
    Shortener(Option<String>),
}

/// The parts of a problem.
#[derive(Debug)]
pub struct ProblemParts {
    pub(crate) code: ProblemCode,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<LocatedError>,
    pub(crate) advice: ProblemHeader,
    /// The address of the link that the visitor may have meant.
    pub(crate) suggestion: Option<String>,
    /// Why a visitor was not redirected to a blocked target.
    pub(crate) warning: Option<TargetWarning>,
    /// The short URL of the link that the page offers to report.
    pub(crate) reportable: Option<String>,
    /// Only for the log. It may contain what the client must not know, but never a secret.
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
        Self::boxed(code, detail.into())
    }

    #[cold]
    fn boxed(code: ProblemCode, detail: Cow<'static, str>) -> Self {
        let (errors, advice) = (Vec::new(), ProblemHeader::None);
        Self(Box::new(ProblemParts { code, detail, errors, advice, suggestion: None, warning: None, reportable: None, cause: None }))
    }

    pub(crate) fn malformed_json(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemCode::MalformedJson, detail)
    }

    pub(crate) fn invalid_fields(mut errors: Vec<LocatedError>) -> Self {
        let detail = match errors.len() {
            1 => "1 field is wrong".into(),
            many if many > MAX_FIELD_ERRORS => {
                format!("{many} fields are wrong; the first {MAX_FIELD_ERRORS} are listed")
            }
            many => format!("{many} fields are wrong"),
        };
        errors.truncate(MAX_FIELD_ERRORS);
        let mut problem = Self::new(ProblemCode::InvalidFields, detail);
        problem.0.errors = errors;
        problem
    }

    pub(crate) fn alias_taken(alias: &Alias) -> Self {
        Self::new(ProblemCode::AliasTaken, format!("The alias \"{alias}\" belongs to another link."))
    }

    pub(crate) fn alias_retired(alias: &Alias) -> Self {
        Self::new(ProblemCode::AliasRetired, format!("The alias \"{alias}\" belonged to a link that was deleted or moved."))
    }

    pub(crate) fn version_mismatch(now: u64) -> Self {
        Self::new(ProblemCode::VersionMismatch, format!("The current version is {now}."))
    }

    /// A change of a deleted link.
    pub(crate) fn deleted() -> Self {
        Self::new(ProblemCode::LinkEnded, "This link is deleted. Restore it before you change it.")
    }

    pub(crate) fn idempotency_reused() -> Self {
        Self::new(ProblemCode::IdempotencyReused, "This idempotency key was used for another request.")
    }

    pub(crate) fn idempotency_in_flight() -> Self {
        let detail = "The request with this idempotency key is still being processed.";
        Self::new(ProblemCode::IdempotencyInFlight, detail).advising(ProblemHeader::RetryAfter)
    }

    /// Whether the same request may succeed later without changes.
    pub(crate) fn is_transient(&self) -> bool {
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
        Self::new(ProblemCode::Unauthenticated, "Send `Authorization: Bearer` with a valid key or access token.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\""))
    }

    pub(crate) fn wrong_credentials() -> Self {
        Self::new(ProblemCode::Unauthenticated, "The key or the access token is not valid.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\", error=\"invalid_token\""))
    }

    /// A sign-in that failed, whatever the reason.
    pub(crate) fn wrong_sign_in() -> Self {
        Self::new(ProblemCode::Unauthenticated, "The e-mail address or the password is wrong.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\""))
    }

    /// An invitation, a reset or a refresh token that is not valid, whatever the reason.
    pub(crate) fn wrong_token() -> Self {
        Self::new(ProblemCode::Unauthenticated, "The token is not valid: it is wrong, used, or has expired.")
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\""))
    }

    /// A session that the store may not show yet.
    pub(crate) fn late_session(cause: impl Into<String>) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "The session is not visible here yet. Try again.")
            .advising(ProblemHeader::RetryAfter)
            .because(cause)
    }

    /// A request with a cookie, or for one, that no page of this deployment sent.
    pub(crate) fn not_from_own_page() -> Self {
        Self::new(ProblemCode::Forbidden, "Only pages of this deployment may use its cookies. Send the refresh token in the body instead.")
    }

    /// A request that takes a signed-in user, by an API key or the bootstrap admin.
    pub(crate) fn no_session() -> Self {
        Self::not_allowed("This needs a signed-in user. Send an access token.")
    }

    /// A request that only the bootstrap admin may make.
    pub(crate) fn not_bootstrap_admin() -> Self {
        Self::not_allowed("This needs the bootstrap key of the deployment.")
    }

    /// A set-up of a deployment that has an owner.
    pub(crate) fn already_set_up() -> Self {
        Self::new(ProblemCode::UserState, "This deployment has an owner already. Sign in, or ask an owner for an invitation.")
    }

    /// A caller without `right`. The detail names the scope and the role that the right takes; the docs do so too.
    pub(crate) fn no_right(right: Right) -> Self {
        let RightTerms { scope, role, needs_all_domains, needs_all_scopes } = right.terms();
        let (scope, role) = (scope.name(), role.name());
        Self::not_allowed(if needs_all_scopes {
            format!("This lets somebody sign in, without scopes. It needs every scope, the role {role} and a key for every domain.")
        } else if needs_all_domains {
            format!("This needs the scope `{scope}`, the role {role} and a key for every domain.")
        } else {
            format!("This needs the scope `{scope}` and the role {role}.")
        })
    }

    pub(crate) fn not_your_role(role: Role) -> Self {
        Self::not_allowed(format!("This needs the role {}.", role.name()))
    }

    /// A caller whose role is too low to issue a credential for another user. An issuer knows the credential, and could
    /// become an admin through one it made.
    pub(crate) fn issuer_role_too_low() -> Self {
        Self::not_allowed("Only owners can make a user an admin or an owner, and create invitations and keys for other admins and owners.")
    }

    pub(crate) fn not_your_domain() -> Self {
        Self::not_allowed("This key is not valid for that domain.")
    }

    pub(crate) fn not_your_link() -> Self {
        Self::not_allowed("This link belongs to another user.")
    }

    pub(crate) fn not_allowed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemCode::Forbidden, detail)
            .advising(ProblemHeader::Authenticate("Bearer realm=\"hop\", error=\"insufficient_scope\""))
    }

    /// A form that a page of another site sent.
    pub(crate) fn cross_site_form() -> Self {
        Self::new(ProblemCode::Forbidden, "This form was sent from another site. Open the short link itself.")
    }

    /// A browser that prefetches a link for people only. It would keep a page and show it to the visitor later.
    pub(crate) fn prefetch_refused() -> Self {
        Self::new(ProblemCode::Forbidden, "This link does not redirect a browser that loads it in advance. Open it yourself.")
    }

    pub(crate) fn wrong_password() -> Self {
        Self::new(ProblemCode::Forbidden, "The password is wrong.")
    }

    /// A client that used up its units of a rate limit.
    pub(crate) fn rate_limited(used_up: UsedUp) -> Self {
        Self::new(ProblemCode::RateLimited, used_up.policy.info().refusal).advising(ProblemHeader::UsedUp(used_up))
    }

    /// A new link that a quota does not allow.
    pub(crate) fn quota_exceeded(exceeded: &ExceededQuota) -> Self {
        let (whose, advice) = match exceeded.holder {
            QuotaHolder::User(_) => ("Your quota", "erase links, or ask an admin for a higher one"),
            QuotaHolder::Key(_) => ("The quota of your key", "use another key"),
        };
        match exceeded.limit {
            QuotaLimit::PerDay { most, resets_at, seconds_left } => {
                let detail = format!("{whose} of {most} links a day (`links_per_day`) is used up. It resets at {resets_at}.");
                Self::new(ProblemCode::QuotaExceeded, detail).advising(ProblemHeader::RetryIn(seconds_left))
            }
            QuotaLimit::Total { most } => {
                let detail = format!("{whose} of {most} links in all (`links`) is used up. It does not reset: {advice}.");
                Self::new(ProblemCode::QuotaExceeded, detail)
            }
        }
    }

    /// A network that asked for too many unknown aliases. The platform does not say how many it grants.
    pub(crate) fn too_many_unknown_aliases() -> Self {
        Self::new(ProblemCode::RateLimited, "Too many addresses without a link were requested from your network. Wait, then try again.")
            .advising(ProblemHeader::RetryIn(FLOOD_SECONDS))
    }

    /// Adds the address of the link that the visitor may have meant.
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
        Self::new(ProblemCode::DomainTaken, "This deployment serves this domain already. Change it instead.")
    }

    pub(crate) fn domain_in_use(why: &'static str) -> Self {
        Self::new(ProblemCode::DomainInUse, why)
    }

    pub(crate) fn no_such_key() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such key.")
    }

    pub(crate) fn no_such_session() -> Self {
        Self::new(ProblemCode::NotFound, "You have no such session, or it has ended.")
    }

    pub(crate) fn no_such_user() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such user.")
    }

    pub(crate) fn email_taken() -> Self {
        Self::new(ProblemCode::EmailTaken, "Another user has this e-mail address.")
    }

    pub(crate) fn last_owner() -> Self {
        Self::new(ProblemCode::LastOwner, "This user is the last owner. Make another user an owner first.")
    }

    pub(crate) fn is_owner() -> Self {
        Self::new(ProblemCode::UserState, "An owner cannot be disabled or deleted. Give them another role first.")
    }

    /// A promotion to owner of a user who is disabled or is being deleted.
    pub(crate) fn inactive_owner() -> Self {
        Self::new(ProblemCode::UserState, "Only an active user can become an owner. Enable them first.")
    }

    pub(crate) fn user_state(why: &'static str) -> Self {
        Self::new(ProblemCode::UserState, why)
    }

    /// A change of a user whose status or role the request's own key depends on.
    pub(crate) fn key_in_use() -> Self {
        Self::new(ProblemCode::KeyInUse, "The key of this request depends on this user and would stop working. Use another credential.")
    }

    pub(crate) fn no_such_tag() -> Self {
        Self::new(ProblemCode::NotFound, "No link has this tag.")
    }

    /// An old alias. The detail names the current alias of its link.
    pub(crate) fn moved(alias: &Alias) -> Self {
        Self::new(ProblemCode::NotFound, format!("The link of this alias has moved to \"{alias}\"."))
    }

    /// An import whose body is not a readable list of links.
    pub(crate) fn malformed_list(what: impl fmt::Display) -> Self {
        Self::new(ProblemCode::MalformedJson, format!("The list cannot be read: {what}."))
    }

    pub(crate) fn no_list_of_links() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send JSON Lines as `Content-Type: application/x-ndjson`, or CSV as `text/csv`.")
    }

    pub(crate) fn no_log_lines() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send log lines as `Content-Type: application/x-ndjson`.")
    }

    /// A body, or an item of one, that is not an object.
    pub(crate) fn wrong_body(error: FieldError) -> Self {
        Self::invalid_fields(vec![LocatedError { field: String::new(), error }])
    }

    /// An object with wrong fields.
    pub(crate) fn invalid(wrong: FieldErrors) -> Self {
        Self::invalid_fields(wrong.into_iter().map(|error| LocatedError { field: error.at.clone(), error }).collect())
    }

    /// Moves all field errors into the field `name`, for an object within another.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.0.errors.iter_mut().for_each(|error| error.field.insert_str(0, &format!("/{name}")));
        self
    }

    /// A single wrong field, found after the body was read.
    pub(crate) fn wrong_field(name: &str, error: FieldError) -> Self {
        Self::invalid_fields(vec![LocatedError { field: format!("/{name}"), error }])
    }

    pub(crate) fn no_such_page() -> Self {
        Self::new(ProblemCode::NotFound, "There is nothing at this address.")
    }

    pub(crate) fn link_ended() -> Self {
        Self::new(ProblemCode::LinkEnded, "This link does not work any more.")
    }

    /// A link to a host on the blocklist. The host is not named if the link hides its target.
    pub(crate) fn blocked_target(host: Option<String>) -> Self {
        let detail: Cow<'static, str> = match &host {
            Some(host) => format!("This link redirects to {host}, a host on the blocklist of this site.").into(),
            None => "This link redirects to a host on the blocklist of this site.".into(),
        };
        Self::new(ProblemCode::BlockedTarget, detail).warning(TargetWarning::Listed(host))
    }

    /// A link to another link shortener. The address is not shown if the link hides its target.
    pub(crate) fn shortened_target(address: Option<String>) -> Self {
        let detail = "This link redirects to another link shortener, which hides where it ends.";
        Self::new(ProblemCode::BlockedTarget, detail).warning(TargetWarning::Shortener(address))
    }

    fn warning(mut self, warning: TargetWarning) -> Self {
        self.0.warning = Some(warning);
        self
    }

    /// Adds the short URL of the link, so that the page offers to report it.
    pub(crate) fn reportable(mut self, short_url: String) -> Self {
        self.0.reportable = Some(short_url);
        self
    }

    pub(crate) fn no_such_report() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such report.")
    }

    /// A report that was resolved with another action.
    pub(crate) fn report_resolved(action: ReportAction) -> Self {
        let detail = match action {
            ReportAction::Blocked => "The report is resolved already: its link was blocked.",
            ReportAction::Dismissed => "The report is resolved already: it was dismissed.",
        };
        Self::new(ProblemCode::ReportResolved, detail)
    }

    /// A report whose link cannot be blocked.
    pub(crate) fn reported_link_gone() -> Self {
        Self::new(
            ProblemCode::LinkEnded,
            "The link was erased, or it has moved and its old alias belongs to another link by now. Look in the audit log for \
             where it has moved, and block it there. If there is none, dismiss the report.",
        )
    }

    pub(crate) fn host_listed() -> Self {
        Self::new(ProblemCode::HostListed, "The blocklist has this host already.")
    }

    pub(crate) fn no_such_blocked_host() -> Self {
        Self::new(ProblemCode::NotFound, "The blocklist does not have this host.")
    }

    pub(crate) fn unknown_host() -> Self {
        Self::new(ProblemCode::UnknownHost, "This deployment does not serve that host.")
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self::new(ProblemCode::MethodNotAllowed, format!("Method not allowed. Use {allow}."))
            .advising(ProblemHeader::Allow(allow.to_owned()))
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(ProblemCode::TooLarge, format!("The body may have at most {limit} bytes."))
    }

    /// An item of a batch or a line of an import over its own limit.
    pub(crate) fn item_too_large(most: usize) -> Self {
        Self::new(ProblemCode::TooLarge, format!("An item or a line may have at most {most} bytes."))
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(ProblemCode::UnsupportedMediaType, "Send `Content-Type: application/json`.")
    }

    pub(crate) fn not_configured(cause: String) -> Self {
        Self::new(ProblemCode::NotConfigured, "A setting of this deployment is missing or wrong. Its log names the setting.")
            .advising(ProblemHeader::RetryAfter)
            .because(cause)
    }

    /// A link whose history is too long to be erased by one request.
    pub(crate) fn half_erased() -> Self {
        let detail = "The link is deleted, but some of its data is still stored. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// An alias whose deleted links left more data than one request can remove.
    pub(crate) fn cleanup_unfinished() -> Self {
        let detail = "The alias is not free yet: data of its deleted links is still stored. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// A user with more links than one request can transfer.
    pub(crate) fn half_deleted() -> Self {
        let detail = "The keys of the user are no longer valid, but some links still belong to them. Repeat the request.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// A request that has used all its store operations. The next one continues.
    pub(crate) fn budget_exhausted(cause: impl Into<String>) -> Self {
        let detail = "This request used all its store operations. Send it again to continue.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0)).because(cause)
    }

    /// An item of a batch or a line of an import that was not tried.
    pub(crate) fn not_tried() -> Self {
        let detail = "This was not tried: the request had no store operations left, or no time to hash another password. With an `Idempotency-Key`, send the same request again. Without one, send only what was not tried.";
        Self::new(ProblemCode::BudgetExhausted, detail).advising(ProblemHeader::RetryIn(0))
    }

    /// A link with more index entries than a request of this deployment can write. Most of them are for tags.
    pub(crate) fn too_many_tags(most: usize, limit: u32) -> Self {
        let detail = format!("at most {most} tags are possible, because a request of this deployment may use {limit} store operations");
        Self::wrong_field("tags", FieldError::new(FieldCode::TooMany, detail))
    }

    /// A record that other requests kept changing between the read and the guarded write.
    pub(crate) fn contended() -> Self {
        Self::store_unavailable("the record kept changing between its read and its write".into())
    }

    /// Statistics that cannot be read now. Links can be managed without them.
    pub(crate) fn no_statistics(cause: impl Into<String>) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "The statistics did not answer. Try again.")
            .advising(ProblemHeader::RetryAfter)
            .because(cause)
    }

    /// The problem of statistics that could not be read or written.
    pub(crate) fn from_statistics(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::no_statistics(cause),
            other => other.into(),
        }
    }

    fn store_unavailable(cause: String) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "The store did not answer. Try again.").advising(ProblemHeader::RetryAfter).because(cause)
    }

    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::new(ProblemCode::Internal, "This is a fault in hop.").because(cause.to_string())
    }

    /// Adds the cause for the log.
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
                error: FieldError::invalid("this cursor is not valid for this list; start again without it"),
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
    fn list_of_field_errors_is_bounded() {
        let error = LocatedError { field: "/x".into(), error: FieldError::invalid("x") };
        let count = |errors: usize| {
            let problem = Problem::invalid_fields(vec![error.clone(); errors]);
            (problem.errors.len(), problem.detail.clone().into_owned())
        };
        assert_eq!(count(1), (1, "1 field is wrong".into()));
        assert_eq!(count(50), (50, "50 fields are wrong".into()));
        assert_eq!(count(51), (50, "51 fields are wrong; the first 50 are listed".into()));
    }
}
