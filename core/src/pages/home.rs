//! The front page at `/`.

use http::StatusCode;

use super::html::Html;
use super::{HtmlPage, messages};
use crate::message::response::Response;
use crate::model::theme::Theme;

/// The front page.
pub(crate) fn home(theme: &Theme) -> Response {
    let mut body = Html::default();
    body.markup("<h1 class=\"name\">").text(&theme.name).markup("</h1>\n<p>").text(messages::HOME).markup("</p>\n");
    HtmlPage { body, ..HtmlPage::new(StatusCode::OK, "") }.answer(theme)
}
