//! Campaign parameters (`utm_*`): merged into the query of the target when a link is saved. A link does not store them
//! as fields.

#[cfg(feature = "docs")]
use crate::message::body::patterns;
use crate::message::body::{Patch, RequestBody, request_body, text_types};
use crate::model::field_error::{FieldError, FieldErrors};
use crate::model::target::Target;
use crate::model::text::bounded;

/// Longest value in bytes: what analytics tools keep.
const LONGEST: usize = 256;

/// The value of a parameter.
pub(crate) enum UtmValue {}

text_types! {
    UtmValue as String = |text, _| bounded(text, LONGEST, &[]),
        {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": patterns::VISIBLE};
}

request_body! {
    /// Campaign parameters, which analytics tools read.
    pub(crate) struct UtmBody as part CampaignParameters {
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_source: Patch<UtmValue>,
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_medium: Patch<UtmValue>,
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_campaign: Patch<UtmValue>,
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_term: Patch<UtmValue>,
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_content: Patch<UtmValue>,
        /// Parameter that is merged into the query of the target when the link is saved, of at most 256 bytes.
        /// `null` removes it from there.
        utm_id: Patch<UtmValue>,
    }
}

/// Merges the parameters into `target`; null removes one.
pub(crate) fn merge(parts: <UtmBody as RequestBody>::Parts, mut target: Option<Target>, wrong: &mut FieldErrors) -> Option<Target> {
    for (name, patch) in [
        ("utm_source", parts.utm_source),
        ("utm_medium", parts.utm_medium),
        ("utm_campaign", parts.utm_campaign),
        ("utm_term", parts.utm_term),
        ("utm_content", parts.utm_content),
        ("utm_id", parts.utm_id),
    ] {
        let value = match patch {
            Patch::Absent => continue,
            Patch::Null => None,
            Patch::Set(value) => Some(value),
        };
        match target.take().map(|target| with(&target, name, value.as_deref())) {
            Some(Ok(merged)) => target = Some(merged),
            Some(Err(error)) => wrong.add(error.within(name)),
            None => {}
        }
    }
    target
}

/// `target` with the parameter `name` once: at its first position, or at the end. The rest stays byte for byte.
fn with(target: &Target, name: &str, value: Option<&str>) -> Result<Target, FieldError> {
    let text = target.as_str();
    let (address, fragment) = text.find('#').and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    let (page, query) = address.split_once('?').map_or((address, None), |(page, query)| (page, Some(query)));
    let pair = value.map(|value| [name, "=", &form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()].concat());
    let mut missing = pair.as_deref();
    let mut pairs: Vec<&str> = Vec::new();
    for old in query.into_iter().flat_map(|query| query.split('&')) {
        let is_it = form_urlencoded::parse(old.as_bytes()).next().is_some_and(|(found, _)| found == name);
        if is_it { pairs.extend(missing.take()) } else { pairs.push(old) }
    }
    if query == Some("") && missing.is_some() {
        pairs.clear();
    }
    pairs.extend(missing);
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    Target::edited([page, &query, fragment].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::body::Draft;
    use crate::message::body::tests::drafted;
    use crate::model::field_error::FieldCode;

    fn merged(target: &str, json: &str) -> Result<String, Vec<(String, FieldCode)>> {
        let Draft { parts, mut wrong } = drafted::<UtmBody>(json);
        let target = merge(parts, Some(Target::stored(target.into())), &mut wrong);
        let wrong: Vec<_> = wrong.into_iter().map(|error| (error.at.clone(), error.code)).collect();
        if wrong.is_empty() { Ok(target.unwrap().as_str().to_owned()) } else { Err(wrong) }
    }

    #[cfg(feature = "docs")]
    #[test]
    fn value_schema_agrees_with_parser() {
        crate::message::body::patterns::tests::check::<UtmValue>(
            &["a", " ", &"a".repeat(256)],
            &["", "a\0", "a\nb", "a\u{202e}b", &"a".repeat(257)],
        );
    }

    #[test]
    fn parameter_replaces_appends_or_is_removed() {
        for (target, json, expected) in [
            ("https://a.example", "{}", "https://a.example"),
            ("https://a.example", r#"{"utm_source":"x"}"#, "https://a.example?utm_source=x"),
            ("https://a.example/#top", r#"{"utm_source":"x"}"#, "https://a.example/?utm_source=x#top"),
            ("https://a.example/?#top", r#"{"utm_source":"x"}"#, "https://a.example/?utm_source=x#top"),
            (
                "https://a.example/?q=%7e&&r",
                r#"{"utm_medium":"m","utm_source":"s"}"#,
                "https://a.example/?q=%7e&&r&utm_source=s&utm_medium=m",
            ),
            ("https://a.example/?utm_source=a&q=1&utm%5Fsource=b", r#"{"utm_source":"c"}"#, "https://a.example/?utm_source=c&q=1"),
            ("https://a.example/?utm_source&q=1", r#"{"utm_source":null}"#, "https://a.example/?q=1"),
            ("https://a.example/?utm_source=a#t?utm_source=b", r#"{"utm_source":null}"#, "https://a.example/#t?utm_source=b"),
            ("https://a.example/?", r#"{"utm_source":null,"utm_id":null}"#, "https://a.example/?"),
            (
                "https://a.example/{path|a=b}?x={query.utm_source|utm_source=}&utm_source={query.x}#{date}",
                r#"{"utm_source":"{path}"}"#,
                "https://a.example/{path|a=b}?x={query.utm_source|utm_source=}&utm_source=%7Bpath%7D#{date}",
            ),
            (
                "https://a.example/{query.utm_id}?{query.utm_id}={path.0|utm_id}",
                r#"{"utm_id":"7"}"#,
                "https://a.example/{query.utm_id}?{query.utm_id}={path.0|utm_id}&utm_id=7",
            ),
            ("https://a.example/?utm_sourcex=1", r#"{"utm_source":null}"#, "https://a.example/?utm_sourcex=1"),
            (
                "https://a.example/",
                r##"{"utm_campaign":"a b&c=d#é+%","utm_term":"?","utm_content":"/","utm_id":"7"}"##,
                "https://a.example/?utm_campaign=a+b%26c%3Dd%23%C3%A9%2B%25&utm_term=%3F&utm_content=%2F&utm_id=7",
            ),
        ] {
            assert_eq!(merged(target, json).as_deref(), Ok(expected), "{target} {json}");
        }
    }

    #[test]
    fn wrong_values_are_reported() {
        let long = format!(r#"{{"utm_source":"{}","utm_medium":7,"utm_term":"","utm_id":"a\nb"}}"#, "x".repeat(257));
        let expected = [
            ("/utm_source", FieldCode::TooLong),
            ("/utm_medium", FieldCode::WrongType),
            ("/utm_term", FieldCode::Required),
            ("/utm_id", FieldCode::Invalid),
        ];
        assert_eq!(merged("https://a.example/", &long), Err(expected.map(|(field, code)| (field.to_owned(), code)).into()));
    }

    #[test]
    fn merged_target_keeps_size_limit() {
        let page = "https://a.example/";
        let target = format!("{page}{}", "x".repeat(8_192 - page.len() - "?utm_id=x".len()));
        assert_eq!(merged(&target, r#"{"utm_id":"x"}"#).map(|target| target.len()), Ok(8_192));
        assert_eq!(merged(&target, r#"{"utm_id":"xy"}"#), Err(vec![("/utm_id".into(), FieldCode::TooLong)]));
    }
}
