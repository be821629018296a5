//! A fake server with hop's import API, which can be made unreliable.
#![allow(dead_code, reason = "two test programs share this file and each uses only a part of it")]
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::{Value, json};

/// How the server handles a request.
#[derive(Clone, Copy)]
pub(super) enum Mood {
    /// Processes at most this many lines.
    Takes(usize),
    /// Returns a status, a code and a `Retry-After`, without processing.
    Says(u16, &'static str, Option<u32>),
    /// Processes the request and closes the connection without a response.
    DiesAfterWork,
    /// Closes the connection without processing.
    DiesBeforeWork,
    /// Processes the request and sends nothing until the client disconnects.
    HangsAfterWork,
    /// Processes the request and sends only half of the response.
    BreaksOff,
    /// Processes the request except for the line with this number, which gets this status.
    Fails(usize, u16),
}

#[derive(Clone)]
pub(super) struct Request {
    pub(super) target: String,
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    /// All created links, in order.
    links: Vec<Value>,
    answers: HashMap<String, (String, String)>,
    /// The result of each line by idempotency key and line number, so that a retry creates no second link.
    created: HashMap<(String, usize), Value>,
    /// The number of the line that fails, and its status.
    fails: Option<(usize, u16)>,
    moods: Vec<Mood>,
    worked: usize,
}

pub(super) struct Server {
    state: Arc<(Mutex<State>, Condvar)>,
    pub(super) address: String,
}

impl Server {
    /// Starts a server that uses one mood per request. The last one applies to all further requests.
    pub(super) fn start(moods: &[Mood]) -> Self {
        let state = Arc::new((Mutex::new(State { moods: moods.to_vec(), ..State::default() }), Condvar::new()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &shared);
            }
        });
        Self { state, address }
    }

    pub(super) fn set_moods(&self, moods: &[Mood]) {
        self.state.0.lock().unwrap().moods = moods.to_vec();
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.state.0.lock().unwrap().requests.clone()
    }

    /// Waits until this many requests have been processed.
    pub(super) fn wait_for(&self, count: usize) {
        drop(self.state.1.wait_while(self.state.0.lock().unwrap(), |state| state.worked < count).unwrap());
    }

    /// The targets of all created links, in order.
    pub(super) fn created(&self) -> Vec<String> {
        self.state.0.lock().unwrap().links.iter().map(|link| link["target"].as_str().unwrap().to_owned()).collect()
    }
}

/// Serves one connection with one request.
fn serve(mut stream: TcpStream, (state, changed): &(Mutex<State>, Condvar)) {
    let Some(request) = read(&stream) else { return };
    let mut state = state.lock().unwrap();
    state.requests.push(request.clone());
    let mood = if state.moods.len() > 1 { state.moods.remove(0) } else { state.moods[0] };
    state.fails = if let Mood::Fails(line, status) = mood { Some((line, status)) } else { None };
    match mood {
        Mood::Fails(..) => {
            let text = state.work(&request, usize::MAX);
            answer(&mut stream, 200, "", &text);
        }
        Mood::DiesBeforeWork => {}
        Mood::Says(status, code, wait) => {
            let wait = wait.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
            answer(&mut stream, status, &wait, &json!({"code": code, "detail": "detail of the test", "errors": []}).to_string());
        }
        Mood::Takes(most) => {
            let text = state.work(&request, most);
            answer(&mut stream, 200, "", &text);
        }
        Mood::HangsAfterWork => {
            state.work(&request, usize::MAX);
            drop(state);
            changed.notify_all();
            // Returns when the client disconnects.
            let _ = stream.read_to_end(&mut Vec::new());
        }
        Mood::DiesAfterWork => drop(state.work(&request, usize::MAX)),
        Mood::BreaksOff => {
            let text = state.work(&request, usize::MAX);
            let half = &text[..text.len() / 2];
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{half}", text.len());
        }
    }
}

impl State {
    /// Creates the links of a request, or replays the response of its idempotency key.
    fn work(&mut self, request: &Request, most: usize) -> String {
        let key = request.headers["idempotency-key"].clone();
        self.worked += 1;
        if let Some((body, text)) = self.answers.get(&key) {
            assert_eq!(*body, request.body, "an idempotency key was reused with another body");
            return text.clone();
        }
        let (mut results, mut next, mut offset) = (Vec::new(), Value::Null, 0);
        for (at, line) in request.body.lines().enumerate() {
            if at == most {
                next = json!({"line": at + 1, "offset": offset});
                break;
            }
            offset += line.len() + 1;
            results.push(self.create(&key, at + 1, line, request.target.contains("dry_run=true")));
        }
        let count = |status: u64| results.iter().filter(|result| result["status"] == status).count();
        let (imported, existing) = (count(201), count(200));
        let failed = results.len() - imported - existing;
        let text =
            json!({"results": results, "imported": imported, "existing": existing, "failed": failed, "next": next, "dry_run": false});
        if self.fails.is_none() {
            self.answers.insert(key, (request.body.clone(), text.to_string()));
        }
        text.to_string()
    }

    fn create(&mut self, key: &str, line: usize, text: &str, dry_run: bool) -> Value {
        if let Some((_, status)) = self.fails.filter(|(failing, _)| *failing == line) {
            let code = if status == 500 { "internal" } else { "store_unavailable" };
            return json!({"line": line, "status": status, "alias": null, "problem": {"code": code, "detail": "detail of the test"}});
        }
        if let Some(result) = self.created.get(&(key.to_owned(), line)) {
            return result.clone();
        }
        let link: Value = serde_json::from_str(text).unwrap();
        let alias = link["alias"].clone();
        let same = self.links.iter().find(|other| !alias.is_null() && other["alias"] == alias && other["domain"] == link["domain"]);
        let problem = json!({"code": "alias_taken", "detail": "The alias belongs to another link.", "errors": []});
        match same {
            Some(other) if *other == link => json!({"line": line, "status": 200, "alias": alias, "problem": null}),
            Some(_) => json!({"line": line, "status": 409, "alias": alias, "problem": problem}),
            None => {
                if !dry_run {
                    self.links.push(link);
                }
                let result = json!({"line": line, "status": 201, "alias": alias, "problem": null});
                self.created.insert((key.to_owned(), line), result.clone());
                result
            }
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut input = BufReader::new(stream);
    let mut first = String::new();
    input.read_line(&mut first).ok()?;
    let target = first.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    input.read_exact(&mut body).ok()?;
    Some(Request { target, headers, body: String::from_utf8(body).ok()? })
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, text: &str) {
    let length = text.len();
    let _ = write!(stream, "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{text}");
}
