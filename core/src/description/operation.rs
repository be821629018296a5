//! The description of an endpoint, in addition to its row in the table of endpoints.

use serde_json::Value;

use super::answer::ResponseSpec;
use super::parameters::Parameter;
use crate::message::body::{FieldType, RequestBody};

/// A group of endpoints in the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OperationGroup {
    Visitors,
    Links,
    ManyLinks,
    Statistics,
    Tags,
    Domains,
    Blocklist,
    Reports,
    Audit,
    Deployment,
    Accounts,
    Keys,
    Users,
}

impl OperationGroup {
    /// In the order of docs/API.md.
    pub(super) const ALL: [Self; 13] = [
        Self::Visitors,
        Self::Links,
        Self::ManyLinks,
        Self::Statistics,
        Self::Tags,
        Self::Domains,
        Self::Blocklist,
        Self::Reports,
        Self::Audit,
        Self::Deployment,
        Self::Accounts,
        Self::Keys,
        Self::Users,
    ];

    pub(super) const fn name(self) -> &'static str {
        self.texts().0
    }

    pub(super) const fn description(self) -> &'static str {
        self.texts().1
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Visitors => ("Visitors", "Endpoints for people who follow a link."),
            Self::Links => ("Links", "Endpoints for people and programs that manage links."),
            Self::ManyLinks => {
                ("Many links", "Many links in one request. Each has its own result, and a failed one does not affect the others.")
            }
            Self::Statistics => (
                "Statistics",
                "How often links were followed, when, and from where, without anything that identifies a visitor. \
                 `/capabilities` says how exact each number is on this edge.",
            ),
            Self::Tags => ("Tags", "The tags of the links of a domain."),
            Self::Domains => (
                "Domains",
                "The domains of the setting `HOP_DOMAINS` always exist; others can be added. A domain can redirect \
                 visitors who find no link. The operator must make sure that requests for an added domain reach hop.",
            ),
            Self::Blocklist => (
                "Blocklist",
                "The hosts that no link may redirect to. A link to one is not saved, and visitors of a link that exists get a \
                 warning instead of a redirect. A list of well-known link shorteners is built in; the setting \
                 `HOP_BLOCK_SHORTENERS` switches it off.",
            ),
            Self::Reports => (
                "Reports",
                "Reports of harmful links: anybody sends one, admins list and resolve them. A report that is open is kept; one \
                 that is resolved is deleted after 90 days.",
            ),
            Self::Audit => ("Audit", "The log of all changes: who changed what."),
            Self::Deployment => ("Deployment", "State, guarantees and limits of a deployment."),
            Self::Accounts => (
                "Accounts",
                "Sign-in with a password, and the sessions of a signed-in user. An access token is sent like a key and \
                 lasts 15 minutes. A refresh token continues the session: it is valid until its successor is used, and \
                 30 seconds more. An older one ends the session. A browser can keep the refresh token in a cookie that \
                 scripts cannot read.",
            ),
            Self::Keys => (
                "Keys",
                "The credentials of programs. A key belongs to a user. It has scopes, may be limited to some domains, and \
                 never has more rights than its owner has at the time of the request.",
            ),
            Self::Users => (
                "Users",
                "The owners of links and keys. Admins and owners manage them with a key for every domain. The rights of a \
                 user follow from their current role. Only owners can change owners, and a deployment that has an owner \
                 always keeps one.",
            ),
        }
    }
}

/// The description of an endpoint. It does not repeat what follows from the row: method, path and its parameters, the
/// need for a key, the statuses, the media types of the body, and the problems of a right, a body or `If-Match`.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub(super) tag: OperationGroup,
    /// The name of the endpoint in generated clients.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// The parameters in the query, headers of its own, and path parameters that differ from the usual ones.
    pub(super) parameters: &'static [Parameter],
    pub(super) body: Option<BodySchema>,
    /// The responses that differ from the usual one of their status.
    pub(super) answers: &'static [(u16, ResponseSpec)],
}

/// The schema of a request body, and the name of an example in docs/contract.
#[derive(Clone, Copy)]
pub(super) struct BodySchema {
    pub(super) schema: fn() -> Value,
    pub(super) example: Option<&'static str>,
}

impl Operation {
    pub(super) const fn new(tag: OperationGroup, id: &'static str, summary: &'static str) -> Self {
        Self { tag, id, summary, description: "", parameters: &[], body: None, answers: &[] }
    }

    pub(super) const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    pub(super) const fn parameters(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    /// The declared body `B`, with an example.
    pub(super) const fn body<B: RequestBody>(mut self, example: &'static str) -> Self {
        self.body = Some(BodySchema { schema: <B as FieldType>::schema, example: Some(example) });
        self
    }

    /// A body that is not JSON.
    pub(super) const fn body_schema(mut self, schema: fn() -> Value) -> Self {
        self.body = Some(BodySchema { schema, example: None });
        self
    }

    pub(super) const fn answers(mut self, answers: &'static [(u16, ResponseSpec)]) -> Self {
        self.answers = answers;
        self
    }
}
