//! Problems: the page that explains one, and the one that whoever followed a link gets.

use http::StatusCode;

use super::html::Html;
use super::{HtmlPage, messages};
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::Response;
use crate::model::theme::Theme;
use crate::store::ports::Edge;

/// `/problems/{code}`: explains a problem to whoever got it.
pub(crate) async fn explain_problem<E: Edge>(context: &Context<'_, E>, code: &str) -> Result<Response, Problem> {
    problem(&context.config.theme, code)
}

fn problem(theme: &Theme, code: &str) -> Result<Response, Problem> {
    let meaning = ProblemCode::named(code).ok_or_else(Problem::no_such_page)?.meaning();
    let mut body = Html::default();
    body.heading(meaning.title).markup("<p>").prose(meaning.remedy).markup("</p>\n<p class=\"soft\"><code>");
    body.text(&meaning.status.as_u16().to_string()).markup(" ").text(meaning.name).markup("</code></p>\n");
    Ok(HtmlPage { body, ..HtmlPage::new(StatusCode::OK, meaning.title) }.answer(theme))
}

/// A problem as a page, for somebody who followed a link; `suggestion` is the address they may have meant.
pub(crate) fn of_problem(theme: &Theme, problem: &Problem, suggestion: Option<&str>) -> Response {
    let message = messages::of(problem);
    let mut body = Html::default();
    body.heading(message.heading).markup("<p>").prose(message.text).markup("</p>\n");
    if let Some(suggestion) = suggestion {
        body.markup("<p>").text(messages::DID_YOU_MEAN).markup("</p>\n").boxed(|body| body.address(suggestion));
    }
    HtmlPage { body, ..HtmlPage::new(problem.code.status(), message.heading) }.answer(theme).advise(&problem.advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(response: Response) -> String {
        String::from_utf8(response.body).unwrap()
    }

    #[test]
    fn every_problem_has_its_page() {
        for code in ProblemCode::ALL {
            let html = html(problem(&Theme::plain(), code.name()).unwrap());
            assert!(html.contains(&format!("<code>{} {}</code>", code.status().as_u16(), code.name())), "{html}");
        }
        assert!(problem(&Theme::plain(), "nope").is_err());
    }

    #[test]
    fn who_mistyped_is_shown_what_they_may_have_meant() {
        let page = |suggestion| of_problem(&Theme::plain(), &Problem::no_such_link(), suggestion);
        assert!(!html(page(None)).contains("href"));
        let with = page(Some("https://hop.example/docs"));
        assert_eq!(with.status, StatusCode::NOT_FOUND);
        assert!(html(with).contains("href=\"https://hop.example/docs\">https://hop.example/docs</a>"));
    }

    #[test]
    fn a_problem_keeps_the_header_it_brings_along() {
        let response = of_problem(&Theme::plain(), &Problem::method_not_allowed("GET, HEAD"), None);
        assert_eq!(response.header(&http::header::ALLOW), Some("GET, HEAD"));
    }
}
