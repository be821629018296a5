//! One line of hop's own import, as far as a converter has filled it in.
use serde_json::{Map, Value};

use super::fields::Lost;
use super::moment;

/// hop's limits, in bytes; longer titles and notes are cut rather than refused with their links.
const LONGEST_TITLE: usize = 512;
const LONGEST_NOTE: usize = 4096;
const MOST_TAGS: usize = 10;

pub(super) struct Draft {
    fields: Map<String, Value>,
}

impl Draft {
    /// A link needs a target; everything else may be missing.
    pub(super) fn to(target: Option<String>) -> Result<Self, String> {
        let target = target.ok_or("it has no target")?;
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
        // Titles taken from pages have their line ends.
        let text = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        self.cut("title", text, LONGEST_TITLE, lost, "title ends");
    }

    pub(super) fn note(&mut self, text: Option<String>, lost: &mut Lost) {
        self.cut("note", text, LONGEST_NOTE, lost, "note ends");
    }

    fn cut(&mut self, name: &str, text: Option<String>, longest: usize, lost: &mut Lost, what: &str) {
        let Some(mut text) = text else { return };
        if text.len() > longest {
            text.truncate(text.floor_char_boundary(longest));
            lost.count(what, "hop keeps 512 bytes of a title and 4,096 of a note");
        }
        self.set(name, text);
    }

    pub(super) fn tags(&mut self, tags: Vec<String>, lost: &mut Lost) {
        let mut kept: Vec<Value> = Vec::new();
        for tag in tags.into_iter().filter(|tag| !tag.trim().is_empty()).map(Value::from) {
            if kept.contains(&tag) {
                continue;
            }
            if kept.len() < MOST_TAGS {
                kept.push(tag);
            } else {
                lost.count("tags", "a link has at most ten");
            }
        }
        if !kept.is_empty() {
            self.set("tags", kept);
        }
    }

    /// When it was made. A date nobody can read does not keep a link from moving.
    pub(super) fn created(&mut self, text: Option<&str>, lost: &mut Lost) {
        let Some(text) = text else { return };
        match moment::read(text) {
            Some(moment) => self.set("created_at", moment),
            None => lost.count("creation dates", "hop reads dates from 1970 on"),
        }
    }

    /// A moment the link begins or ends at. One that cannot be read is a refusal: the link would live longer than it should.
    pub(super) fn moment(&mut self, name: &str, text: Option<&str>) -> Result<(), String> {
        let Some(text) = text else { return Ok(()) };
        let moment = moment::read(text).ok_or_else(|| format!("`{text}` is no date hop can read"))?;
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

    /// The link comes in switched off: following it would skip what protected it.
    pub(super) fn disable(&mut self) {
        self.set("disabled", true);
    }

    pub(super) fn without_domain(&mut self) {
        self.fields.remove("domain");
    }

    /// What the link is called, to tell it from others and in reports.
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
