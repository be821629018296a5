//! What is said of an endpoint beside its row in the table.

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
    Tags,
    Domains,
    Audit,
    Deployment,
    Keys,
    Users,
}

impl OperationGroup {
    /// In the order of docs/API.md.
    pub(super) const ALL: [Self; 9] =
        [Self::Visitors, Self::Links, Self::ManyLinks, Self::Tags, Self::Domains, Self::Audit, Self::Deployment, Self::Keys, Self::Users];

    pub(super) const fn name(self) -> &'static str {
        self.texts().0
    }

    pub(super) const fn description(self) -> &'static str {
        self.texts().1
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Visitors => ("Visitors", "What people who follow a link use."),
            Self::Links => ("Links", "What people and programs that own links use."),
            Self::ManyLinks => {
                ("Many links", "Many links in one request. Each has its own result, and a failed one does not affect the others.")
            }
            Self::Tags => ("Tags", "The tags of the links of a domain."),
            Self::Domains => (
                "Domains",
                "The domains of the setting `HOP_DOMAINS` always exist; others can be added. A domain says where visitors \
                 are redirected who find no link. Whoever runs the deployment sees to it that requests for an added domain \
                 reach hop.",
            ),
            Self::Audit => ("Audit", "Who changed what."),
            Self::Deployment => ("Deployment", "The state and the promises of a deployment."),
            Self::Keys => (
                "Keys",
                "The credentials of programs. A key belongs to a user. It has scopes, may be limited to some domains, and \
                 never has more rights than its owner has at that moment.",
            ),
            Self::Users => (
                "Users",
                "The owners of links and keys. Admins and owners manage them with a key for every domain. A user has the \
                 rights of their role at that moment. Only owners change owners, and a deployment that has an owner keeps \
                 one.",
            ),
        }
    }
}

/// The description of an endpoint. What follows from its row is not repeated here: method, path and its parameters, the
/// key, the statuses, the media types of the body, and the problems that come with a right, a body or `If-Match`.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub(super) tag: OperationGroup,
    /// The name of the endpoint in generated clients.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// The parameters in the query, headers of its own, and a parameter of its path that is not the usual one.
    pub(super) parameters: &'static [Parameter],
    pub(super) body: Option<BodySchema>,
    /// The answers that are not the usual ones of their status.
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
