//! The stored form of an earlier version of a link.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::link::StoredBlock;
use super::settings::StoredSettings;
use super::{Millis, SchemaVersion};
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::target::Target;
use crate::store::history::LinkVersion;
use crate::store::ports::StoreError;

/// A version of a link.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredVersion<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    version: u64,
    at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Cow<'a, str>>,
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    target: Cow<'a, str>,
    #[serde(rename = "spec")]
    settings: StoredSettings<'a>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_password: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<StoredBlock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Cow<'a, str>>,
}

impl<'a> From<&'a LinkVersion> for StoredVersion<'a> {
    fn from(version: &'a LinkVersion) -> Self {
        Self {
            schema: SchemaVersion,
            version: version.version,
            at: version.at.into(),
            by: version.by.as_ref().map(|user| user.as_str().into()),
            domain: version.domain.as_str().into(),
            alias: version.alias.as_str().into(),
            target: version.target.as_str().into(),
            settings: StoredSettings::from(&version.settings),
            has_password: version.has_password,
            deleted: version.is_deleted,
            blocked: version.blocked.as_ref().map(StoredBlock::from),
            before: version.previous_name.as_deref().map(Cow::from),
        }
    }
}

impl TryFrom<StoredVersion<'_>> for LinkVersion {
    type Error = StoreError;

    fn try_from(stored: StoredVersion<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            version: stored.version,
            at: stored.at.into(),
            by: stored.by.map(|user| UserId::stored(user.into_owned())),
            domain: Domain::stored(stored.domain.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            target: Target::stored(stored.target.into_owned()),
            settings: stored.settings.try_into()?,
            has_password: stored.has_password,
            is_deleted: stored.deleted,
            blocked: stored.blocked.map(Blocked::from),
            previous_name: stored.before.map(Cow::into_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;
    use crate::model::link::Link;
    use crate::model::link_settings::LinkSettings;
    use crate::store::stored;

    #[test]
    fn version_is_stored_and_read_back() {
        for json in [
            r#"{"v":1,"version":2,"at":3,"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{}}"#,
            concat!(
                r#"{"v":1,"version":2,"at":3,"by":"usr_1","domain":"hop.example","alias":"é","target":"https://example.com/","#,
                r#""spec":{"title":"T","disabled":true},"has_password":true,"deleted":true,"blocked":{"reason":"r","at":4},"before":"t"}"#
            ),
        ] {
            let version = LinkVersion::try_from(stored::read::<StoredVersion<'_>>(json.as_bytes()).unwrap()).unwrap();
            assert_eq!(stored::write(&StoredVersion::from(&version)).unwrap(), json);
        }
    }

    #[test]
    fn all_settings_but_the_password_are_kept() {
        let link = Link { settings: everything(), ..Link::example() };
        assert!(link.settings.password.is_some());
        let version = LinkVersion::from_link(&link);
        let json = stored::write(&StoredVersion::from(&version)).unwrap();
        assert!(!json.contains("argon2"), "{json}");
        let read = LinkVersion::try_from(stored::read::<StoredVersion<'_>>(json.as_bytes()).unwrap()).unwrap();
        assert_eq!(read, version);
        assert_eq!((read.settings, read.has_password), (LinkSettings { password: None, ..everything() }, true));
    }
}
