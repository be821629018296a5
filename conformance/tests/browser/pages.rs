//! The pages that the browser checks, each with the links it needs and its expected text.

use serde_json::{Value, json};

use crate::foreign;
use crate::site::{NAMED, PASSWORD, PLAIN, Site};

/// A visitor that is neither a person nor a preview bot.
const PROGRAM: &str = "curl/8.5.0";
const PREVIEW: &str = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";

/// A target whose fragment is a script, which must stay text.
const LONG: &str = "https://example.com/a/rather/long/address/that/goes/on?for=ever&and=ever#<script>document.title='broken'</script>";
const SHORT: &str = "https://example.com/";

/// Creates the links, and returns the expected pages.
pub(crate) fn all(site: &Site) -> Vec<Value> {
    let card = json!({
        "title": "Everything there is to know about <b>hop</b> & \"friends\"",
        "description": "A handbook for those who run it, call it, or have to trust it. مرحبا",
        "image": "https://example.com/card.png",
    });
    site.link(PLAIN, "docs", LONG, &json!({ "card": card }));
    site.link(PLAIN, "few", SHORT, &json!({ "max_clicks": 5 }));
    site.link(PLAIN, "to-app", "my-app://open/this", &json!({}));
    site.link(PLAIN, "confirm", LONG, &json!({ "confirm": true }));
    site.link(PLAIN, "confirm-card", SHORT, &json!({ "confirm": true, "max_clicks": 5, "card": card }));
    site.link(PLAIN, "locked", SHORT, &json!({ "password": PASSWORD, "card": card }));
    site.link(PLAIN, "guessed", SHORT, &json!({ "password": PASSWORD }));
    site.link(PLAIN, "people", SHORT, &json!({ "max_clicks": 5, "card": card }));
    site.link(PLAIN, "ended", SHORT, &json!({}));
    site.delete("ended");
    site.link(PLAIN, "harmful", "https://evil.example/login", &json!({}));
    site.block("evil.example");
    site.link(NAMED, "confirm", SHORT, &json!({ "confirm": true }));

    let at = |name: &str, path: &str, status: u16, says: &[&str]| page(name, &format!("http://{PLAIN}/{path}"), status, says);
    let mut pages = vec![
        at("home", "", 200, &["hop", "short links"]),
        page("named", &format!("http://{NAMED}/"), 200, &["Short & sweet"]),
        page("named-not-found", &format!("http://{NAMED}/nothing"), 404, &["Short & sweet"]),
        page("named-confirm", &format!("http://{NAMED}/confirm"), 200, &["Short & sweet", "Continue"]),
        at("not-found", "nothing", 404, &["There is nothing here"]),
        at("suggestion", "Docs.", 404, &["Did you mean", "https://hop.example/docs"]),
        at("ended", "ended", 410, &["This link has ended"]),
        at("problem", "problems/invalid_fields", 200, &["422 invalid_fields", "errors lists every wrong field"]),
        at("preview", "docs+", 200, &["This link goes to", "#<script>document.title='broken'</script>", "<b>hop</b>"]),
        at("preview-hidden", "few+", 200, &["is shown only when you open it"]),
        at("preview-app", "to-app+", 200, &["my-app://open/this"]),
        at("confirm", "confirm", 200, &["Continue", "#<script>"]),
        at("confirm-card", "confirm-card", 200, &["Continue", "A handbook"]),
        at("password", "locked", 200, &["Password", "Open the link"]),
        typing("wrong", at("password-wrong", "locked", 403, &["This password is wrong"])),
        typing("wrong", at("password-too-often", "guessed", 429, &["Too many attempts", "Wait, then try again"])),
        at("warning", "harmful", 403, &["This link may be harmful", "evil.example", "Report this link"]),
        at("report", "report?url=https%3A%2F%2Fhop.example%2Fdocs", 200, &["Report a link", "Choose a reason", "Send the report"]),
        filling(
            &json!({ "url": "https://hop.example/nothing", "reason": "Spam", "detail": LONG }),
            at("report-wrong", "report", 422, &["Correct the fields", "there is no such link"]),
        ),
        filling(&json!({ "url": "hop.example/docs", "reason": "Phishing" }), at("report-sent", "report", 200, &["Thank you", "rep_"])),
        with_agent(PROGRAM, at("person", "people", 200, &["This link opens only for people"])),
        with_agent(PREVIEW, at("card", "docs", 200, &["A handbook"])),
    ];
    pages.extend(foreign::pages(site));
    pages
}

/// A page expected at a URL.
pub(crate) fn page(name: &str, url: &str, status: u16, says: &[&str]) -> Value {
    json!({ "name": name, "url": url, "lands": url, "status": status, "says": says })
}

/// The page after this text was sent with its form, repeatedly until the response has the expected status.
pub(crate) fn typing(text: &str, mut page: Value) -> Value {
    page["typed"] = json!(text);
    page
}

/// The page after these fields of its form were filled in and sent.
fn filling(fields: &Value, mut page: Value) -> Value {
    page["fields"] = fields.clone();
    page
}

/// The page for another `User-Agent`.
fn with_agent(agent: &str, mut page: Value) -> Value {
    page["agent"] = json!(agent);
    page
}
