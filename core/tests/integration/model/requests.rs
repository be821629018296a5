//! Commands as requests, and responses as outcomes.

use hop_core::Body;
use http::Method;
use http::header::{COOKIE, USER_AGENT};
use serde_json::{Value, json};

use super::candidates::Outcome;
use super::generate::IMPORTED;
use super::world::{Address, Agent, Command, CreateMode, Destination, MoveTo, NewLink, Visitor};
use crate::support::Ask;
use crate::support::client::Answer;
use crate::support::locks::HASH;

/// The same request, on this domain.
pub(crate) fn on(domain: &str, ask: Ask) -> Ask {
    Ask { url: format!("{}?domain={domain}", ask.url), ..ask }
}

/// The request for one command.
pub(crate) fn one(command: &Command) -> Ask {
    match command {
        Command::Create(new) => Ask::create(&link(new)),
        Command::Patch { at, if_match, .. } => {
            let ask = on(at.0, Ask::change(&at.1, &patch(command)));
            match if_match {
                Some(if_match) => ask.header(http::header::IF_MATCH, &format!("\"{if_match}\"")),
                None => ask,
            }
        }
        Command::Delete { at, .. } => on(at.0, Ask::delete(&at.1)),
        Command::Restore { at } => on(at.0, Ask::restore(&at.1)),
        Command::Erase { at } => Ask::remove(&format!("/api/v1/links/{}?erase=true&domain={}", at.1, at.0)),
        Command::Retag { domain, old, new: Some(new) } => Ask::patch(&format!("/api/v1/tags/{old}?domain={domain}"), &json!({"tag": new})),
        Command::Retag { domain, old, new: None } => Ask::remove(&format!("/api/v1/tags/{old}?domain={domain}")),
    }
}

pub(crate) fn batch(commands: &[Command]) -> Ask {
    let items: Vec<Value> = commands.iter().map(item).collect();
    Ask::batch(&items)
}

fn item(command: &Command) -> Value {
    match command {
        Command::Create(new) => json!({"op": "create", "link": link(new)}),
        Command::Patch { at, if_match, .. } => {
            json!({"op": "update", "alias": at.1, "domain": at.0, "if_match": if_match, "patch": patch(command)})
        }
        Command::Delete { at, if_match } => json!({"op": "delete", "alias": at.1, "domain": at.0, "if_match": if_match}),
        Command::Restore { .. } | Command::Erase { .. } | Command::Retag { .. } => unreachable!("no operation of a batch"),
    }
}

pub(crate) fn import(lines: &[Command], as_rows: bool) -> Ask {
    let links = lines.iter().filter_map(|line| if let Command::Create(new) = line { Some(link(new)) } else { None });
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

fn link(new: &NewLink) -> Value {
    let Destination { target, rules, max_clicks, password } = &new.settings.destination;
    let mut json = json!({"target": target, "domain": new.domain});
    let mut set = |name: &str, value: Value, is_set: bool| {
        if is_set {
            json[name] = value;
        }
    };
    set("alias", json!(new.alias), new.alias.is_some());
    set("rules", new.settings.destination.rules(), !rules.is_empty());
    set("max_clicks", json!(max_clicks), max_clicks.is_some());
    match password {
        Some(password) if *password == IMPORTED => set("password_hash", json!(HASH), true),
        password => set("password", json!(password.map(|password| password.text)), password.is_some()),
    }
    set("title", json!(new.settings.title), new.settings.title.is_some());
    set("tags", json!(new.settings.tags), !new.settings.tags.is_empty());
    set("disabled", json!(true), new.settings.disabled);
    set("reuse", json!(true), new.reuse);
    set("find_if_exists", json!(true), new.mode == CreateMode::Find);
    set("owner", json!(new.owner), new.owner.is_some());
    set("created_at", json!(new.created), new.created.is_some());
    json
}

fn patch(command: &Command) -> Value {
    let Command::Patch { at, destination, title, tags, disabled, move_to, .. } = command else {
        unreachable!("only a patch command has a body");
    };
    let mut json = json!({});
    let mut set = |name: &str, value: Value, is_set: bool| {
        if is_set {
            json[name] = value;
        }
    };
    if let Some(destination) = destination {
        set("target", json!(destination.target), true);
        set("rules", destination.rules(), true);
        set("max_clicks", json!(destination.max_clicks), true);
        set("password", json!(destination.password.map(|password| password.text)), true);
    }
    set("title", json!(title), title.is_some());
    set("tags", json!(tags), tags.is_some());
    set("disabled", json!(disabled), disabled.is_some());
    if let Some(MoveTo { to, keep, reuse }) = move_to {
        set("domain", json!(to.0), to.0 != at.0);
        set("alias", json!(to.1), to.1 != at.1 || to.0 == at.0);
        set("keep_old_alias", json!(true), *keep);
        set("reuse", json!(true), *reuse);
    }
    json
}

/// A visit of a link, with a cookie if the visitor unlocked it.
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

/// The password form of a link, submitted by this visitor.
pub(crate) fn type_in(at: &Address, visitor: Visitor, password: &str) -> Ask {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("password", password).finish();
    Ask { method: Method::POST, body: Body::Whole(form.into_bytes()), ..visit(at, visitor, None) }
}

/// The unlock cookie of a response, as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> Option<String> {
    Some(answer.header("set-cookie").split_once(';')?.0.to_owned())
}

/// The outcome of one command.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    let json = answer.json();
    let is_link = json["id"].is_string();
    if is_link {
        assert_eq!(answer.header("etag"), format!("\"{}\"", json["version"]), "{json}");
    }
    let changed = json["changed"].as_u64().and_then(|count| Some((usize::try_from(count).ok()?, json["done"].as_bool()?)));
    let alias = json["alias"].as_str().map(str::to_owned);
    let is_too_much = is_too_much(&json);
    Outcome { status: answer.code(), problem: answer.problem(), alias, changed, link: is_link.then_some(json), is_too_much }
}

/// The outcomes of `count` commands in one request.
pub(crate) fn outcomes(answer: &Answer, count: usize) -> Vec<Outcome> {
    if answer.code() != 200 {
        return vec![outcome(answer); count];
    }
    let json = answer.json();
    let results = json["results"].as_array().expect("each command has a result");
    // Lines after the one where an import continues were not tried.
    assert!(results.len() == count || (results.len() < count && json["next"].is_object()), "{json}");
    let one = |result: &Value| {
        let link = &result["link"];
        Outcome {
            status: u16::try_from(result["status"].as_u64().expect("a status")).expect("a status"),
            problem: result["problem"]["code"].as_str().unwrap_or_default().to_owned(),
            alias: link["alias"].as_str().or(result["alias"].as_str()).map(str::to_owned),
            link: link.is_object().then(|| link.clone()),
            changed: None,
            is_too_much: is_too_much(&result["problem"]),
        }
    };
    let mut outcomes: Vec<Outcome> = results.iter().map(one).collect();
    outcomes.resize_with(count, Outcome::untried);
    outcomes
}

/// Whether a problem says that the tags of a link need too many store operations.
fn is_too_much(problem: &Value) -> bool {
    let errors = problem["errors"].as_array().into_iter().flatten();
    errors
        .filter(|error| error["code"] == "too_many")
        .any(|error| error["field"].as_str().is_some_and(|field| field.ends_with("/tags") || field == "/items"))
}

/// The address of a link in a response.
pub(crate) fn address(json: &Value) -> Address {
    let domain = super::world::DOMAINS.into_iter().find(|domain| json["domain"] == **domain).expect("a domain of this deployment");
    (domain, json["alias"].as_str().expect("an alias").to_owned())
}
