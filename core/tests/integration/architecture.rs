//! Architecture rules, checked by reading hop's own sources: what the core may depend on, which file may read a path,
//! who may make the proof of a right, that the adapters decide nothing, and that the documents name files that exist.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::source::{Source, source_files, sources, words};

/// Words that only some files and folders may contain, or none at all. A folder ends in `/`.
struct Rule {
    phrases: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const CORE: [Rule; 13] = [
    Rule {
        phrases: &["worker", "fastly", "wasm_bindgen", "js_sys", "web_sys", "wasi", "cfg(target_arch"],
        only_in: &[],
        why: "the core is independent of the platform it runs on",
    },
    Rule {
        phrases: &["tokio", "async_std", "futures", "smol", "async_trait", "block_on", "spawn", "thread", "sleep"],
        only_in: &[],
        why: "the adapter decides how futures are run",
    },
    Rule {
        phrases: &["SystemTime", "Instant", "Timestamp::now", "Zoned::now", "TimeZone::system", "TimeZone::get"],
        only_in: &[],
        why: "the time comes from the edge, and time zones from the compiled-in database",
    },
    Rule { phrases: &["getrandom", "rand", "RandomState", "HashMap", "HashSet"], only_in: &[], why: "random numbers come from the edge" },
    Rule {
        phrases: &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "std::fs", "std::env", "std::process", "File"],
        only_in: &[],
        why: "the core reaches the outside only through its ports",
    },
    Rule { phrases: &["println", "eprintln", "print", "eprint"], only_in: &[], why: "log lines go through the edge" },
    Rule {
        phrases: &["percent_decode_str", "percent_decode"],
        only_in: &["message/path.rs", "model/search_words.rs"],
        why: "only path.rs decodes the path of a request, segment by segment; a search reads the words of targets",
    },
    Rule {
        phrases: &["Path::parse"],
        only_in: &["endpoints/route.rs", "api/links/explain.rs", "api/reports/short_url.rs"],
        why: "a path is parsed for routing, where a visit is explained, and in the short URL of a report",
    },
    Rule { phrases: &["Route::find"], only_in: &["endpoints/route.rs", "app.rs"], why: "the endpoint decides what is done" },
    Rule { phrases: &["Authorized("], only_in: &["auth/mod.rs"], why: "only auth/mod.rs makes the proof that a handler needs" },
    Rule {
        phrases: &["serde", "serde_json"],
        only_in: &[
            // Wire types, and the handlers that send one of their own.
            "log.rs",
            "api/",
            "message/",
            "pages/interstitial.rs",
            "system/",
            // The OpenAPI document.
            "description/",
            // Stored types.
            "store/stored/",
            "store/ledger/stored/",
            "store/segments/stored/",
        ],
        why: "wire types and stored types are separate from domain types, which are never serialised",
    },
    Rule {
        phrases: &["schemars"],
        only_in: &["api/", "message/", "pages/", "system/", "description/"],
        why: "only wire types have a schema",
    },
    Rule {
        phrases: &["unsafe", "unwrap_unchecked", "catch_unwind"],
        only_in: &[],
        why: "the core needs no unsafe code and never catches its own panics",
    },
];

const ADAPTERS: [Rule; 3] = [
    Rule {
        phrases: &["StatusCode", "Problem", "Route", "Alias", "Target", "Domain", "Link", "Authorized", "Config", "Memo"],
        only_in: &[],
        why: "an adapter only converts; product types belong to the core",
    },
    Rule { phrases: &["serde_json", "serde"], only_in: &[], why: "only the core parses bodies and records" },
    Rule { phrases: &[".path", "path(", "query("], only_in: &[], why: "a URL is passed to the core unparsed" },
];

/// Headers that any client can set. Trusted facts about a visitor come from the edge itself.
const FORGEABLE: [&str; 5] = ["forwarded", "fastly-client-ip", "true-client-ip", "x-real-ip", "x-http-method"];

const PLATFORMS_AND_RUNTIMES: [&str; 17] = [
    "worker",
    "fastly",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "js-sys",
    "web-sys",
    "wasi",
    "wit-bindgen",
    "tokio",
    "async-std",
    "async-executor",
    "futures-executor",
    "smol",
    "hyper",
    "getrandom",
    "rand",
    "libc",
];

fn violations(rules: &[Rule], source: &Source) -> Vec<String> {
    let mut violations = Vec::new();
    let is_in = |place: &&str| source.name == **place || (place.ends_with('/') && source.name.starts_with(*place));
    for rule in rules.iter().filter(|rule| !rule.only_in.iter().any(is_in)) {
        let named = rule.phrases.iter().filter(|phrase| source.names(phrase));
        violations.extend(named.map(|phrase| format!("{} names {phrase}: {}", source.name, rule.why)));
    }
    violations
}

#[test]
fn core_names_no_platform_runtime_or_clock() {
    let violations: Vec<String> = sources("core/src").iter().flat_map(|source| violations(&CORE, source)).collect();
    assert!(violations.is_empty(), "{violations:#?}");
}

/// The packages that are compiled into `package`, including itself, for the host or for `target`.
fn dependencies(package: &str, target: Option<&str>) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "-p", package, "-e", "normal", "--prefix", "none", "--offline"]);
    command.args(target.iter().flat_map(|target| ["--target", target]));
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn core_depends_on_no_platform_or_runtime() {
    for target in [None, Some("wasm32-unknown-unknown"), Some("wasm32-wasip1")] {
        let names = dependencies("hop-core", target);
        assert!(names.contains("http"), "{names:?}");
        let wrong: Vec<&String> = names.iter().filter(|name| PLATFORMS_AND_RUNTIMES.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "the core depends on {wrong:?}");
    }
}

#[test]
fn deployed_modules_exclude_the_api_description() {
    for (package, target) in [("hop-fastly", "wasm32-wasip1"), ("hop-cloudflare", "wasm32-unknown-unknown")] {
        let names = dependencies(package, Some(target));
        assert!(names.contains("hop-core"), "{package} depends on {names:?}");
        assert!(!names.contains("schemars"), "{package} contains the description of the API");
    }
}

#[test]
fn only_the_route_reads_a_path() {
    // Paths of targets, which are no request paths.
    const OF_TARGETS: [&str; 2] = ["model/destination.rs", "model/template.rs"];
    const OF_REQUESTS: [&str; 2] = ["app.rs", "endpoints/route.rs"];
    let mut readers = Vec::new();
    for source in sources("core/src") {
        let reads = source.words.windows(3).any(|words| words[0] == "." && words[1] == "path" && words[2] != "(");
        if !reads {
            continue;
        }
        if OF_REQUESTS.contains(&source.name.as_str()) {
            let (fields, routes) = (words(".path"), words("Route::find("));
            let count = |phrase: &[String]| source.words.windows(phrase.len()).filter(|words| *words == phrase).count();
            assert_eq!(count(&fields), count(&routes), "{}: a path may only be passed to Route::find", source.name);
        }
        readers.push(source.name);
    }
    readers.sort();
    let mut expected = [OF_REQUESTS, OF_TARGETS].concat();
    expected.sort_unstable();
    assert_eq!(readers, expected);
}

/// The layers of the core, the lowest first. A layer may use itself and those before it.
const LAYERS: [&str; 16] = [
    "model",
    "store",
    "message",
    "log",
    "stats",
    "isolate",
    "background",
    "context",
    "auth",
    "pages",
    "redirect",
    "api",
    "system",
    "endpoints",
    "app",
    "description",
];

/// Modules outside the layers: the memory edge of the tests, and the list of modules.
const OUTSIDE: [&str; 2] = ["memory", "lib"];

/// The files of the core inside the layers, each with the paths of the crate that it imports.
fn imports() -> Vec<(String, Vec<Vec<String>>)> {
    let is_inside = |source: &Source| !OUTSIDE.contains(&layer_of(&source.name));
    sources("core/src").into_iter().filter(is_inside).map(|source| (source.name.clone(), source.paths())).collect()
}

fn layer_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn each_layer_uses_only_those_below() {
    let place = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let mut against = Vec::new();
    for (name, paths) in imports() {
        let own = place(layer_of(&name)).unwrap_or_else(|| panic!("{name} is in no layer"));
        for path in paths {
            match place(&path[0]) {
                Some(used) if used <= own => {}
                Some(_) => against.push(format!("{name} uses {}, which is above it", path.join("::"))),
                None => against.push(format!("{name} uses {}: import it from its layer", path.join("::"))),
            }
        }
    }
    assert!(against.is_empty(), "{against:#?}");
}

#[test]
fn folders_have_no_import_cycles() {
    let folder = |module: &[String]| module.join("/");
    let known: BTreeSet<String> =
        sources("core/src").iter().filter_map(|source| Some(source.name.rsplit_once('/')?.0.to_owned())).collect();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, paths) in imports() {
        let Some((own, _)) = name.rsplit_once('/') else { continue };
        for path in paths {
            let longest = (1..=path.len()).rev().map(|length| folder(&path[..length])).find(|folder| known.contains(folder));
            let is_other =
                |other: &String| !other.starts_with(&format!("{own}/")) && !own.starts_with(&format!("{other}/")) && other != own;
            uses.entry(own.to_owned()).or_default().extend(longest.filter(is_other));
        }
    }
    assert!(uses.values().map(BTreeSet::len).sum::<usize>() > 20, "hardly any imports were found: {uses:?}");
    for folder in uses.keys() {
        let (mut reached, mut next) = (BTreeSet::new(), vec![folder.clone()]);
        while let Some(from) = next.pop() {
            for to in uses.get(&from).into_iter().flatten() {
                assert_ne!(to, folder, "{folder} uses {from}, which uses {folder}");
                if reached.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
    }
}

#[test]
fn every_exception_is_still_needed() {
    let sources = sources("core/src");
    for rule in &CORE {
        for place in rule.only_in {
            let is_there = |source: &&Source| source.name == **place || (place.ends_with('/') && source.name.starts_with(*place));
            let is_used = sources.iter().filter(is_there).any(|source| rule.phrases.iter().any(|phrase| source.names(phrase)));
            assert!(is_used, "{place} may name {:?} and does not", rule.phrases);
        }
    }
}

/// Handlers that get a proof from `auth` themselves, for a password or a token.
const SIGN_IN: [&str; 5] = [
    "api/account/accept.rs accept",
    "api/account/login.rs login",
    "api/account/logout.rs logout",
    "api/account/reset.rs reset_password",
    "api/account/token.rs token",
];

/// Handlers that anybody may call.
const FOR_ANYBODY: [&str; 3] = ["api/reports/create.rs create", "api/reports/form.rs show_form", "api/reports/form.rs submit_form"];

/// Functions of the API that take a `Context` but handle no request on their own.
const NO_HANDLERS: [&str; 9] = [
    "api/blocklist/check.rs refuse_listed",
    "api/cursor.rs verify",
    "api/cursor.rs sign",
    "api/idempotency.rs run_once",
    "api/idempotency.rs request_seed",
    "api/links/crawlable.rs crawlable",
    "api/links/link_ref.rs alias_key",
    "api/links/mod.rs find_link",
    "api/pagination.rs read_each",
];

#[test]
fn handlers_demand_a_proof() {
    let (mut handlers, mut open) = (0, Vec::new());
    for source in sources("core/src").iter().filter(|source| source.name.starts_with("api/")) {
        for signature in source.open_functions().filter(|signature| signature.iter().any(|word| word == "Context")) {
            handlers += 1;
            if !signature.iter().any(|word| word == "Authorized") {
                open.push(format!("{} {}", source.name, signature[0]));
            }
        }
    }
    assert_eq!(open, [&SIGN_IN[..], &NO_HANDLERS, &FOR_ANYBODY].concat(), "each handler takes a proof or is in the list");
    assert!(handlers >= 25, "only {handlers} handlers were found");
}

#[test]
fn endpoints_with_a_right_pass_a_proof() {
    let sources = sources("core/src");
    let table = sources.iter().find(|source| source.name == "endpoints.rs").expect("endpoints.rs");
    let begins = table.words.windows(3).position(|words| words == ["endpoints", "!", "{"]).expect("the table");
    let mut rows = 0;
    for row in table.words[begins + 3..].split(|word| word == "}").filter(|row| !row.is_empty()) {
        rows += 1;
        let (columns, handler) = row.split_at(row.iter().position(|word| word == "{").expect("a handler"));
        let [is_public, takes_proof] =
            [(columns, "Anyone"), (handler, "authorized")].map(|(words, wanted)| words.iter().any(|word| word == wanted));
        assert!(is_public != takes_proof, "{}: a handler takes a proof unless the endpoint is public", row[0]);
    }
    assert!(rows >= 45, "only {rows} rows were found");
}

#[test]
fn authorize_takes_no_text() {
    let sources = sources("core/src");
    let auth = sources.iter().find(|source| source.name == "auth/mod.rs").expect("auth/mod.rs");
    let at = auth.words.windows(2).position(|words| words == ["fn", "authorize"]).expect("the function authorize");
    let signature: Vec<&str> = auth.words[at..].iter().map(String::as_str).take_while(|word| *word != "{").collect();
    let text = ["str", "String", "u8", "Head", "Request", "Route", "Uri"];
    assert!(!signature.iter().any(|word| text.contains(word)), "{signature:?}");
}

#[test]
fn adapters_decide_nothing() {
    for source in ["cloudflare/src", "fastly/src"].into_iter().flat_map(sources) {
        let violations = violations(&ADAPTERS, &source);
        assert!(violations.is_empty(), "{violations:#?}");
        let paths: Vec<&str> = source.texts().filter(|text| text.starts_with('/')).collect();
        assert!(paths.is_empty(), "{} contains the paths {paths:?}", source.name);
        let statuses: Vec<u64> = source.numbers().filter(|number| (200..600).contains(number)).collect();
        assert!(statuses.is_empty(), "{} contains the statuses {statuses:?}", source.name);
    }
}

#[test]
fn forgeable_headers_are_never_read() {
    for source in ["core/src", "cloudflare/src", "fastly/src"].into_iter().flat_map(sources) {
        let forgeable = |word: &&String| {
            let word = word.to_ascii_lowercase().replace('_', "-");
            FORGEABLE.iter().any(|name| word.contains(name))
        };
        let named: Vec<&String> = source.words.iter().filter(forgeable).collect();
        assert!(named.is_empty(), "{} names {named:?}", source.name);
    }
}

#[test]
fn compute_adapter_never_awaits() {
    for source in sources("fastly/src") {
        assert!(!source.names(".await"), "{}: on Compute a future is polled only once", source.name);
    }
}

#[test]
fn visitors_never_wait_for_background_work() {
    let words = |file: &str| sources(file).into_iter().flat_map(|source| source.words).collect::<Vec<_>>().concat();
    let (workers, compute) = (words("cloudflare/src"), words("fastly/src"));
    assert_eq!((workers.matches(".finish(").count(), compute.matches(".finish(").count()), (1, 1));
    assert!(workers.contains("context.wait_until(asyncmove{app.finish("), "on Workers background work is passed to wait_until");
    let (sent, finished) = (compute.find(".send_to_client("), compute.find(".finish("));
    assert!(sent.is_some() && sent < finished, "on Compute background work begins after the response is sent");
}

#[test]
fn adapters_have_the_same_files() {
    let files = |folder: &str| sources(folder).into_iter().map(|source| source.name).collect::<Vec<_>>();
    let workers = files("cloudflare/src");
    for file in files("fastly/src").iter().filter(|file| *file != "main.rs") {
        assert!(workers.contains(file), "cloudflare/src has no {file}");
    }
}

/// The documents for engineers with their texts: the pages in `docs/` that are not generated, `docs/design/`, and the
/// guide for contributors.
fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pages = ["ARCHITECTURE.md", "SECURITY.md", "OPERATIONS.md", "PERFORMANCE.md", "GLOSSARY.md"];
    let mut files: Vec<PathBuf> = pages.iter().map(|page| root.join("docs").join(page)).collect();
    let design = fs::read_dir(root.join("docs/design")).expect("docs/design is readable");
    files.extend(design.map(|entry| entry.expect("an entry is readable").path()));
    files.extend([root.join("CONTRIBUTING.md")].into_iter().filter(|guide| guide.exists()));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(&file).expect("a document is readable"))).collect()
}

#[test]
fn documents_name_files_that_exist() {
    let folders = ["core", "cloudflare", "fastly", "conformance", "xtask", "bench"];
    let files: Vec<String> =
        folders.iter().flat_map(|folder| source_files(folder).into_iter().map(move |file| format!("{folder}/{file}"))).collect();
    let (mut named, mut missing) = (0, Vec::new());
    for (document, text) in documents() {
        for file in text.split('`').filter(|code| code.ends_with(".rs") && !code.contains(['*', ' '])) {
            named += 1;
            let is_it = |known: &String| known == file || known.ends_with(&format!("/{file}"));
            if !files.iter().any(is_it) {
                missing.push(format!("{} names {file}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "these files do not exist: {missing:#?}");
    assert!(named > 200, "only {named} files are named");
}

/// The targets of a document's links that lead to no other host. Code blocks are skipped.
fn relative_links(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let prose = text.split("```").step_by(2);
    let headings = prose.flat_map(str::lines).filter(|line| line.starts_with('#'));
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-"))
        .collect()
}

#[test]
fn relative_links_in_documents_resolve() {
    let (mut links, mut broken) = (0, Vec::new());
    for (document, text) in documents() {
        for link in relative_links(&text) {
            links += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document.clone() } else { document.with_file_name("").join(path) };
            let has_anchor = || anchors(&fs::read_to_string(&target).unwrap_or_default()).iter().any(|known| known == anchor);
            if !target.exists() || !(anchor.is_empty() || has_anchor()) {
                broken.push(format!("{} links to {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere: {broken:#?}");
    assert!(links > 50, "only {links} relative links were found");
}

#[test]
fn sources_split_into_words() {
    let text = "a::b(\"x // \\\" y\", 'c', '\\'', &'life z) // no\n/// nor this\nd.e\u{20}1_000";
    let expected =
        ["a", "::", "b", "(", "\"x // \\\" y\"", ",", "'c'", ",", "'\\''", ",", "&", "'", "life", "z", ")", "d", ".", "e", "1_000"];
    assert_eq!(words(text), expected);
}
