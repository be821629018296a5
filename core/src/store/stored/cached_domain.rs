//! The stored form of the cached redirects of a domain.

use std::borrow::Cow;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::{Millis, SchemaVersion, corrupt};
use crate::model::blocklist::TargetHost;
use crate::model::time::Timestamp;
use crate::store::DomainRedirects;
use crate::store::ports::StoreError;

/// The redirects of a domain, and when they were verified.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::store) struct StoredCachedDomain<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    verified_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_found: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Cow<'a, str>>,
    /// The listed ones among the hosts. Absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    listed: Option<Vec<Cow<'a, str>>>,
}

impl<'a> StoredCachedDomain<'a> {
    pub(in crate::store) fn new(redirects: &'a DomainRedirects, verified_at: Timestamp) -> Result<Self, StoreError> {
        let text = |target: &'a Option<HeaderValue>, member: &str| {
            target.as_ref().map(|target| target.to_str().map(Cow::from).map_err(|_| corrupt(member))).transpose()
        };
        Ok(Self {
            schema: SchemaVersion,
            verified_at: verified_at.into(),
            root: text(&redirects.root, "root")?,
            not_found: text(&redirects.not_found, "not_found")?,
            ended: text(&redirects.ended, "ended")?,
            listed: redirects.listed.as_ref().map(|listed| listed.iter().map(|host| host.as_str().into()).collect()),
        })
    }

    /// The redirects, and when they were verified.
    pub(in crate::store) fn into_redirects(self) -> Result<(DomainRedirects, Timestamp), StoreError> {
        let header = |target: Option<Cow<'_, str>>, member: &str| {
            target.map(|target| HeaderValue::from_str(&target).map_err(|_| corrupt(member))).transpose()
        };
        let redirects = DomainRedirects {
            root: header(self.root, "root")?,
            not_found: header(self.not_found, "not_found")?,
            ended: header(self.ended, "ended")?,
            listed: self.listed.map(|listed| listed.into_iter().map(|host| TargetHost::stored(host.into_owned())).collect()),
        };
        Ok((redirects, self.verified_at.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    fn read(json: &str) -> Option<(DomainRedirects, Timestamp)> {
        stored::read::<StoredCachedDomain<'_>>(json.as_bytes()).ok()?.into_redirects().ok()
    }

    #[test]
    fn cached_domain_is_stored_and_read_back() {
        for redirects in [
            "",
            r#","listed":["example.com"]"#,
            r#","root":"https://example.com/r","not_found":"https://example.com/n","ended":"https://example.com/e""#,
        ] {
            let json = format!(r#"{{"v":1,"verified_at":3{redirects}}}"#);
            let (redirects, verified_at) = read(&json).unwrap();
            assert_eq!(stored::write(&StoredCachedDomain::new(&redirects, verified_at).unwrap()), Ok(json));
        }
    }

    #[test]
    fn cached_domain_with_an_invalid_redirect_is_corrupt() {
        for redirects in [r#","root":"\n""#, r#","not_found":"\u007f""#, r#","ended":1"#, r#","other":"x""#] {
            assert!(read(&format!(r#"{{"v":1,"verified_at":3{redirects}}}"#)).is_none(), "{redirects}");
        }
    }
}
