//! Keys on the wire: every field always there, and the secret only once.

use crate::auth::rights::Scope;
use crate::domain::Domain;
use crate::json::Members;
use crate::key::ApiKey;
use crate::link::UserId;
use crate::time::Timestamp;

#[inline(never)]
pub(super) fn key(key: &ApiKey, json: &mut Members) {
    json.text("id", key.id.as_str());
    json.text("name", key.name.as_str());
    rights(&key.scopes, key.domains.as_deref(), json);
    json.text("owner", key.owner.as_str());
    json.text_or_null("created_by", key.created_by.as_ref().map(UserId::as_str));
    for (name, moment) in [
        ("created_at", Some(key.created_at)),
        ("expires_at", key.expires_at),
        ("last_used_at", key.last_used_at),
        ("revoked_at", key.revoked_at),
    ] {
        json.text_or_null(name, moment.as_ref().map(Timestamp::to_string).as_deref());
    }
}

/// What a key may do, and where.
pub(crate) fn rights(scopes: &[Scope], domains: Option<&[Domain]>, json: &mut Members) {
    json.texts("scopes", scopes.iter().map(|scope| scope.name()));
    match domains {
        Some(domains) => json.texts("domains", domains.iter().map(Domain::as_str)),
        None => json.null("domains"),
    }
}
