//! Pages for people: small, readable without style or script, nothing loaded from anywhere. Each is put together here from its kind's own file.
//!
//! * [`accept`] who gets a page at all
//! * [`html`] markup and text; [`messages`] what is said
//! * [`mod@home`], [`mod@problem`], [`interstitial`] one kind of page each

mod accept;
mod home;
mod html;
mod interstitial;
mod messages;
pub(crate) mod png;
mod problem;
pub(crate) mod qr;

use http::StatusCode;

pub(crate) use accept::{wants_html, wants_json};
pub(crate) use home::home;
pub(crate) use html::escaped;
pub(crate) use interstitial::{InterstitialKind, LinkSummary};
pub(crate) use problem::{explain_problem, of_problem};

use crate::message::response::Response;
use crate::model::theme::Theme;
use html::Html;

/// Describes what a page says to programs.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<interstitial::InterstitialJson<'_>>();
}

/// A page in the making.
struct HtmlPage<'a> {
    status: StatusCode,
    /// What it is called before the deployment's name; empty for the front page.
    title: &'a str,
    /// What stands in its head besides.
    head: Html,
    body: Html,
    form: Option<HtmlForm<'a>>,
}

/// A page's form, which posts to the page itself.
struct HtmlForm<'a> {
    /// What the answer may lead on to.
    schemes: &'a [String],
}

impl<'a> HtmlPage<'a> {
    fn new(status: StatusCode, title: &'a str) -> Self {
        Self { status, title, head: Html::default(), body: Html::default(), form: None }
    }

    /// A page with a form has browsers say where the form was sent from. Any other page says nothing about whoever leaves it.
    fn answer(self, theme: &Theme) -> Response {
        let sheet = theme.sheet();
        let mut html = Html::default();
        html.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n").markup(
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n<title>",
        );
        if !self.title.is_empty() {
            html.text(self.title).markup(" · ");
        }
        html.text(&theme.name).markup("</title>\n").piece(&self.head).markup("<style>").style(sheet).markup("</style>\n</head>\n<body>\n");
        if !self.title.is_empty() {
            html.markup("<header>\n<p class=\"name\">").text(&theme.name).markup("</p>\n</header>\n");
        }
        html.markup("<main>\n").piece(&self.body).markup("</main>\n</body>\n</html>\n");
        let referrer = if self.form.is_some() { "same-origin" } else { "no-referrer" };
        Response::html(self.status, html.into_string(), sheet.policy(self.form.map(|form| form.schemes)), referrer)
    }
}
