//! Stored forms: the JSON of records. Each carries the version of its schema; domain types never meet serde.

use super::object::Object;
use super::stored_spec;
use crate::alias::Alias;
use crate::blocked::Blocked;
use crate::domain::Domain;
use crate::json::{self, Members};
use crate::link::{Link, LinkId, UserId};
use crate::ports::StoreError;
use crate::target::Target;
use crate::text::Reason;
use crate::time::Timestamp;

/// The version of all stored forms.
pub(super) const SCHEMA: u64 = 1;

/// A whole record, whose members `write` says.
pub(super) fn record(write: impl FnOnce(&mut Members)) -> String {
    json::object(|record| {
        record.number("v", SCHEMA);
        write(record);
    })
}

/// Writes a link, as part of the record of its alias.
pub(super) fn write_link(link: &Link, stored: &mut Members) {
    stored.text("id", link.id.as_str());
    stored.text("alias", link.alias.as_str());
    stored.text("domain", link.domain.as_str());
    stored.text("target", link.target.as_str());
    stored.object("spec", |spec| stored_spec::write(&link.spec, spec));
    stored.text_or_null("owner", link.owner.as_ref().map(UserId::as_str));
    stored.number("created_at", link.created_at.as_millis());
    stored.number("updated_at", link.updated_at.as_millis());
    stored.text_or_null("updated_by", link.updated_by.as_ref().map(UserId::as_str));
    stored.number_or_null("deleted_at", link.deleted_at.map(Timestamp::as_millis));
    stored.number("version", link.version);
    stored.number("moves", link.moves.into());
    stored.text_or_null("history", link.history.as_deref());
    stored.text_if_any("epoch", link.epoch.as_deref());
    write_blocked(link.blocked.as_ref(), stored);
    if !link.predecessors.is_empty() {
        stored.texts("predecessors", link.predecessors.iter().map(LinkId::as_str));
    }
}

/// Nothing is written of a link that is not blocked.
pub(super) fn write_blocked(blocked: Option<&Blocked>, stored: &mut Members) {
    if let Some(blocked) = blocked {
        stored.object("blocked", |stored| {
            stored.text("reason", blocked.reason.as_str());
            stored.number("at", blocked.at.as_millis());
        });
    }
}

pub(super) fn read_blocked(stored: &mut Object) -> Option<Blocked> {
    stored.read("blocked", |tree| {
        let mut stored = Object::of(tree)?;
        let blocked = Blocked { reason: Reason::stored(stored.text("reason")), at: Timestamp::from_millis(stored.number("at")) };
        stored.end(blocked).ok()
    })
}

pub(super) fn read_link(mut stored: Object) -> Result<Link, StoreError> {
    let link = Link {
        id: LinkId::stored(stored.text("id")),
        alias: Alias::stored(stored.text("alias")),
        domain: Domain::stored(stored.text("domain")),
        target: Target::stored(stored.text("target")),
        spec: stored_spec::read(stored.object("spec")?)?,
        owner: stored.text_if_any("owner").map(UserId::stored),
        created_at: Timestamp::from_millis(stored.number("created_at")),
        updated_at: Timestamp::from_millis(stored.number("updated_at")),
        updated_by: stored.text_if_any("updated_by").map(UserId::stored),
        deleted_at: stored.number_if_any("deleted_at").map(Timestamp::from_millis),
        version: stored.number("version"),
        moves: stored.small("moves"),
        history: stored.text_if_any("history"),
        epoch: stored.text_if_any("epoch"),
        blocked: read_blocked(&mut stored),
        predecessors: stored.texts_if_any("predecessors").unwrap_or_default().into_iter().map(LinkId::stored).collect(),
    };
    stored.end(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::everything;

    #[test]
    fn a_link_comes_back_as_it_was_stored() {
        let full = Link {
            spec: everything(),
            owner: Some(UserId::stored("usr_1".into())),
            updated_by: Some(UserId::stored("usr_2".into())),
            deleted_at: Some(Timestamp::from_millis(3_000)),
            moves: 3,
            history: Some("t".into()),
            epoch: Some("e".into()),
            blocked: Some(Blocked { reason: Reason::stored("r".into()), at: Timestamp::from_millis(4_000) }),
            predecessors: ["lnk_2", "lnk_3"].map(|id| LinkId::stored(id.into())).to_vec(),
            ..Link::example()
        };
        for link in [full, Link::example()] {
            let json = record(|stored| write_link(&link, stored));
            assert_eq!(read_link(Object::record(json.as_bytes()).unwrap()).unwrap(), link);
        }
    }

    #[test]
    fn a_link_without_any_of_what_it_needs_is_corrupt() {
        let json = record(|stored| write_link(&Link::example(), stored));
        for needed in ["id", "alias", "domain", "target", "spec", "created_at", "updated_at", "version", "moves"] {
            let json = json.replacen(&format!("\"{needed}\""), "\"other\"", 1);
            assert!(matches!(read_link(Object::record(json.as_bytes()).unwrap()), Err(StoreError::Corrupt(_))), "{needed}");
        }
    }
}
