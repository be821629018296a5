//! Explains a link: the response that a described visitor would get, and why. The decision is made by the same code as
//! for a real visitor.

use std::borrow::Cow;
use std::net::IpAddr;

use http::header::{ACCEPT_LANGUAGE, LOCATION, USER_AGENT};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use super::find_link;
use super::link_ref::parse_link_key;
use crate::auth::Authorized;
use crate::context::Context;
#[cfg(feature = "docs")]
use crate::message::body::patterns;
use crate::message::body::{Optional, RequestBody, request_body, text_types};
use crate::message::path::Path;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::alias;
use crate::model::digest::Pepper;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::RedirectStatus;
#[cfg(feature = "docs")]
use crate::model::rules;
use crate::model::rules::{Country, Rule, RuleEvaluation};
use crate::model::time::Timestamp;
use crate::model::visit::{self, Visit};
use crate::pages::InterstitialKind;
use crate::redirect::{Decision, HostGuard, VisitorTraits, check_click_limit, decide, redirect_problem};
use crate::store::cached_link::{CachedLink, CachedState};
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{ClientInfo, Edge};

/// Longest header value in bytes that edges accept.
const TEXT_BYTES: usize = 8 * 1_024;

request_body! {
    /// A visitor. An absent field is not sent.
    pub(crate) struct VisitorBody as SimulatedVisitor {
        /// `User-Agent`, of at most 8,192 bytes. A visitor without one is a bot.
        agent: Optional<HeaderText>,
        /// `Accept-Language`, of at most 8,192 bytes: `de-AT, en;q=0.5`.
        language: Optional<HeaderText>,
        /// Country as the edge knows it: a code of ISO 3166.
        country: Optional<Country>,
        /// Address, IPv4 or IPv6.
        address: Optional<Address>,
        /// Time of the visit. Default: now.
        time: Optional<Timestamp>,
        /// Path behind the alias, of at most 8,192 bytes: `/a/b`. It does not leave the link by `..`.
        path: Optional<TrailingPath>,
        /// Query behind the `?`, of at most 8,192 bytes.
        query: Optional<HeaderText>,
        /// The browser prefetches the link.
        prefetch: Optional<bool>,
        /// The request is a `HEAD`.
        head: Optional<bool>,
        /// The visitor has confirmed, if the link asks for that.
        confirmed: Optional<bool>,
        /// The visitor has entered the password.
        unlocked: Optional<bool>,
    }
}

/// Text of a header or query that a visitor sends.
pub(crate) enum HeaderText {}

/// An IPv4 or IPv6 address.
pub(crate) enum Address {}

/// Path after the alias.
pub(crate) enum TrailingPath {}

text_types! {
    HeaderText as String = |sent, _| text(sent), {"type": "string", "maxLength": TEXT_BYTES};
    Address as IpAddr = |text, _| address(text), {"type": "string", "pattern": patterns::ADDRESS};
    TrailingPath as String = |text, _| path(text), {"type": "string", "maxLength": TEXT_BYTES, "pattern": "^/[^?#]*$"};
}

/// The described visitor.
#[derive(Debug, Default)]
struct SimulatedVisitor {
    agent: Option<String>,
    language: Option<String>,
    country: Option<Country>,
    address: Option<IpAddr>,
    time: Option<Timestamp>,
    /// Path after the alias.
    trailing_path: Option<String>,
    query: String,
    is_prefetch: bool,
    traits: VisitorTraits,
}

impl ClientInfo for SimulatedVisitor {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let text = match name {
            name if *name == USER_AGENT => self.agent.as_deref(),
            name if *name == ACCEPT_LANGUAGE => self.language.as_deref(),
            name if *name == visit::SEC_PURPOSE => self.is_prefetch.then_some("prefetch"),
            _ => None,
        };
        text.map(|text| Cow::Borrowed(text.as_bytes()))
    }

    fn address(&self) -> Option<IpAddr> {
        self.address
    }

    fn country(&self) -> Option<String> {
        self.country.map(|country| country.as_str().to_owned())
    }
}

/// `POST /api/v1/links/{alias}/explain`
pub(crate) async fn explain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
    body: &Body,
) -> Result<Response, Problem> {
    let key = parse_link_key(context, authorized, alias, query).await?;
    let visitor = SimulatedVisitor::from_body(VisitorBody::read(body, BODY_LIMIT, &context.parsing())?.finish()?);
    let (alias_record, link) = find_link(context, &key).await?;
    let trailing = visitor.trailing_path.as_deref().unwrap_or_default();
    let address = format!("/{}{trailing}", alias::encode(alias));
    // No alias equals a path of hop itself, so every path that begins with the alias belongs to the link.
    let rest = match Path::parse(&address) {
        Some(Path { first, rest }) if first == alias && rest.is_empty() == trailing.is_empty() => rest,
        _ => {
            return Err(Problem::wrong_field(
                "path",
                FieldError::invalid("the path must stay below the alias, without .. segments that leave it"),
            ));
        }
    };
    let now = visitor.time.unwrap_or(context.now);
    let visit = Visit::new(now, &visitor.query, rest, &visitor);
    let cached_link = CachedLink::from_state(&alias_record.alias_state, alias_record.commits);
    let compiled = match cached_link.map(|cached_link| (cached_link.id, cached_link.state)) {
        Some((id, CachedState::Link(followed))) => Some(CompiledLink::compile(id, *followed)?),
        _ => None,
    };
    // `confirmed` counts only if the link has a confirmation page that the visitor can reach.
    let has_button = |compiled: &CompiledLink| compiled.confirm && (compiled.lock.is_none() || visitor.traits.is_unlocked);
    let is_confirmed = visitor.traits.is_confirmed && compiled.as_ref().is_some_and(has_button);
    let traits = VisitorTraits { is_confirmed, ..visitor.traits };
    let pepper = context.pepper().ok();
    let guard = match &compiled {
        Some(compiled) => HostGuard::of_link(context, compiled, &visit).await?,
        None => HostGuard::default(),
    };
    let decision = match &compiled {
        Some(compiled) => check_click_limit(context, compiled, decide(compiled, &guard, &visit, pepper, traits)).await?,
        None => Decision::Ended,
    };
    let compiled = compiled.as_ref();
    let mut explanation =
        Explanation { compiled, guard: &guard, visit: &visit, pepper, traits, decision, domain_response: None, is_domain_blocked: false };
    if let Some(problem) = explanation.problem() {
        let answer = redirect_problem(context, &link.domain, problem).await;
        explanation.is_domain_blocked = answer.as_ref().is_err_and(|problem| problem.code == ProblemCode::BlockedTarget);
        explanation.domain_response = answer.ok();
    }
    Response::json(StatusCode::OK, &explanation.json())
}

impl SimulatedVisitor {
    fn from_body(body: VisitorBody) -> Self {
        let VisitorBody { agent, language, country, address, time, path, query, .. } = body;
        let is = |flag: Option<bool>| flag.unwrap_or_default();
        let traits = VisitorTraits { is_head: is(body.head), is_confirmed: is(body.confirmed), is_unlocked: is(body.unlocked) };
        let (query, is_prefetch) = (query.unwrap_or_default(), is(body.prefetch));
        Self { agent, language, country, address, time, trailing_path: path, query, is_prefetch, traits }
    }
}

fn text(text: String) -> Result<String, FieldError> {
    match text.len() > TEXT_BYTES {
        true => Err(FieldError::new(FieldCode::TooLong, format!("the value must have at most {TEXT_BYTES} bytes"))),
        false => Ok(text),
    }
}

fn address(text: String) -> Result<IpAddr, FieldError> {
    let address = text.parse::<IpAddr>();
    address
        .map(|address| address.to_canonical())
        .map_err(|_| FieldError::invalid("this is not an IP address such as 192.0.2.7 or 2001:db8::7"))
}

fn path(path: String) -> Result<String, FieldError> {
    let path = text(path)?;
    match path.starts_with('/') && !path.contains(['?', '#']) {
        true => Ok(path),
        false => Err(FieldError::invalid("a path must begin with / and must not contain ? or #")),
    }
}

/// The response that a visitor would get, and why.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Explanation"))]
pub(super) struct ExplanationJson<'a> {
    answer: AnswerJson,
    /// Status code of the response.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCodeSchema"))]
    status: u16,
    /// URL that the visitor is redirected to, with all placeholders filled in.
    target: Option<&'a str>,
    /// Identifier of the rule that holds.
    rule: Option<&'a str>,
    /// The rules of the link, in the order in which they are tried.
    rules: Vec<RuleVerdictJson<'a>>,
    visitor: VisitorJson,
    /// Whether the visit uses up one click of a link with `max_clicks`.
    spends_a_click: bool,
    /// Counter of `clicks` that is increased. Nothing else is stored of a visit.
    #[cfg_attr(feature = "docs", schemars(with = "Option<wire_schema::VisitorCounterSchema>"))]
    counted_as: Option<&'static str>,
}

/// Kind of response that the visitor gets: a redirect to the target (`redirect`), to the `fallback` of the link or to a
/// page of the domain (`domain`); an error, because the link has ended (`ended`), has not started (`not_yet`) or does
/// not forward this path (`no_such_path`); the `card` of the link; a page that asks for the `password` or a
/// `confirmation`, or that only people can pass (`person`); a refusal, because a browser prefetches a link that only
/// people may open (`not_ahead`); or a warning, because the redirect would go to a host on the blocklist or to another
/// link shortener (`blocked_target`).
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
enum AnswerJson {
    Redirect,
    Fallback,
    Domain,
    Ended,
    NotYet,
    NoSuchPath,
    Card,
    Password,
    Confirmation,
    Person,
    NotAhead,
    BlockedTarget,
}

/// Whether a rule of the link holds.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct RuleVerdictJson<'a> {
    /// Identifier of the rule.
    id: &'a str,
    verdict: VerdictJson,
    failed: Option<FailedConditionJson>,
}

/// Outcome of a rule. Rules after the first one that holds are not tried.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
enum VerdictJson {
    Holds,
    Fails,
    NotTried,
}

/// The first condition that does not hold.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct FailedConditionJson {
    /// Position of the condition in `when`, from 0.
    condition: usize,
    /// Type of the condition.
    r#type: &'static str,
}

/// How hop classifies the visitor.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct VisitorJson {
    /// A person, a bot, or a program that shows previews.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::VisitorKindSchema"))]
    kind: &'static str,
    /// Why the visitor counts as a bot or a preview; `null` for a person.
    because: Option<&'static str>,
    /// Device of the visitor, as conditions name it; `null` if it is unknown.
    #[cfg_attr(feature = "docs", schemars(with = "Option<wire_schema::WordSchema<rules::Device>>"))]
    device: Option<&'static str>,
    /// Operating system, likewise.
    #[cfg_attr(feature = "docs", schemars(with = "Option<wire_schema::WordSchema<rules::Os>>"))]
    os: Option<&'static str>,
    /// Browser, likewise.
    #[cfg_attr(feature = "docs", schemars(with = "Option<wire_schema::WordSchema<rules::Browser>>"))]
    browser: Option<&'static str>,
    /// Country as a code of ISO 3166; `null` if it is unknown.
    #[cfg_attr(feature = "docs", schemars(length(equal = 2)))]
    country: Option<&'static str>,
}

/// The decision about a visitor and everything that explains it.
struct Explanation<'a, 'v> {
    /// `None` if the link redirects no visitor.
    compiled: Option<&'a CompiledLink>,
    visit: &'a Visit<'v>,
    pepper: Option<&'a Pepper>,
    traits: VisitorTraits,
    guard: &'a HostGuard<'a>,
    decision: Decision,
    /// Whether the redirect of the domain, used if the link itself does not redirect, goes to a blocked host.
    is_domain_blocked: bool,
    /// Redirect of the domain, used if the link itself does not redirect.
    domain_response: Option<Response>,
}

impl Explanation<'_, '_> {
    fn json(&self) -> ExplanationJson<'_> {
        let (answer, status, target) = self.answer();
        let (rule, rules) = self.rules();
        let is_redirect = matches!(self.decision, Decision::Redirect(..));
        let is_counted = self.decision.is_click() && !self.traits.is_head;
        ExplanationJson {
            answer,
            status: status.as_u16(),
            target,
            rule,
            rules,
            visitor: self.visitor(),
            spends_a_click: is_redirect && self.compiled.is_some_and(|compiled| compiled.limit.is_some()),
            counted_as: is_counted.then(|| self.visit.classify().kind.counter()),
        }
    }

    /// The kind of response, its status and its target.
    fn answer(&self) -> (AnswerJson, StatusCode, Option<&str>) {
        if let Some(domain_response) = &self.domain_response {
            return (AnswerJson::Domain, self.status(RedirectStatus::Found), domain_response.header(&LOCATION));
        }
        if self.is_domain_blocked {
            return (AnswerJson::BlockedTarget, StatusCode::FORBIDDEN, None);
        }
        match &self.decision {
            Decision::Blocked(blocked_target, _) => {
                (AnswerJson::BlockedTarget, StatusCode::FORBIDDEN, blocked_target.location.to_str().ok())
            }
            Decision::Redirect(target, _) => {
                let status = self.compiled.map_or(RedirectStatus::Found, |compiled| compiled.status);
                (AnswerJson::Redirect, self.status(status), target.to_str().ok())
            }
            Decision::Ended => match self.fallback() {
                Some(fallback) if self.guard.check(fallback).is_some() => {
                    (AnswerJson::BlockedTarget, StatusCode::FORBIDDEN, fallback.to_str().ok())
                }
                Some(fallback) => (AnswerJson::Fallback, self.status(RedirectStatus::Found), fallback.to_str().ok()),
                None => (AnswerJson::Ended, StatusCode::GONE, None),
            },
            Decision::NotStarted => (AnswerJson::NotYet, StatusCode::NOT_FOUND, None),
            Decision::NoSuchPath => (AnswerJson::NoSuchPath, StatusCode::NOT_FOUND, None),
            Decision::Card => (AnswerJson::Card, StatusCode::OK, None),
            Decision::Interstitial(InterstitialKind::Password { .. }) => (AnswerJson::Password, StatusCode::OK, None),
            Decision::Interstitial(InterstitialKind::Confirm) => (AnswerJson::Confirmation, StatusCode::OK, None),
            Decision::NoPrefetch => (AnswerJson::NotAhead, StatusCode::FORBIDDEN, None),
            // `Nothing` occurs only on the preview page (`+`).
            Decision::Interstitial(InterstitialKind::Person | InterstitialKind::Nothing) => (AnswerJson::Person, StatusCode::OK, None),
        }
    }

    fn fallback(&self) -> Option<&HeaderValue> {
        self.compiled.and_then(|compiled| compiled.fallback.as_ref())
    }

    /// The problem of a visitor who is not redirected, unless their domain redirects them.
    fn problem(&self) -> Option<Problem> {
        match self.decision {
            Decision::Ended if self.fallback().is_none() => Some(Problem::link_ended()),
            Decision::NotStarted | Decision::NoSuchPath => Some(Problem::no_such_link()),
            _ => None,
        }
    }

    /// Status of a redirect: 303 after the confirmation form was posted.
    fn status(&self, status: RedirectStatus) -> StatusCode {
        if self.traits.is_confirmed { StatusCode::SEE_OTHER } else { status.code() }
    }

    /// The rule that holds, and for each rule before it the condition that failed. The rules after it are not tried.
    fn rules(&self) -> (Option<&str>, Vec<RuleVerdictJson<'_>>) {
        let Some(compiled) = self.compiled else { return (None, Vec::new()) };
        let rules = &compiled.rules;
        let evaluation = RuleEvaluation::new(self.visit, rules, &compiled.id, self.pepper);
        let (is_chosen, held) = match self.decision {
            Decision::Redirect(_, rule) | Decision::Blocked(_, rule) => (true, rule),
            _ => (false, None),
        };
        let tried = if is_chosen { held.map_or(rules.len(), |at| at.saturating_add(1)) } else { 0 };
        let verdicts = rules.iter().enumerate().map(|(at, rule)| {
            let failed = evaluation.outcome(rule).err().filter(|_| at < tried);
            let verdict = match (at < tried, failed) {
                (false, _) => VerdictJson::NotTried,
                (true, None) => VerdictJson::Holds,
                (true, Some(_)) => VerdictJson::Fails,
            };
            RuleVerdictJson { id: rule.id.as_str(), verdict, failed: failed.and_then(|at| FailedConditionJson::new(rule, at)) }
        });
        (held.and_then(|at| rules.get(at)).map(|rule| rule.id.as_str()), verdicts.collect())
    }

    fn visitor(&self) -> VisitorJson {
        let (class, agent) = (self.visit.classify(), self.visit.agent_traits());
        VisitorJson {
            kind: class.kind.name(),
            because: class.reason,
            device: agent.device,
            os: agent.os,
            browser: agent.browser,
            country: self.visit.country().map(Country::as_str),
        }
    }
}

impl FailedConditionJson {
    fn new(rule: &Rule, at: usize) -> Option<Self> {
        rule.when.get(at).map(|condition| Self { condition: at, r#type: condition.kind() })
    }
}

#[cfg(all(test, feature = "docs"))]
mod tests {
    use super::{Address, TrailingPath};
    use crate::message::body::patterns::tests::check;

    #[test]
    fn visitor_schemas_agree_with_parsers() {
        check::<Address>(&["192.0.2.1", "::1", "2001:DB8::1", "::ffff:192.0.2.1"], &["", "192.0.2", "192.0.2.01", "[::1]", "::1/64", ":0"]);
        let longest = format!("/{}", "a".repeat(8_191));
        check::<TrailingPath>(&["/", "/a/b", "/%C3%BC", "/\u{e9}", &longest], &["", "a", "/a?b", "/a#b", &format!("{longest}a")]);
    }
}
