//! What an owner says of a link beside its alias and its target: everything a creation or a change may set.

use crate::body::{Fields, Tree};
use crate::config::Config;
use crate::error::{FieldCode, Refusal};
use crate::link::RedirectStatus;
use crate::target::Target;
use crate::text::{ExternalId, Note, Tag, Title};
use crate::time::Timestamp;

/// More tags than this are a title.
const MOST_TAGS: usize = 10;

/// What an owner says of a link. A value of the type is a valid one; nothing said is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) redirect_status: RedirectStatus,
    pub(crate) title: Option<Title>,
    pub(crate) note: Option<Note>,
    pub(crate) external_id: Option<ExternalId>,
    /// Sorted, each once.
    pub(crate) tags: Vec<Tag>,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    /// Where an ended link leads instead of saying so.
    pub(crate) fallback: Option<Target>,
    pub(crate) disabled: bool,
}

impl Spec {
    /// Takes everything an owner may say out of `fields`: what is not there stays as it is, null sets it back.
    pub(crate) fn set(&mut self, fields: &mut Fields, config: &Config) {
        fields.set("redirect_status", &mut self.redirect_status, |tree| RedirectStatus::parse(tree.natural()?));
        fields.set("title", &mut self.title, |tree| Title::parse(tree.text()?).map(Some));
        fields.set("note", &mut self.note, |tree| Note::parse(tree.text()?).map(Some));
        fields.set("external_id", &mut self.external_id, |tree| ExternalId::parse(tree.text()?).map(Some));
        fields.set("tags", &mut self.tags, tags);
        fields.set("starts_at", &mut self.starts_at, |tree| Timestamp::parse(&tree.text()?).map(Some));
        fields.set("ends_at", &mut self.ends_at, |tree| Timestamp::parse(&tree.text()?).map(Some));
        fields.set("fallback", &mut self.fallback, |tree| Target::parse(&tree.text()?, &config.targets).map(Some));
        fields.set("disabled", &mut self.disabled, Tree::boolean);
        if let (Some(starts_at), Some(ends_at)) = (self.starts_at, self.ends_at)
            && ends_at <= starts_at
        {
            fields.refuse("ends_at", Refusal::new(FieldCode::Conflicts, "the link would end before it starts"));
        }
    }

    /// Puts the tag `new` in place of `old`, or nothing; false if `old` was not there.
    pub(crate) fn retag(&mut self, old: &Tag, new: Option<&Tag>) -> bool {
        let before = self.tags.len();
        self.tags.retain(|tag| tag != old);
        let was_there = self.tags.len() < before;
        if was_there {
            self.tags.extend(new.cloned());
            self.tags.sort_unstable();
            self.tags.dedup();
        }
        was_there
    }
}

fn tags(tree: Tree) -> Result<Vec<Tag>, Refusal> {
    let items = tree.list()?;
    if items.len() > MOST_TAGS {
        return Err(Refusal::new(FieldCode::TooMany, format!("a link has at most {MOST_TAGS} tags")));
    }
    let tag = |(at, item): (usize, Tree)| item.text().and_then(|text| Tag::parse(&text)).map_err(|refusal| refusal.at(at));
    let mut tags = items.into_iter().enumerate().map(tag).collect::<Result<Vec<_>, _>>()?;
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;

    fn config() -> Config {
        Config::read(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".to_owned()), |_| None).unwrap()
    }

    /// `spec` after these fields were said of it, or the wrong fields.
    fn said(mut spec: Spec, json: &str) -> Result<Spec, Vec<(String, FieldCode)>> {
        let mut fields = Fields::read(&Body::Whole(json.into()), 100_000).unwrap();
        spec.set(&mut fields, &config());
        let problem = match fields.finish(Some(())) {
            Ok(()) => return Ok(spec),
            Err(problem) => problem,
        };
        Err(problem.errors.into_iter().map(|error| (error.field, error.refusal.code)).collect())
    }

    const EVERYTHING: &str = r#"{"redirect_status":301,"title":"T","note":"N","external_id":"E","tags":["B","a","b"],
        "starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z","fallback":"https://example.com/","disabled":true}"#;

    #[test]
    fn nothing_said_changes_nothing_and_null_sets_back() {
        let spec = said(Spec::default(), EVERYTHING).unwrap();
        assert_eq!(spec.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(said(spec.clone(), "{}").unwrap(), spec);
        let nulls = r#"{"redirect_status":null,"title":null,"note":null,"external_id":null,"tags":null,"starts_at":null,"ends_at":null,
            "fallback":null,"disabled":null}"#;
        assert_eq!(said(spec, nulls).unwrap(), Spec::default());
    }

    #[test]
    fn every_wrong_field_is_named() {
        use FieldCode::{Conflicts, Invalid, OutOfRange, OwnDomain, TooLong, TooMany, WrongType};
        let (long, many) = ("x".repeat(10_240), format!("[{}\"x\"]", "\"x\",".repeat(10)));
        for (json, field, code) in [
            (r#"{"redirect_status":200}"#, "/redirect_status", OutOfRange),
            (r#"{"title":["x"]}"#, "/title", WrongType),
            (r#"{"tags":"x"}"#, "/tags", WrongType),
            (r#"{"tags":["x",5]}"#, "/tags/1", WrongType),
            (&format!(r#"{{"tags":["a","b","{long}"]}}"#), "/tags/2", TooLong),
            (&format!(r#"{{"tags":{many}}}"#), "/tags", TooMany),
            (r#"{"starts_at":"tomorrow"}"#, "/starts_at", Invalid),
            (r#"{"starts_at":1795248000}"#, "/starts_at", WrongType),
            (r#"{"starts_at":"2026-01-02T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"}"#, "/ends_at", Conflicts),
            (r#"{"starts_at":"2026-01-01T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"}"#, "/ends_at", Conflicts),
            (r#"{"fallback":"https://hop.example/x"}"#, "/fallback", OwnDomain),
            (r#"{"disabled":"true"}"#, "/disabled", WrongType),
        ] {
            assert_eq!(said(Spec::default(), json), Err(vec![(field.to_owned(), code)]), "{json}");
        }
    }

    #[test]
    fn an_end_is_compared_with_the_start_that_is_already_there() {
        let spec = said(Spec::default(), r#"{"starts_at":"2026-06-01T00:00:00Z"}"#).unwrap();
        let wrong = said(spec.clone(), r#"{"ends_at":"2026-05-01T00:00:00Z"}"#);
        assert_eq!(wrong, Err(vec![("/ends_at".to_owned(), FieldCode::Conflicts)]));
        assert!(said(spec, r#"{"ends_at":"2026-05-01T00:00:00Z","starts_at":null}"#).is_ok());
    }

    #[test]
    fn a_tag_is_replaced_merged_or_taken_off() {
        let tag = |text: &str| Tag::stored(text.into());
        let retagged = |old: &str, new: Option<&str>| {
            let mut spec = said(Spec::default(), r#"{"tags":["a","b","d"]}"#).unwrap();
            let was_there = spec.retag(&tag(old), new.map(tag).as_ref());
            (was_there, spec.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(retagged("a", Some("c")), (true, "b c d".into()));
        assert_eq!(retagged("a", Some("d")), (true, "b d".into()));
        assert_eq!(retagged("b", None), (true, "a d".into()));
        assert_eq!(retagged("x", Some("y")), (false, "a b d".into()));
    }

    #[test]
    fn ten_tags_are_enough() {
        let ten = format!("{{\"tags\":[{}]}}", (0..10).map(|number| format!("\"t{number}\"")).collect::<Vec<_>>().join(","));
        assert_eq!(said(Spec::default(), &ten).unwrap().tags.len(), 10);
    }
}
