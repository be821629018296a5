//! JSON written member by member: what goes over the wire. A serde derive for every form would weigh 25 KB gzip more.

/// The inside of an object that is being written.
pub(crate) struct Members(String);

/// An object whose members `write` says.
pub(crate) fn object(write: impl FnOnce(&mut Members)) -> String {
    let mut members = Members(String::new());
    members.put("{");
    write(&mut members);
    members.put("}");
    members.0
}

/// A text alone.
pub(crate) fn text(text: &str) -> String {
    let mut json = String::new();
    quote(&mut json, text);
    json
}

/// A list whose items `write` says.
pub(crate) fn list(write: impl FnOnce(&mut Items<'_>)) -> String {
    let mut list = Members(String::new());
    list.put("[");
    write(&mut Items(&mut list));
    list.put("]");
    list.0
}

impl Members {
    #[inline(never)]
    pub(crate) fn null(&mut self, name: &str) {
        self.raw(name, "null");
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.0, value);
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.raw(name, &value.to_string());
    }

    /// A `usize` fits, on any machine there is.
    #[inline(never)]
    pub(crate) fn count(&mut self, name: &str, value: usize) {
        self.number(name, u64::try_from(value).unwrap_or(u64::MAX));
    }

    #[inline(never)]
    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    /// Null where there is nothing.
    #[inline(never)]
    pub(crate) fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    /// Null where there is nothing.
    #[inline(never)]
    pub(crate) fn number_or_null(&mut self, name: &str, value: Option<u64>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.null(name),
        }
    }

    pub(crate) fn texts<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        self.list(name, |items| values.into_iter().for_each(|value| items.text(value)));
    }

    pub(crate) fn object(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.raw(name, "{");
        write(self);
        self.put("}");
    }

    pub(crate) fn list(&mut self, name: &str, write: impl FnOnce(&mut Items<'_>)) {
        self.raw(name, "[");
        write(&mut Items(self));
        self.put("]");
    }

    /// A value that is JSON already.
    #[inline(never)]
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.push_str(json);
    }

    #[inline(never)]
    fn name(&mut self, name: &str) {
        separate(&mut self.0);
        quote(&mut self.0, name);
        self.put(":");
    }

    /// A mark between values. Every object and every list has some, so it is kept out of line.
    #[inline(never)]
    fn put(&mut self, mark: &str) {
        self.0.push_str(mark);
    }

    /// What opens another item of a list.
    #[inline(never)]
    fn open(&mut self, mark: &str) {
        separate(&mut self.0);
        self.put(mark);
    }
}

/// The inside of a list that is being written.
pub(crate) struct Items<'a>(&'a mut Members);

impl Items<'_> {
    #[inline(never)]
    pub(crate) fn text(&mut self, value: &str) {
        separate(&mut self.0.0);
        quote(&mut self.0.0, value);
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.0.open(json);
    }

    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Members)) {
        self.0.open("{");
        write(self.0);
        self.0.put("}");
    }
}

fn separate(json: &mut String) {
    if !json.ends_with(['{', '[']) {
        json.push(',');
    }
}

#[inline(never)]
fn quote(json: &mut String, text: &str) {
    json.push('"');
    if text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) {
        json.push_str(text);
    } else {
        escape(json, text);
    }
    json.push('"');
}

fn escape(json: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\0'..' ' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => json.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_written() {
        let json = object(|all| {
            all.text("a", "x");
            all.number("b", u64::MAX);
            all.count("b", 0);
            all.flag("c", true);
            all.flag("d", false);
            all.null("-");
            all.text_or_null("e", None);
            all.number_or_null("f", None);
            all.text_or_null("g", Some("["));
            all.number_or_null("h", Some(0));
            all.texts("k", []);
            all.texts("l", ["x", "{", "y"]);
            all.object("m", |_| {});
            all.object("n", |inner| inner.text("x", "y"));
            all.list("o", |items| {
                items.object(|inner| inner.flag("x", true));
                items.object(|_| {});
            });
        });
        let expected = concat!(
            r#"{"a":"x","b":18446744073709551615,"b":0,"c":true,"d":false,"-":null,"e":null,"f":null,"g":"[","h":0,"#,
            r#""k":[],"l":["x","{","y"],"m":{},"n":{"x":"y"},"o":[{"x":true},{}]}"#
        );
        assert_eq!(json, expected);
        assert_eq!((list(|_| {}).as_str(), list(|items| items.text("x")).as_str()), ("[]", r#"["x"]"#));
    }

    #[test]
    fn every_text_is_read_as_it_was() {
        let all: String = ('\0'..='\u{2FF}').chain("\u{2028}€\u{FFFD}😀\u{10FFFF}".chars()).collect();
        for text in ["", "\\\\\"", &all] {
            let read: serde_json::Value = serde_json::from_str(&object(|json| json.text(text, text))).unwrap();
            assert_eq!(read, serde_json::json!({ text: text }));
        }
    }
}
