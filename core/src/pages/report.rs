//! The pages of `/report`: the form that reports a link, and the thanks for a report. Other pages link to the form.

use std::borrow::Cow;

use form_urlencoded::byte_serialize;
use http::StatusCode;

use super::html::Html;
use super::{HtmlForm, HtmlPage, messages};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::Response;
use crate::model::abuse_report::AbuseReason;
use crate::model::field_error::FieldCode;
use crate::model::theme::Theme;

/// What a visitor typed into the form. It may be invalid.
#[derive(Debug, Default)]
pub(crate) struct TypedReport<'a> {
    pub(crate) url: Cow<'a, str>,
    pub(crate) reason: Cow<'a, str>,
    pub(crate) detail: Cow<'a, str>,
    pub(crate) contact: Cow<'a, str>,
}

/// A field of the form: its name, which is also its id, and its parts in markup.
struct FormField {
    name: &'static str,
    label: &'static str,
    /// The start of the control, up to its own attributes.
    start: &'static str,
    /// The attributes that point to its error.
    error: &'static str,
}

const URL: FormField = FormField {
    name: "url",
    label: "<label for=\"url\">",
    start: "<input id=\"url\" name=\"url\" type=\"text\" inputmode=\"url\" autocomplete=\"off\" autocapitalize=\"none\" \
        spellcheck=\"false\" required maxlength=\"2048\"",
    error: "<p class=\"box wrong\" id=\"url-wrong\">",
};

const REASON: FormField = FormField {
    name: "reason",
    label: "<label for=\"reason\">",
    start: "<select id=\"reason\" name=\"reason\" required",
    error: "<p class=\"box wrong\" id=\"reason-wrong\">",
};

const DETAIL: FormField = FormField {
    name: "detail",
    label: "<label for=\"detail\">",
    start: "<textarea id=\"detail\" name=\"detail\" rows=\"5\" maxlength=\"2000\"",
    error: "<p class=\"box wrong\" id=\"detail-wrong\">",
};

const CONTACT: FormField = FormField {
    name: "contact",
    label: "<label for=\"contact\">",
    start: "<input id=\"contact\" name=\"contact\" type=\"text\" inputmode=\"email\" autocomplete=\"email\" maxlength=\"254\"",
    error: "<p class=\"box wrong\" id=\"contact-wrong\">",
};

/// The form with what was typed. `problem` is why a report was not saved: wrong fields are shown at their fields, any
/// other problem above the form.
pub(crate) fn report_form(theme: &Theme, typed: &TypedReport<'_>, problem: Option<&Problem>) -> Response {
    let mut body = Html::default();
    body.heading(messages::REPORT.heading).markup("<p>").text(messages::REPORT.text).markup("</p>\n");
    if let Some(problem) = problem {
        body.markup("<p class=\"box wrong\" role=\"alert\">").text(notice(problem)).markup("</p>\n");
    }
    body.markup("<form method=\"post\" action=\"/report\">\n");
    begin_field(&mut body, &URL, messages::REPORT_URL, problem).markup(" value=\"").text(&typed.url).markup("\">\n");
    begin_field(&mut body, &REASON, messages::REPORT_REASON, problem).markup(">\n<option value=\"\">");
    body.text(messages::REPORT_CHOOSE).markup("</option>\n");
    for reason in AbuseReason::ALL {
        body.markup("<option value=\"").text(reason.name()).markup(if reason.name() == typed.reason { "\" selected>" } else { "\">" });
        body.text(messages::reason(reason)).markup("</option>\n");
    }
    body.markup("</select>\n");
    // Browsers drop a line feed after the start tag.
    begin_field(&mut body, &DETAIL, messages::REPORT_DETAIL, problem).markup(">\n").text(&typed.detail).markup("</textarea>\n");
    begin_field(&mut body, &CONTACT, messages::REPORT_CONTACT, problem).markup(" value=\"").text(&typed.contact).markup("\">\n");
    body.markup("<p class=\"soft\" id=\"contact-use\">").text(messages::REPORT_CONTACT_USE).markup("</p>\n");
    body.markup("<button>").text(messages::REPORT_SEND).markup("</button>\n</form>\n");
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    let page = HtmlPage { body, form: Some(HtmlForm { schemes: &[] }), ..HtmlPage::new(status, messages::REPORT.heading) };
    let response = page.answer(theme);
    if let Some(problem) = problem { response.advise(&problem.advice) } else { response }
}

/// Adds the label of a field, its error, and the start of its control with the attributes that name both.
fn begin_field<'h>(body: &'h mut Html, field: &FormField, label: &str, problem: Option<&Problem>) -> &'h mut Html {
    body.markup(field.label).text(label).markup("</label>\n");
    let error = problem.and_then(|problem| problem.errors.iter().find(|error| error.field.strip_prefix('/') == Some(field.name)));
    if let Some(located) = error {
        let detail = if located.error.code == FieldCode::Required { messages::REPORT_EMPTY_FIELD } else { &*located.error.detail };
        body.markup(field.error).text(detail).markup("</p>\n");
    }
    body.markup(field.start);
    let is_contact = field.name == CONTACT.name;
    let described_by: Vec<String> =
        error.map(|_| format!("{}-wrong", field.name)).into_iter().chain(is_contact.then(|| "contact-use".to_owned())).collect();
    if error.is_some() {
        body.markup(" aria-invalid=\"true\"");
    }
    if !described_by.is_empty() {
        body.markup(" aria-describedby=\"").text(&described_by.join(" ")).markup("\"");
    }
    body
}

/// The sentence above the form that says why a report was not saved.
fn notice(problem: &Problem) -> &str {
    match problem.code {
        ProblemCode::InvalidFields => messages::REPORT_WRONG,
        _ if problem.is_transient() => messages::REPORT_LATER,
        _ => &problem.detail,
    }
}

/// The thanks for a report.
pub(crate) fn report_thanks(theme: &Theme, id: &str) -> Response {
    let mut body = Html::default();
    body.heading(messages::REPORT_THANKS.heading).markup("<p>").text(messages::REPORT_THANKS.text).markup("</p>\n<p class=\"soft\">");
    body.text(messages::REPORT_NUMBER).markup(" <code>").text(id).markup("</code></p>\n");
    HtmlPage { body, ..HtmlPage::new(StatusCode::OK, messages::REPORT_THANKS.heading) }.answer(theme)
}

/// Adds a link to the form, which then has the short URL.
pub(super) fn report_link(body: &mut Html, short_url: &str) {
    let url: String = byte_serialize(short_url.as_bytes()).collect();
    body.markup("<p class=\"soft\"><a rel=\"nofollow\" href=\"/report?url=").text(&url).markup("\">");
    body.text(messages::REPORT_THIS).markup("</a></p>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field_error::{FieldError, LocatedError};

    const EVIL: &str = "\"'><script>alert(1)</script>";

    fn form(typed: &TypedReport<'_>, problem: Option<&Problem>) -> String {
        String::from_utf8(report_form(&Theme::plain(), typed, problem).body).unwrap()
    }

    #[test]
    fn form_keeps_and_escapes_typed_text() {
        let typed = TypedReport { url: EVIL.into(), reason: "spam".into(), detail: format!("\n{EVIL}").into(), contact: EVIL.into() };
        let html = form(&typed, None);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 3, "{html}");
        assert!(html.contains("<option value=\"spam\" selected>") && html.matches(" selected").count() == 1, "{html}");
        assert!(html.contains("maxlength=\"2000\">\n\n&quot;"), "the first line feed of the text is kept: {html}");
        assert_eq!(form(&TypedReport { reason: EVIL.into(), ..TypedReport::default() }, None).matches(" selected").count(), 0);
    }

    #[test]
    fn errors_are_shown_at_their_fields() {
        let error = |field: &str, error| LocatedError { field: field.into(), error };
        let problem = Problem::invalid_fields(vec![
            error("/url", FieldError::invalid("no such <link>")),
            error("/reason", FieldError::new(FieldCode::Required, "x")),
            error("/contact", FieldError::invalid("no contact")),
        ]);
        let response = report_form(&Theme::plain(), &TypedReport::default(), Some(&problem));
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = String::from_utf8(response.body).unwrap();
        assert_eq!(html.matches(" aria-invalid=\"true\"").count(), 3, "{html}");
        for part in [
            "<p class=\"box wrong\" id=\"url-wrong\">no such &lt;link&gt;</p>",
            "aria-describedby=\"url-wrong\"",
            "<p class=\"box wrong\" id=\"reason-wrong\">Fill in this field.</p>",
            "aria-describedby=\"contact-wrong contact-use\"",
            messages::REPORT_WRONG,
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let html = form(&TypedReport::default(), None);
        assert!(!html.contains("wrong\"") && html.contains("aria-describedby=\"contact-use\""), "{html}");
    }

    #[test]
    fn form_may_be_sent_only_to_its_origin() {
        let response = report_form(&Theme::plain(), &TypedReport::default(), None);
        let policy = response.header(&http::header::CONTENT_SECURITY_POLICY).unwrap();
        assert!(policy.ends_with("; form-action 'self'"), "{policy}");
        assert_eq!(response.header(&http::header::REFERRER_POLICY), Some("same-origin"));
    }

    #[test]
    fn other_problems_are_shown_above_the_form() {
        let problem = Problem::from(crate::store::ports::StoreError::Unavailable("a cause".into()));
        let response = report_form(&Theme::plain(), &TypedReport { url: "x".into(), ..TypedReport::default() }, Some(&problem));
        assert_eq!((response.status.as_u16(), response.header(&http::header::RETRY_AFTER)), (503, Some("2")));
        let html = String::from_utf8(response.body).unwrap();
        assert!(html.contains(messages::REPORT_LATER) && html.contains("value=\"x\"") && !html.contains("a cause"), "{html}");
    }
}
