//! The pages that are looked at: each is what somebody gets who opens a link, or fills in what the link asks.

use serde_json::{Value, json};

use crate::foreign;
use crate::site::{DomainRecord, NAMED, PASSWORD, PLAIN};

/// Whoever is neither a person nor a preview.
const PROGRAM: &str = "curl/8.5.0";
const PREVIEW: &str = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";

/// Its fragment is a script, which has to stay text.
const LONG: &str = "https://example.com/a/rather/long/address/that/goes/on?for=ever&and=ever#<script>document.title='broken'</script>";
const SHORT: &str = "https://example.com/";

/// Makes the links, and says what is to be seen at them.
pub(crate) fn all(site: &DomainRecord) -> Vec<Value> {
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
        at("problem", "problems/invalid_fields", 200, &["422 invalid_fields", "in errors"]),
        at("preview", "docs+", 200, &["This link goes to", "#<script>document.title='broken'</script>", "<b>hop</b>"]),
        at("preview-hidden", "few+", 200, &["only to those who follow it"]),
        at("preview-app", "to-app+", 200, &["my-app://open/this"]),
        at("confirm", "confirm", 200, &["Continue", "#<script>"]),
        at("confirm-card", "confirm-card", 200, &["Continue", "A handbook"]),
        at("password", "locked", 200, &["Password", "Open the link"]),
        typing("wrong", at("password-wrong", "locked", 403, &["This password is wrong"])),
        typing("wrong", at("password-too-often", "guessed", 429, &["Too many attempts", "Wait 15 minutes"])),
        coming_as(PROGRAM, at("person", "people", 200, &["This link opens only for people"])),
        coming_as(PREVIEW, at("card", "docs", 200, &["A handbook"])),
    ];
    pages.extend(foreign::pages(site));
    pages
}

/// What is to be seen at an address.
pub(crate) fn page(name: &str, url: &str, status: u16, says: &[&str]) -> Value {
    json!({ "name": name, "url": url, "lands": url, "status": status, "says": says })
}

/// Once this was typed into the form there and sent, again and again until the answer has the status.
pub(crate) fn typing(text: &str, mut page: Value) -> Value {
    page["typed"] = json!(text);
    page
}

/// By somebody other than a person.
fn coming_as(agent: &str, mut page: Value) -> Value {
    page["agent"] = json!(agent);
    page
}
