//! A link in hop's import format, built field by field by a converter.
use serde_json::{Map, Value};

use super::fields::Lost;
use super::moment;

/// hop's limits, in bytes. Longer texts are truncated, so that their links are not rejected.
const LONGEST_TITLE: usize = 512;
const LONGEST_NOTE: usize = 4096;
const LONGEST_CARD_TITLE: usize = 200;
const LONGEST_CARD_DESCRIPTION: usize = 500;
const MAX_TAGS: usize = 10;

pub(super) struct Draft {
    fields: Map<String, Value>,
}

impl Draft {
    /// A link with this target, the only required field.
    pub(super) fn to(target: Option<String>) -> Result<Self, String> {
        let target = target.ok_or("the target is missing")?;
        let mut draft = Self { fields: Map::new() };
        draft.set("target", target);
        Ok(draft)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub(super) fn set_if<V: Into<Value>>(&mut self, name: &str, value: Option<V>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    pub(super) fn title(&mut self, text: Option<String>, lost: &mut Lost) {
        let text = text.and_then(|text| truncate(single_line(&text), LONGEST_TITLE, lost, "title ends"));
        self.set_if("title", text);
    }

    pub(super) fn note(&mut self, text: Option<String>, lost: &mut Lost) {
        let text = text.map(|text| text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n"));
        let text = text.map(|text| text.chars().filter(|c| matches!(c, '\n' | '\t') || is_allowed(*c)).collect());
        self.set_if("note", text.and_then(|text| truncate(text, LONGEST_NOTE, lost, "note ends")));
    }

    /// Sets the card (the preview), if it has more than a title; a title alone is the link's title.
    pub(super) fn card(&mut self, title: Option<String>, description: Option<String>, image: Option<String>, lost: &mut Lost) {
        let title = title.and_then(|text| truncate(single_line(&text), LONGEST_CARD_TITLE, lost, "card title ends"));
        let description =
            description.and_then(|text| truncate(single_line(&text), LONGEST_CARD_DESCRIPTION, lost, "card description ends"));
        if description.is_some() || image.is_some() {
            let parts = [("title", title), ("description", description), ("image", image)];
            let card: Map<_, _> = parts.into_iter().map(|(name, part)| (name.to_owned(), part.into())).collect();
            self.set("card", card);
        }
    }

    pub(super) fn tags(&mut self, tags: Vec<String>, lost: &mut Lost) {
        let mut kept: Vec<Value> = Vec::new();
        for tag in tags.into_iter().filter(|tag| !tag.trim().is_empty()).map(Value::from) {
            if kept.contains(&tag) {
                continue;
            }
            if kept.len() < MAX_TAGS {
                kept.push(tag);
            } else {
                lost.count("tags", "a link has at most ten");
            }
        }
        if !kept.is_empty() {
            self.set("tags", kept);
        }
    }

    /// Sets the creation date. An invalid date does not reject the link.
    pub(super) fn created(&mut self, text: Option<&str>, lost: &mut Lost) {
        let Some(text) = text else { return };
        match moment::read(text) {
            Some(moment) => self.set("created_at", moment),
            None => lost.count("creation dates", "it is not a valid date from 1970 on"),
        }
    }

    /// Sets the start or end date. An invalid date rejects the link, which could otherwise be active for too long.
    pub(super) fn moment(&mut self, name: &str, text: Option<&str>) -> Result<(), String> {
        let Some(text) = text else { return Ok(()) };
        let moment = moment::read(text).ok_or_else(|| format!("`{text}` is not a valid date"))?;
        self.set(name, moment);
        Ok(())
    }

    pub(super) fn clicks(&mut self, humans: Option<u64>, bots: Option<u64>) {
        if humans.is_some() || bots.is_some() {
            let counts = [("humans", humans), ("bots", bots), ("previews", None)];
            let counts: Map<_, _> = counts.into_iter().map(|(name, count)| (name.to_owned(), count.unwrap_or(0).into())).collect();
            self.set("clicks", counts);
        }
    }

    /// Disables the link, because it would lack its protection.
    pub(super) fn disable(&mut self) {
        self.set("disabled", true);
    }

    pub(super) fn without_domain(&mut self) {
        self.fields.remove("domain");
    }

    /// The alias, for the detection of duplicates and for reports.
    pub(super) fn alias(&self) -> Option<&str> {
        self.fields.get("alias").and_then(Value::as_str)
    }

    pub(super) fn domain(&self) -> Option<&str> {
        self.fields.get("domain").and_then(Value::as_str)
    }

    pub(super) fn into_line(self) -> String {
        Value::Object(self.fields).to_string()
    }
}

/// Joins a text into one line; titles of web pages may contain line breaks.
fn single_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| is_allowed(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether hop accepts the character in a text. It rejects control and bidirectional formatting characters.
fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// Truncates a text to hop's limit; `None` if it is empty.
fn truncate(mut text: String, longest: usize, lost: &mut Lost, what: &str) -> Option<String> {
    if text.len() > longest {
        text.truncate(text.floor_char_boundary(longest));
        lost.count(what, "hop keeps 512 bytes of a title, 4,096 of a note, 200 of a card's title and 500 of its description");
    }
    (!text.is_empty()).then_some(text)
}
