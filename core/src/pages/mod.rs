//! HTML pages for visitors: small, readable without style or script, and without external resources.
//!
//! * [`accept`]: whether a client gets HTML or JSON
//! * [`html`]: the HTML builder; [`messages`]: the texts
//! * [`mod@home`], [`mod@problem`], [`interstitial`], [`report`]: one kind of page each

mod accept;
mod home;
mod html;
mod interstitial;
mod messages;
pub(crate) mod png;
mod problem;
pub(crate) mod qr;
mod report;

use http::StatusCode;

pub(crate) use accept::{wants_html, wants_json};
pub(crate) use home::home;
pub(crate) use html::escaped;
pub(crate) use interstitial::{InterstitialKind, LinkSummary};
pub(crate) use problem::{explain_problem, of_problem};
pub(crate) use report::{TypedReport, report_form, report_thanks};

use crate::message::response::Response;
use crate::model::theme::Theme;
use html::Html;

/// Adds the schema of the JSON form of a page to the document.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<interstitial::InterstitialJson<'_>>();
}

/// The parts of a page.
struct HtmlPage<'a> {
    status: StatusCode,
    /// The title, which is shown before the name of the deployment. Empty for the front page.
    title: &'a str,
    /// More elements of its `head`.
    head: Html,
    body: Html,
    form: Option<HtmlForm<'a>>,
}

/// The form of a page. It posts to the page itself.
struct HtmlForm<'a> {
    /// The URL schemes to which the response may redirect.
    schemes: &'a [String],
}

impl<'a> HtmlPage<'a> {
    fn new(status: StatusCode, title: &'a str) -> Self {
        Self { status, title, head: Html::default(), body: Html::default(), form: None }
    }

    /// The response with the page. A form needs `Referrer-Policy: same-origin`, so that the browser sends its `Origin`.
    /// All other pages send no referrer.
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
