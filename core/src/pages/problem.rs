//! Problem pages: the page that explains a problem code, and the page that a visitor gets for a problem.

use http::StatusCode;

use super::html::Html;
use super::report::report_link;
use super::{HtmlPage, messages};
use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode, TargetWarning};
use crate::message::response::Response;
use crate::model::theme::Theme;
use crate::store::ports::Edge;

/// `GET /problems/{code}`: explains a problem code.
pub(crate) async fn explain_problem<E: Edge>(context: &Context<'_, E>, code: &str) -> Result<Response, Problem> {
    explanation(&context.config.theme, code)
}

fn explanation(theme: &Theme, code: &str) -> Result<Response, Problem> {
    let info = ProblemCode::from_name(code).ok_or_else(Problem::no_such_page)?.info();
    let mut body = Html::default();
    body.heading(info.title).markup("<p>").prose(info.remedy).markup("</p>\n<p class=\"soft\"><code>");
    body.text(&info.status.as_u16().to_string()).markup(" ").text(info.name).markup("</code></p>\n");
    Ok(HtmlPage { body, ..HtmlPage::new(StatusCode::OK, info.title) }.answer(theme))
}

/// A problem as a page for a visitor. `suggestion` is the address of the link that they may have meant.
pub(crate) fn of_problem(theme: &Theme, problem: &Problem, suggestion: Option<&str>) -> Response {
    let message = messages::of(problem);
    let mut body = Html::default();
    body.heading(message.heading).markup("<p>").prose(message.text).markup("</p>\n");
    if let Some(suggestion) = suggestion {
        body.markup("<p>").text(messages::DID_YOU_MEAN).markup("</p>\n").boxed(|body| body.address(suggestion));
    }
    if let Some(TargetWarning::Listed(Some(target)) | TargetWarning::Shortener(Some(target))) = &problem.warning {
        body.markup("<p>").text(messages::GOES_TO).markup("</p>\n").boxed(|body| body.plain_address(target));
    }
    if let Some(short_url) = &problem.reportable {
        report_link(&mut body, short_url);
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
    fn every_problem_code_has_a_page() {
        for code in ProblemCode::ALL {
            let html = html(explanation(&Theme::plain(), code.name()).unwrap());
            assert!(html.contains(&format!("<code>{} {}</code>", code.status().as_u16(), code.name())), "{html}");
        }
        assert!(explanation(&Theme::plain(), "nope").is_err());
    }

    #[test]
    fn problem_page_links_to_the_suggestion() {
        let page = |suggestion| of_problem(&Theme::plain(), &Problem::no_such_link(), suggestion);
        assert!(!html(page(None)).contains("href"));
        let with = page(Some("https://hop.example/docs"));
        assert_eq!(with.status, StatusCode::NOT_FOUND);
        assert!(html(with).contains("href=\"https://hop.example/docs\">https://hop.example/docs</a>"));
    }

    #[test]
    fn warning_offers_to_report_the_link() {
        let warning = || Problem::blocked_target(Some("evil.example".into()));
        assert!(!html(of_problem(&Theme::plain(), &warning(), None)).contains("href"));
        let page = html(of_problem(&Theme::plain(), &warning().reportable("https://hop.example/docs".into()), None));
        assert!(page.contains("href=\"/report?url=https%3A%2F%2Fhop.example%2Fdocs\">Report this link</a>"), "{page}");
        assert_eq!(page.matches("href").count(), 1, "the target is no link: {page}");
    }

    #[test]
    fn problem_page_keeps_the_problem_header() {
        let response = of_problem(&Theme::plain(), &Problem::method_not_allowed("GET, HEAD"), None);
        assert_eq!(response.header(&http::header::ALLOW), Some("GET, HEAD"));
    }
}
