//! The stored form of a domain record.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::domain::Domain;
use crate::model::target::Target;
use crate::store::DomainRecord;
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// A domain and its redirects.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredDomain<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    host: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_found: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Cow<'a, str>>,
    created_at: Millis,
    updated_at: Millis,
    version: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    tokens: Tokens,
}

impl RecordValue for DomainRecord {
    type Stored<'a> = StoredDomain<'a>;

    fn store(&self, tokens: Tokens) -> StoredDomain<'_> {
        StoredDomain {
            schema: SchemaVersion,
            host: self.domain.as_str().into(),
            root: self.root.as_ref().map(|target| target.as_str().into()),
            not_found: self.not_found.as_ref().map(|target| target.as_str().into()),
            ended: self.ended.as_ref().map(|target| target.as_str().into()),
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
            version: self.version,
            deleted: self.is_deleted,
            tokens,
        }
    }

    fn restore(stored: StoredDomain<'_>) -> Result<(Self, Tokens), StoreError> {
        let target = |target: Cow<'_, str>| Target::stored(target.into_owned());
        let domain_record = Self {
            domain: Domain::stored(stored.host.into_owned()),
            root: stored.root.map(target),
            not_found: stored.not_found.map(target),
            ended: stored.ended.map(target),
            created_at: stored.created_at.into(),
            updated_at: stored.updated_at.into(),
            version: stored.version,
            is_deleted: stored.deleted,
        };
        Ok((domain_record, stored.tokens))
    }
}
