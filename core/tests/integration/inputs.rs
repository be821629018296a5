//! Described inputs: `docs/openapi.json` describes exactly the parameters, headers and fields that hop reads. The tests
//! send every word of hop's sources as a name and compare the names that hop does not reject as unknown.
#![cfg(not(target_arch = "wasm32"))]

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{PLANTED, plant};
use crate::support::source::sources;
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{MemoryEdge, TokenForge};
use hop_core::ports::{ClientInfo, Edge as _};
use hop_core::store::Key;
use hop_core::{Body, Head, Request};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Method};
use serde_json::{Value, json};

/// An operation of the API with its described parameters and bodies.
struct Operation {
    path: String,
    method: Method,
    parameters: Vec<Value>,
    body: Value,
}

fn document() -> Value {
    let path = format!("{}/../docs/openapi.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).expect("the document exists")).expect("the document is JSON")
}

/// `value`, or the target of its reference.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn operations(document: &Value) -> Vec<Operation> {
    let (mut found, user) = (Vec::new(), user(&MemoryEdge::new(1)));
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (name, operation) in
            item.as_object().expect("methods").iter().filter(|(name, _)| !["parameters", "head"].contains(&name.as_str()))
        {
            let parameters = items(&item["parameters"]).chain(items(&operation["parameters"]));
            found.push(Operation {
                path: path
                    .replace("{alias}", "docs")
                    .replace("{code}", "internal")
                    .replace("{tag}", "x")
                    .replace("{domain}", "c.example")
                    .replace("{user}", &user)
                    .replace("{key}", PLANTED)
                    .replace("{file}", "main-memory.js"),
                method: name.to_uppercase().parse().expect("a method"),
                parameters: parameters.map(|parameter| resolve(document, parameter).clone()).collect(),
                body: operation["requestBody"]["content"].clone(),
            });
        }
    }
    found
}

/// Every string literal in hop's sources that could be a name, and every declared field.
fn words() -> BTreeSet<String> {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let mut found = BTreeSet::new();
    for source in sources("core/src") {
        let texts = source.words.iter().filter_map(|word| word.strip_prefix('"')?.strip_suffix('"'));
        let fields = source.words.windows(2).filter(|words| words[1] == ":").map(|words| words[0].as_str());
        found.extend(texts.chain(fields).filter(|text| is_name(text)).map(str::to_owned));
    }
    found
}

/// Creates the first user of an edge. The id is the same on every edge.
fn user(edge: &MemoryEdge) -> String {
    let made = run(Isolate::new(edge).ask(Ask::post("/api/v1/users", &json!({"email": "ann@example.com"})))).json();
    made["id"].as_str().expect("an id").to_owned()
}

/// An edge with the user, the link, the tag, the domain and the key that the operations name.
fn edge() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    user(&edge);
    let link = Ask::create(&json!({"target": "https://example.com/", "alias": "docs", "tags": ["x"]}));
    let locked = Ask::create(&json!({"target": "https://example.com/", "alias": "locked", "password": "a-long-password"}));
    let rule = json!({"target": "https://example.com/", "when": [{"type": "language", "any": ["de"]}]});
    let ruled = Ask::create(&json!({"target": "https://example.com/", "alias": "ruled", "rules": [rule], "card": {"title": "a card"}}));
    let domain = Ask::post("/api/v1/domains", &json!({"domain": "c.example"}));
    for ask in [link, locked, ruled, domain] {
        assert_eq!(run(Isolate::new(&edge).ask(ask)).code(), 201);
    }
    plant(&edge);
    plant_session(&edge);
    edge
}

/// Plants the user and the session of [`token`].
fn plant_session(edge: &MemoryEdge) {
    let (tokens, now) = (json!({"created": "t", "recent": ["t"]}), edge.now().as_millis());
    let user = json!({
        "v": 1, "id": TokenForge::USER, "role": "viewer", "standing": "in", "password": "", "created_at": 1, "version": 1, "tokens": tokens,
    });
    let session = json!({
        "v": 1, "id": TokenForge::SESSION, "user": TokenForge::USER, "secret": "A".repeat(43), "generation": 0, "presented": 0,
        "presented_at": now, "created_at": now, "last_used_at": now, "tokens": tokens,
    });
    edge.records.plant(&Key::stored(format!("user/{}", TokenForge::USER)), &user.to_string());
    edge.records.plant(&Key::stored(format!("session/{}/{}", TokenForge::USER, TokenForge::SESSION)), &session.to_string());
}

/// The access token of a signed-in user.
fn token(edge: &MemoryEdge) -> String {
    TokenForge { pepper: PEPPER, issuer: "https://hop.example" }.valid(edge.now())
}

/// Client information that records which headers hop reads.
struct RecordingClient {
    media_type: String,
    credential: String,
    read: RefCell<BTreeSet<String>>,
}

impl ClientInfo for RecordingClient {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        self.read.borrow_mut().insert(name.as_str().to_owned());
        match *name {
            AUTHORIZATION => Some(format!("Bearer {}", self.credential).into_bytes().into()),
            CONTENT_TYPE => Some(self.media_type.as_bytes().into()),
            _ => None,
        }
    }

    fn address(&self) -> Option<IpAddr> {
        None
    }

    fn country(&self) -> Option<String> {
        None
    }
}

impl Operation {
    fn media_type(&self) -> &str {
        self.body.as_object().and_then(|types| types.keys().next()).map_or("application/json", String::as_str)
    }

    fn described(&self, place: &str) -> BTreeSet<String> {
        let there = self.parameters.iter().filter(|parameter| parameter["in"] == place);
        there.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// Sends a request and returns the names of the headers that were read.
    fn ask(&self, edge: &MemoryEdge, query: &str, body: &str) -> (Answer, BTreeSet<String>) {
        self.ask_at(&self.path, edge, query, body)
    }

    fn ask_at(&self, path: &str, edge: &MemoryEdge, query: &str, body: &str) -> (Answer, BTreeSet<String>) {
        // Only a signed-in user has sessions, and a password.
        let takes_a_session = path == "/api/v1/password" || path.starts_with("/api/v1/sessions");
        let credential = if takes_a_session { token(edge) } else { ADMIN_KEY.to_owned() };
        let client = RecordingClient { media_type: self.media_type().to_owned(), credential, read: RefCell::default() };
        let url = format!("http://hop.example{path}?{query}");
        let request = Request { head: Head::new(&self.method, &url), client: &client, body: Body::Whole(body.into()) };
        let isolate = Isolate::new(edge);
        let (response, _) = run(isolate.app.handle(edge, request));
        let answer = Answer::of(response);
        (answer, client.read.into_inner())
    }

    /// Whether a page, which ignores unknown parameters, shows the value of `name` in the query.
    fn shows(&self, edge: &MemoryEdge, name: &str) -> bool {
        self.ask(edge, &format!("{name}=a-value-to-show"), "").0.tells("a-value-to-show")
    }

    /// Whether hop accepts `name` in the query.
    fn knows(&self, edge: &MemoryEdge, name: &str) -> bool {
        !is_unknown(&self.ask(edge, &format!("{name}="), "{}").0.json(), &format!("/{name}"))
    }
}

fn is_unknown(problem: &Value, field: &str) -> bool {
    items(&problem["errors"]).any(|error| error["field"] == field && error["code"] == "unknown")
}

#[test]
fn described_parameters_are_those_read() {
    let (document, edge, words) = (document(), edge(), words());
    for operation in operations(&document) {
        // Endpoints that read no query reject none.
        let reads_none = operation.knows(&edge, "no_such_name");
        let is_read = |word: &str| {
            if operation.path == "/report" { operation.shows(&edge, word) } else { !reads_none && operation.knows(&edge, word) }
        };
        let read = words.iter().filter(|word| is_read(word)).cloned();
        assert_eq!(operation.described("query"), read.collect(), "{} {}", operation.method, operation.path);
    }
}

#[test]
fn described_headers_are_those_read() {
    for operation in operations(&document()) {
        // The headers that are read from a visitor depend on the link.
        let visited = ["/docs", "/locked", "/ruled"].map(|link| operation.path.replace("/docs", link));
        let paths = if operation.path.starts_with("/docs") { &visited[..] } else { std::slice::from_ref(&operation.path) };
        let seen: BTreeSet<String> = paths.iter().flat_map(|path| operation.ask_at(path, &edge(), "", "{}").1).collect();
        let of_any_route = [AUTHORIZATION, CONTENT_TYPE, ACCEPT];
        let read = seen.into_iter().filter(|name| of_any_route.iter().all(|known| known.as_str() != name));
        let described = operation.described("header").into_iter().map(|name| name.to_lowercase());
        assert_eq!(described.collect::<BTreeSet<_>>(), read.collect(), "{} {}", operation.method, operation.path);
    }
}

/// The fields that a schema describes, including those of its parts.
fn fields(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = resolve(document, schema);
    let own = schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned());
    own.chain(items(&schema["allOf"]).flat_map(|part| fields(document, part))).collect()
}

#[test]
fn described_fields_are_those_read() {
    let (document, edge, words) = (document(), edge(), words());
    let operations = operations(&document);
    // A form may contain other fields than the password, and log lines are proven, not described.
    let is_json = |operation: &&Operation| {
        let schema = &operation.body[operation.media_type()]["schema"];
        !operation.body.is_null() && !operation.media_type().contains("form") && schema["type"] != "string"
    };
    for operation in operations.iter().filter(is_json) {
        let knows = |word: &&String| {
            let answer = operation.ask(&edge, "", &format!("{{\"{word}\": null}}")).0.json();
            // In an import each line has its own problem.
            !is_unknown(&answer, &format!("/{word}")) && !is_unknown(&answer["results"][0]["problem"], &format!("/{word}"))
        };
        let described = fields(&document, &operation.body[operation.media_type()]["schema"]);
        assert_eq!(described, words.iter().filter(knows).cloned().collect(), "{} {}", operation.method, operation.path);
    }
}

/// The names that a batch item with this `op` may have at `place`, each sent with null.
fn known_to_an_item(op: &str, place: &str, words: &BTreeSet<String>) -> BTreeSet<String> {
    let edge = edge();
    let knows = |word: &&String| {
        let mut item = json!({"op": op, "alias": "docs"});
        let (outer, inner) = if place.is_empty() { (word.as_str(), Value::Null) } else { (place, json!({word.as_str(): null})) };
        item[outer] = if outer == "op" { json!(op) } else { inner };
        if op == "create" && outer != "alias" {
            item.as_object_mut().expect("an object").remove("alias");
        }
        let answer = run(Isolate::new(&edge).ask(Ask::batch(&[item]))).json();
        let field = if place.is_empty() { format!("/{word}") } else { format!("/{place}/{word}") };
        !is_unknown(&answer["results"][0]["problem"], &field)
    };
    words.iter().filter(knows).cloned().collect()
}

#[test]
fn described_batch_item_fields_are_those_read() {
    let (document, words) = (document(), words());
    let item = &document["components"]["schemas"]["BatchItem"];
    for (op, place) in [("create", ""), ("create", "link"), ("update", ""), ("update", "patch"), ("delete", "")] {
        let kind = items(&item["oneOf"]).find(|kind| kind["properties"]["op"]["const"] == op).expect("a kind");
        let schema = if place.is_empty() { kind } else { &kind["properties"][place] };
        assert_eq!(fields(&document, schema), known_to_an_item(op, place, &words), "{op} {place}");
    }
}
