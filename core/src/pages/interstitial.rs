//! Interstitial pages, shown instead of a redirect or before it: preview, confirmation, password form, people only.

use http::StatusCode;
use serde::Serialize;

use super::html::Html;
use super::messages::{self, Message};
use super::report::report_link;
use super::{HtmlForm, HtmlPage};
use crate::message::problem::Problem;
use crate::message::response::Response;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::config::Config;

/// The details of a link that an interstitial page shows.
pub(crate) struct LinkSummary<'a> {
    pub(crate) short_url: String,
    /// The three parts of its card.
    pub(crate) title: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
    pub(crate) image: Option<&'a str>,
    /// Where the link would redirect this visitor, if they may know.
    pub(crate) target: Option<&'a str>,
    pub(crate) kind: InterstitialKind,
}

/// A link that does not redirect the visitor, or not yet.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Shown"))]
pub(super) struct InterstitialJson<'a> {
    /// URL that visitors follow.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::UrlSchema"))]
    short_url: &'a str,
    /// Title of the link's card.
    title: Option<&'a str>,
    /// Text of the link's card.
    description: Option<&'a str>,
    /// URL of the picture of the link's card.
    image: Option<&'a str>,
    /// Where the link redirects this visitor, if they may know.
    target: Option<&'a str>,
    /// What the visitor has to do first, or `null` if nothing.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["confirmation", "password", "a person", null])))]
    needs: Option<&'static str>,
}

/// What a visitor has to do before the redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InterstitialKind {
    /// Nothing: they requested the preview.
    Nothing,
    /// Press the button, which posts to the same address.
    Confirm,
    /// Enter the password. `wrong` after a wrong one.
    Password { wrong: bool },
    /// Open the link as a person: this was a program, a preview, or a browser that prefetches.
    Person,
}

impl InterstitialKind {
    fn status(self) -> StatusCode {
        if self == (Self::Password { wrong: true }) { StatusCode::FORBIDDEN } else { StatusCode::OK }
    }

    /// The field `needs` of the JSON.
    fn needs(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Confirm => Some("confirmation"),
            Self::Password { .. } => Some("password"),
            Self::Person => Some("a person"),
        }
    }

    fn message(self) -> Message {
        match self {
            Self::Nothing => messages::PREVIEW,
            Self::Confirm => messages::CONFIRM,
            Self::Password { .. } => messages::PASSWORD,
            Self::Person => messages::PERSON,
        }
    }

    fn has_form(self) -> bool {
        matches!(self, Self::Confirm | Self::Password { .. })
    }
}

impl LinkSummary<'_> {
    /// The response: HTML for people, JSON for programs.
    pub(crate) fn answer(&self, config: &Config, as_html: bool) -> Result<Response, Problem> {
        if as_html { Ok(self.page(config)) } else { self.json() }
    }

    fn json(&self) -> Result<Response, Problem> {
        let json = InterstitialJson {
            short_url: &self.short_url,
            title: self.title,
            description: self.description,
            image: self.image,
            target: self.target,
            needs: self.kind.needs(),
        };
        Response::json(self.kind.status(), &json)
    }

    fn page(&self, config: &Config) -> Response {
        let message = self.kind.message();
        let mut body = Html::default();
        body.heading(message.heading).markup("<p>").text(message.text).markup("</p>\n");
        self.describe(&mut body);
        self.add_target(&mut body);
        match self.kind {
            InterstitialKind::Confirm => body.markup(CONFIRMATION).text(messages::CONTINUE).markup("</button>\n</form>\n"),
            InterstitialKind::Password { wrong } => password_form(&mut body, wrong),
            InterstitialKind::Nothing | InterstitialKind::Person => &mut body,
        };
        report_link(&mut body, &self.short_url);
        let form = self.kind.has_form().then_some(HtmlForm { schemes: &config.targets.schemes });
        HtmlPage { head: self.card(), body, form, ..HtmlPage::new(self.kind.status(), message.heading) }.answer(&config.theme)
    }

    /// Adds the short URL, and the title and the description of the card.
    fn describe(&self, body: &mut Html) {
        body.boxed(|body| {
            body.markup("<p class=\"soft\">").text(&self.short_url).markup("</p>\n");
            if let Some(title) = self.title {
                body.markup("<p dir=\"auto\"><strong>").text(title).markup("</strong></p>\n");
            }
            if let Some(description) = self.description {
                body.markup("<p dir=\"auto\">").text(description).markup("</p>\n");
            }
            body
        });
    }

    /// Adds the target. It is a link only on the preview: elsewhere it would bypass the button.
    fn add_target(&self, body: &mut Html) {
        match (self.target, self.kind) {
            (Some(target), kind) => {
                let show = if kind == InterstitialKind::Nothing { Html::address } else { Html::plain_address };
                body.markup("<p>").text(messages::GOES_TO).markup("</p>\n").boxed(|body| show(body, target));
            }
            (None, InterstitialKind::Nothing) => {
                body.markup("<p>").text(messages::HIDDEN).markup("</p>\n");
            }
            (None, _) => {}
        }
    }

    /// The `meta` elements of the card, which link previews read.
    fn card(&self) -> Html {
        let mut head = Html::default();
        if self.title.is_some() || self.description.is_some() || self.image.is_some() {
            head.meta("property=\"og:url\"", Some(&self.short_url))
                .meta("property=\"og:title\"", self.title)
                .meta("property=\"og:description\"", self.description)
                .meta("property=\"og:image\"", self.image)
                .meta("name=\"twitter:card\"", Some(if self.image.is_some() { "summary_large_image" } else { "summary" }));
        }
        head
    }
}

const CONFIRMATION: &str = "<form method=\"post\">\n<button>";

/// Adds the password form. Its `maxlength` is the longest password that hop accepts. Browsers check nothing else.
fn password_form(body: &mut Html, wrong: bool) -> &mut Html {
    if wrong {
        body.markup("<p class=\"box wrong\" role=\"alert\" id=\"wrong\">").text(messages::PASSWORD_WRONG).markup("</p>\n");
    }
    body.markup("<form method=\"post\">\n<label for=\"password\">").text(messages::PASSWORD_LABEL).markup("</label>\n");
    body.markup("<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required maxlength=\"1024\"");
    body.markup(if wrong { " aria-invalid=\"true\" aria-describedby=\"wrong\"" } else { "" }).markup(">\n<button>");
    body.text(messages::OPEN).markup("</button>\n</form>\n")
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};

    use super::*;

    const EVIL: &str = "https://example.com/\"'#<script>alert(1)</script>";

    fn config(settings: &[(&str, &str)]) -> Config {
        let read = |wanted: &str| settings.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        Config::parse(|name| read(name).or((name == "HOP_DOMAINS").then(|| "https://hop.example".into())), |_| None).unwrap()
    }

    fn summary(kind: InterstitialKind) -> LinkSummary<'static> {
        LinkSummary { short_url: "https://hop.example/docs".into(), title: None, description: None, image: None, target: None, kind }
    }

    fn page(summary: &LinkSummary<'_>) -> String {
        String::from_utf8(summary.answer(&config(&[]), true).unwrap().body).unwrap()
    }

    #[test]
    fn programs_get_the_same_as_json() {
        let whole = LinkSummary {
            title: Some("t"),
            description: Some("d"),
            image: Some("i"),
            target: Some("x"),
            ..summary(InterstitialKind::Nothing)
        };
        for (summary, expected) in [
            (whole, r#"{"short_url":"https://hop.example/docs","title":"t","description":"d","image":"i","target":"x","needs":null}"#),
            (
                summary(InterstitialKind::Confirm),
                r#"{"short_url":"https://hop.example/docs","title":null,"description":null,"image":null,"target":null,"needs":"confirmation"}"#,
            ),
            (
                summary(InterstitialKind::Password { wrong: true }),
                r#"{"short_url":"https://hop.example/docs","title":null,"description":null,"image":null,"target":null,"needs":"password"}"#,
            ),
            (
                summary(InterstitialKind::Person),
                r#"{"short_url":"https://hop.example/docs","title":null,"description":null,"image":null,"target":null,"needs":"a person"}"#,
            ),
        ] {
            let response = summary.answer(&config(&[]), false).unwrap();
            assert_eq!(response.header(&CONTENT_TYPE), Some("application/json"));
            assert_eq!(String::from_utf8(response.body).unwrap(), expected);
        }
    }

    #[test]
    fn only_a_wrong_password_is_forbidden() {
        for (kind, status) in [
            (InterstitialKind::Nothing, 200),
            (InterstitialKind::Confirm, 200),
            (InterstitialKind::Password { wrong: false }, 200),
            (InterstitialKind::Password { wrong: true }, 403),
            (InterstitialKind::Person, 200),
        ] {
            for as_html in [true, false] {
                assert_eq!(summary(kind).answer(&config(&[]), as_html).unwrap().status, status, "{kind:?}");
            }
        }
    }

    #[test]
    fn form_posts_to_itself_and_sends_its_origin() {
        let config = config(&[("HOP_TARGET_SCHEMES", "https my-app")]);
        for (kind, form, referrer) in [
            (InterstitialKind::Confirm, "form-action 'self' https: my-app:", "same-origin"),
            (InterstitialKind::Password { wrong: false }, "form-action 'self' https: my-app:", "same-origin"),
            (InterstitialKind::Nothing, "form-action 'none'", "no-referrer"),
            (InterstitialKind::Person, "form-action 'none'", "no-referrer"),
        ] {
            let response = summary(kind).answer(&config, true).unwrap();
            assert!(response.header(&CONTENT_SECURITY_POLICY).unwrap().ends_with(form), "{kind:?}");
            assert_eq!(response.header(&REFERRER_POLICY), Some(referrer), "{kind:?}");
            let html = String::from_utf8(response.body).unwrap();
            assert_eq!(html.contains("<form method=\"post\">\n"), kind.has_form(), "{html}");
            assert_eq!(html.contains("type=\"password\""), matches!(kind, InterstitialKind::Password { .. }), "{html}");
        }
    }

    #[test]
    fn wrong_password_is_announced_to_screen_readers() {
        const MARKS: [&str; 4] = ["role=\"alert\"", "id=\"wrong\"", "aria-invalid=\"true\"", "aria-describedby=\"wrong\""];
        for wrong in [false, true] {
            let html = page(&summary(InterstitialKind::Password { wrong }));
            for mark in MARKS {
                assert_eq!(html.contains(mark), wrong, "{mark}: {html}");
            }
        }
    }

    #[test]
    fn card_becomes_preview_meta_elements() {
        let html = page(&summary(InterstitialKind::Person));
        assert!(!html.contains("og:") && !html.contains("twitter:"), "{html}");
        let html = page(&LinkSummary { title: Some("A \"title\""), ..summary(InterstitialKind::Person) });
        assert!(html.contains("<meta property=\"og:title\" content=\"A &quot;title&quot;\">"), "{html}");
        assert!(html.contains("<meta property=\"og:url\" content=\"https://hop.example/docs\">"), "{html}");
        assert!(html.contains("<meta name=\"twitter:card\" content=\"summary\">"), "{html}");
        assert!(!html.contains("og:image") && !html.contains("og:description"), "{html}");
        let html =
            page(&LinkSummary { description: Some("d"), image: Some("https://example.com/i.png"), ..summary(InterstitialKind::Nothing) });
        assert!(html.contains("<meta property=\"og:description\" content=\"d\">"), "{html}");
        assert!(html.contains("<meta property=\"og:image\" content=\"https://example.com/i.png\">"), "{html}");
        assert!(html.contains("<meta name=\"twitter:card\" content=\"summary_large_image\">"), "{html}");
    }

    #[test]
    fn texts_of_the_owner_are_escaped() {
        for kind in
            [InterstitialKind::Nothing, InterstitialKind::Confirm, InterstitialKind::Password { wrong: true }, InterstitialKind::Person]
        {
            let evil = LinkSummary {
                short_url: EVIL.into(),
                title: Some(EVIL),
                description: Some(EVIL),
                image: Some(EVIL),
                target: Some(EVIL),
                kind,
            };
            let html = page(&evil);
            assert!(!html.contains("<script") && !html.contains("/\"") && !html.contains("/'"), "{html}");
            assert_eq!(html.matches("&lt;script&gt;").count(), if kind == InterstitialKind::Nothing { 9 } else { 8 }, "{html}");
        }
    }

    #[test]
    fn target_is_a_link_only_on_the_preview() {
        assert!(page(&summary(InterstitialKind::Nothing)).contains(messages::HIDDEN));
        let html = page(&LinkSummary { target: Some("https://example.com/a"), ..summary(InterstitialKind::Nothing) });
        assert!(html.contains(">https://example.com/a</a>"), "{html}");
        let html = page(&LinkSummary { target: Some("https://example.com/a"), ..summary(InterstitialKind::Confirm) });
        assert!(html.contains("https://example.com/a") && !html.contains("href=\"https"), "{html}");
        let html = page(&LinkSummary { target: Some("my-app://open"), ..summary(InterstitialKind::Nothing) });
        assert!(html.contains("<p>my-app://open</p>") && !html.contains("href=\"my-app"), "{html}");
    }

    #[test]
    fn every_page_offers_to_report_the_link() {
        for kind in [InterstitialKind::Nothing, InterstitialKind::Confirm, InterstitialKind::Password { wrong: false }] {
            let html = page(&summary(kind));
            assert!(html.contains("href=\"/report?url=https%3A%2F%2Fhop.example%2Fdocs\">Report this link</a>"), "{html}");
        }
    }

    #[test]
    fn page_has_the_deployment_name_and_colour() {
        let config = config(&[("HOP_NAME", "Links of <us>"), ("HOP_COLORS", "#ffee00")]);
        let response = summary(InterstitialKind::Confirm).answer(&config, true).unwrap();
        let html = String::from_utf8(response.body).unwrap();
        assert!(html.contains("<title>Do you want to continue? · Links of &lt;us&gt;</title>"), "{html}");
        assert!(html.contains("<p class=\"name\">Links of &lt;us&gt;</p>"), "{html}");
        assert!(html.contains("--accent:#ffee00;--on:#000000"), "{html}");
    }
}
