//! Forms on another site's pages. One that is sent to hop presses a button in a visitor's name, so hop refuses it.

use hop_conformance::server::Arrival;
use serde_json::{Value, json};

use crate::found;
use crate::pages::{page, typing};
use crate::site::{DomainRecord, ELSEWHERE, PASSWORD, PLAIN, TRUSTED};

/// Where the links lead to that are tried here. Nobody ever comes there.
const TARGET: &str = "/nobody";
const ALIAS: &str = "tried-from-elsewhere";

/// A page with such a form.
struct Form {
    name: &'static str,
    /// The domain of the link.
    host: &'static str,
    /// What it says about itself in its head.
    head: &'static str,
}

/// By what hop knows them: a browser tells hosts that it trusts what kind of site a form came from, all others its origin, or none.
const FORMS: [Form; 3] = [
    Form { name: "foreign-site", host: TRUSTED, head: "" },
    Form { name: "foreign-origin", host: PLAIN, head: "" },
    Form { name: "hidden-origin", host: PLAIN, head: "<meta name=\"referrer\" content=\"no-referrer\">" },
];

impl Form {
    fn path(&self) -> String {
        format!("/forms/{}", self.name)
    }

    /// It even knows the password.
    fn html(&self) -> String {
        let Self { host, head, .. } = self;
        format!(
            "<!doctype html><title>A prize</title>{head}<form method=\"post\" action=\"http://{host}/{ALIAS}\">\
             <input type=\"hidden\" name=\"password\" value=\"{PASSWORD}\"><button>Win</button></form>"
        )
    }
}

/// What the other site shows, by path.
pub(crate) fn html() -> Vec<(String, String)> {
    FORMS.iter().map(|form| (form.path(), form.html())).collect()
}

/// Makes the links, and says what is to be seen once a form was sent.
pub(crate) fn pages(site: &DomainRecord) -> Vec<Value> {
    for domain in [PLAIN, TRUSTED] {
        site.link(domain, ALIAS, &format!("http://{ELSEWHERE}{TARGET}"), &json!({ "password": PASSWORD }));
    }
    let refused = |form: &Form| {
        let mut page = page(form.name, &format!("http://{ELSEWHERE}{}", form.path()), 403, &["another site"]);
        page["lands"] = json!(format!("http://{}/{ALIAS}", form.host));
        typing("", page)
    };
    FORMS.iter().map(refused).collect()
}

/// Nobody was led on by such a form, though every form was seen.
pub(crate) fn judge(arrivals: &[Arrival]) -> Value {
    let came = |path: &str| arrivals.iter().any(|arrival| arrival.url.ends_with(path));
    let mut wrong: Vec<String> = FORMS.iter().map(Form::path).filter(|path| !came(path)).map(|path| format!("nobody saw {path}")).collect();
    if came(TARGET) {
        wrong.push("somebody was led on".into());
    }
    found("a form of another site leads nowhere", &wrong)
}
