//! HTML builder. Markup comes only from hop's sources; everything else is escaped text.

/// A fragment of HTML. Only literals from hop's sources are added without escaping.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds escaped text, also for use within the double quotes of an attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if !text.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')) {
            self.0.push_str(text);
            return self;
        }
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Adds text in which words between backticks are code.
    pub(super) fn prose(&mut self, text: &str) -> &mut Self {
        for (number, part) in text.split('`').enumerate() {
            if number > 0 {
                self.markup(if number % 2 == 1 { "<code>" } else { "</code>" });
            }
            self.text(part);
        }
        self
    }

    /// Adds a URL in full: as a link for `http` and `https`, else as text, because another scheme could start any
    /// program.
    pub(super) fn address(&mut self, url: &str) -> &mut Self {
        if is_http(url) {
            self.markup("<p><a rel=\"nofollow noreferrer\" href=\"").text(url).markup("\">").text(url).markup("</a></p>\n")
        } else {
            self.plain_address(url)
        }
    }

    /// Adds a URL in full as text.
    pub(super) fn plain_address(&mut self, url: &str) -> &mut Self {
        self.markup("<p>").text(url).markup("</p>\n")
    }

    /// Adds a `meta` element if there is content. `name` is its first attribute with its value.
    pub(super) fn meta(&mut self, name: &'static str, content: Option<&str>) -> &mut Self {
        match content {
            Some(content) => self.markup("<meta ").markup(name).markup(" content=\"").text(content).markup("\">\n"),
            None => self,
        }
    }

    /// Adds the heading of the page.
    pub(super) fn heading(&mut self, text: &str) -> &mut Self {
        self.markup("<h1>").text(text).markup("</h1>\n")
    }

    /// Adds a box around content that is not hop's own text.
    pub(super) fn boxed(&mut self, write: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        self.markup("<div class=\"box\">\n");
        write(self);
        self.markup("</div>\n")
    }

    /// Adds another fragment.
    pub(super) fn piece(&mut self, piece: &Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// Adds the style sheet, which contains only hop's own rules and colours.
    pub(super) fn style(&mut self, sheet: &crate::model::theme::StyleSheet) -> &mut Self {
        self.0.push_str(sheet.as_str());
        self
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Escapes text for HTML or XML, also within the double quotes of an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = Html::default();
    html.text(text);
    html.into_string()
}

fn is_http(url: &str) -> bool {
    let scheme = url.split_once(':').filter(|(_, rest)| rest.starts_with("//")).map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(write: impl FnOnce(&mut Html) -> &mut Html) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.into_string()
    }

    #[test]
    fn text_is_never_markup() {
        assert_eq!(html(|html| html.text("<b a=\"x\" c='y'>&amp;")), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
        assert_eq!(html(|html| html.prose("`<i>` and x")), "<code>&lt;i&gt;</code> and x");
        assert_eq!(html(|html| html.meta("name=\"x\"", Some("\">"))), "<meta name=\"x\" content=\"&quot;&gt;\">\n");
    }

    #[test]
    fn only_http_urls_are_links() {
        for (url, is_link) in [
            ("https://example.com/", true),
            ("HTTP://example.com/", true),
            ("https://example.com/#<script>alert(1)</script>", true),
            ("my-app://open", false),
            ("javascript:alert(1)", false),
            ("javascript://%0Aalert(1)", false),
            ("https:example.com", false),
            ("", false),
        ] {
            let html = html(|html| html.address(url));
            assert_eq!(html.contains("href"), is_link, "{html}");
            assert!(!html.contains("<script"), "{html}");
        }
    }
}
