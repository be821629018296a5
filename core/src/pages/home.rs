//! `/`: says what answers here.

use http::StatusCode;

use super::html::Html;
use super::{Page, messages};
use crate::message::response::Response;
use crate::model::theme::Look;

/// The front page.
pub(crate) fn home(look: &Look) -> Response {
    let mut body = Html::default();
    body.markup("<h1 class=\"name\">").text(&look.name).markup("</h1>\n<p>").text(messages::HOME).markup("</p>\n");
    Page { body, ..Page::new(StatusCode::OK, "") }.answer(look)
}
