//! Deeds as requests, and answers as what they tell.

use hop_core::Body;
use http::Method;
use http::header::{COOKIE, USER_AGENT};
use serde_json::{Value, json};

use super::draw::IMPORTED;
use super::judge::Told;
use super::world::{Address, Agent, Deed, Destination, Move, New, Visitor, Way};
use crate::support::Ask;
use crate::support::client::Answer;
use crate::support::locks::HASH;

/// The same request, on this domain.
pub(crate) fn on(domain: &str, ask: Ask) -> Ask {
    Ask { url: format!("{}?domain={domain}", ask.url), ..ask }
}

/// A deed as a request of its own.
pub(crate) fn one(deed: &Deed) -> Ask {
    match deed {
        Deed::Create(new) => Ask::create(&link(new)),
        Deed::Patch { at, seen, .. } => {
            let ask = on(at.0, Ask::change(&at.1, &patch(deed)));
            match seen {
                Some(seen) => ask.header(http::header::IF_MATCH, &format!("\"{seen}\"")),
                None => ask,
            }
        }
        Deed::Delete { at, .. } => on(at.0, Ask::delete(&at.1)),
        Deed::Restore { at } => on(at.0, Ask::restore(&at.1)),
        Deed::Erase { at } => Ask::remove(&format!("/api/v1/links/{}?erase=true&domain={}", at.1, at.0)),
        Deed::Retag { domain, old, new: Some(new) } => Ask::patch(&format!("/api/v1/tags/{old}?domain={domain}"), &json!({"tag": new})),
        Deed::Retag { domain, old, new: None } => Ask::remove(&format!("/api/v1/tags/{old}?domain={domain}")),
    }
}

pub(crate) fn batch(deeds: &[Deed]) -> Ask {
    let items: Vec<Value> = deeds.iter().map(item).collect();
    Ask::batch(&items)
}

fn item(deed: &Deed) -> Value {
    match deed {
        Deed::Create(new) => json!({"op": "create", "link": link(new)}),
        Deed::Patch { at, seen, .. } => json!({"op": "update", "alias": at.1, "domain": at.0, "if_match": seen, "patch": patch(deed)}),
        Deed::Delete { at, seen } => json!({"op": "delete", "alias": at.1, "domain": at.0, "if_match": seen}),
        Deed::Restore { .. } | Deed::Erase { .. } | Deed::Retag { .. } => unreachable!("a batch does not do this"),
    }
}

pub(crate) fn import(lines: &[Deed], as_rows: bool) -> Ask {
    let links = lines.iter().filter_map(|line| if let Deed::Create(new) = line { Some(link(new)) } else { None });
    if !as_rows {
        let lines: Vec<String> = links.map(|link| format!("{link}\n")).collect();
        return Ask::import("", "application/x-ndjson", lines.concat());
    }
    let names =
        ["alias", "domain", "target", "rules", "max_clicks", "password_hash", "title", "tags", "disabled", "owner", "created_at", "reuse"];
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => format!("\"{text}\""),
        other => format!("\"{}\"", other.to_string().replace('"', "\"\"")),
    };
    let row = |link: Value| names.map(|name| cell(&link[name])).join(",") + "\r\n";
    let rows: Vec<String> = links.map(row).collect();
    Ask::import("", "text/csv", format!("{}\r\n{}", names.join(","), rows.concat()))
}

fn link(new: &New) -> Value {
    let Destination { target, rules, max_clicks, password } = &new.said.destination;
    let mut json = json!({"target": target, "domain": new.domain});
    let mut say = |name: &str, value: Value, is_said: bool| {
        if is_said {
            json[name] = value;
        }
    };
    say("alias", json!(new.alias), new.alias.is_some());
    say("rules", new.said.destination.rules(), !rules.is_empty());
    say("max_clicks", json!(max_clicks), max_clicks.is_some());
    match password {
        Some(password) if *password == IMPORTED => say("password_hash", json!(HASH), true),
        password => say("password", json!(password.map(|password| password.text)), password.is_some()),
    }
    say("title", json!(new.said.title), new.said.title.is_some());
    say("tags", json!(new.said.tags), !new.said.tags.is_empty());
    say("disabled", json!(true), new.said.disabled);
    say("reuse", json!(true), new.reuse);
    say("find_if_exists", json!(true), new.way == Way::Find);
    say("owner", json!(new.owner), new.owner.is_some());
    say("created_at", json!(new.created), new.created.is_some());
    json
}

fn patch(deed: &Deed) -> Value {
    let Deed::Patch { at, destination, title, tags, disabled, going, .. } = deed else {
        unreachable!("only a patch has one");
    };
    let mut json = json!({});
    let mut say = |name: &str, value: Value, is_said: bool| {
        if is_said {
            json[name] = value;
        }
    };
    if let Some(destination) = destination {
        say("target", json!(destination.target), true);
        say("rules", destination.rules(), true);
        say("max_clicks", json!(destination.max_clicks), true);
        say("password", json!(destination.password.map(|password| password.text)), true);
    }
    say("title", json!(title), title.is_some());
    say("tags", json!(tags), tags.is_some());
    say("disabled", json!(disabled), disabled.is_some());
    if let Some(Move { to, keep, reuse }) = going {
        say("domain", json!(to.0), to.0 != at.0);
        say("alias", json!(to.1), to.1 != at.1 || to.0 == at.0);
        say("keep_old_alias", json!(true), *keep);
        say("reuse", json!(true), *reuse);
    }
    json
}

/// A visitor follows a link, with a cookie if they opened its lock.
pub(crate) fn visit(at: &Address, visitor: Visitor, cookie: Option<&str>) -> Ask {
    let agent = match visitor.agent {
        Agent::Desktop => "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        Agent::Phone => {
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
        }
        Agent::Robot => "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    };
    let mut ask = Ask::to(Method::GET, format!("http://{}/{}", at.0, at.1)).header(USER_AGENT, agent);
    ask.visitor.country = visitor.country;
    match cookie {
        Some(cookie) => ask.header(COOKIE, cookie),
        None => ask,
    }
}

/// The same visitor types a password.
pub(crate) fn type_in(at: &Address, visitor: Visitor, password: &str) -> Ask {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("password", password).finish();
    Ask { method: Method::POST, body: Body::Whole(form.into_bytes()), ..visit(at, visitor, None) }
}

/// The cookie of a lock that was opened, as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> Option<String> {
    Some(answer.header("set-cookie").split_once(';')?.0.to_owned())
}

/// What an answer tells of one deed.
pub(crate) fn told(answer: &Answer) -> Told {
    let json = answer.json();
    let is_link = json["id"].is_string();
    if is_link {
        assert_eq!(answer.header("etag"), format!("\"{}\"", json["version"]), "{json}");
    }
    let changed = json["changed"].as_u64().and_then(|count| Some((usize::try_from(count).ok()?, json["done"].as_bool()?)));
    let alias = json["alias"].as_str().map(str::to_owned);
    let is_too_much = is_too_much(&json);
    Told { status: answer.code(), problem: answer.problem(), alias, changed, link: is_link.then_some(json), is_too_much }
}

/// What an answer tells of each of so many deeds.
pub(crate) fn told_each(answer: &Answer, count: usize) -> Vec<Told> {
    if answer.code() != 200 {
        return vec![told(answer); count];
    }
    let json = answer.json();
    let results = json["results"].as_array().expect("each has its result");
    // What comes behind the line where an import goes on was not tried.
    assert!(results.len() == count || (results.len() < count && json["next"].is_object()), "{json}");
    let one = |result: &Value| {
        let link = &result["link"];
        Told {
            status: u16::try_from(result["status"].as_u64().expect("a status")).expect("a status"),
            problem: result["problem"]["code"].as_str().unwrap_or_default().to_owned(),
            alias: link["alias"].as_str().or(result["alias"].as_str()).map(str::to_owned),
            link: link.is_object().then(|| link.clone()),
            changed: None,
            is_too_much: is_too_much(&result["problem"]),
        }
    };
    let mut told: Vec<Told> = results.iter().map(one).collect();
    told.resize_with(count, Told::untried);
    told
}

/// Whether a problem is that the tags of a link take too many store operations.
fn is_too_much(problem: &Value) -> bool {
    let errors = problem["errors"].as_array().into_iter().flatten();
    errors
        .filter(|error| error["code"] == "too_many")
        .any(|error| error["field"].as_str().is_some_and(|field| field.ends_with("/tags") || field == "/items"))
}

/// The address of a link that is shown.
pub(crate) fn address(json: &Value) -> Address {
    let domain = super::world::DOMAINS.into_iter().find(|domain| json["domain"] == **domain).expect("a domain of this deployment");
    (domain, json["alias"].as_str().expect("an alias").to_owned())
}
