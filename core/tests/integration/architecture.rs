//! The shape of hop, kept by reading its own sources: what the core may depend on, where a path is looked at, who may let somebody in,
//! and that the adapters decide nothing.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::support::source::{Source, source_files, sources, words};

/// What may be named only in some files and folders, or in none. A folder ends in `/`.
struct Rule {
    phrases: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const CORE: [Rule; 13] = [
    Rule {
        phrases: &["worker", "fastly", "wasm_bindgen", "js_sys", "web_sys", "wasi", "cfg(target_arch"],
        only_in: &[],
        why: "the core runs on platforms it has never heard of",
    },
    Rule {
        phrases: &["tokio", "async_std", "futures", "smol", "async_trait", "block_on", "spawn", "thread", "sleep"],
        only_in: &[],
        why: "whoever calls the core decides how its futures are run",
    },
    Rule {
        phrases: &["SystemTime", "Instant", "Timestamp::now", "Zoned::now", "TimeZone::system", "TimeZone::get"],
        only_in: &[],
        why: "the edge tells the time, and time zones come from the database that is compiled in",
    },
    Rule { phrases: &["getrandom", "rand", "RandomState", "HashMap", "HashSet"], only_in: &[], why: "the edge draws random numbers" },
    Rule {
        phrases: &["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "std::fs", "std::env", "std::process", "File"],
        only_in: &[],
        why: "the core asks only its ports",
    },
    Rule { phrases: &["println", "eprintln", "print", "eprint"], only_in: &[], why: "what is logged goes through the edge" },
    Rule {
        phrases: &["percent_decode_str", "percent_decode"],
        only_in: &["message/path.rs"],
        why: "only path.rs decodes a path, segment by segment",
    },
    Rule {
        phrases: &["Path::parse"],
        only_in: &["endpoints/route.rs", "api/links/explain.rs"],
        why: "a path is read where its endpoint is looked for, and where one is explained",
    },
    Rule { phrases: &["Route::find"], only_in: &["endpoints/route.rs", "app.rs"], why: "what is done follows from the endpoint" },
    Rule { phrases: &["Authorized("], only_in: &["auth/mod.rs"], why: "nobody but auth/mod.rs makes the proof that a handler needs" },
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
        ],
        why: "wire types and stored types are apart from domain types, which know neither form",
    },
    Rule {
        phrases: &["schemars"],
        only_in: &["api/", "message/", "pages/", "system/", "description/"],
        why: "only what goes over the wire has a schema",
    },
    Rule {
        phrases: &["unsafe", "unwrap_unchecked", "catch_unwind"],
        only_in: &[],
        why: "the core neither needs unsafe code nor survives by catching its own faults",
    },
];

const ADAPTERS: [Rule; 3] = [
    Rule {
        phrases: &["StatusCode", "Problem", "Route", "Alias", "Target", "Domain", "Link", "Authorized", "Config", "Memo"],
        only_in: &[],
        why: "an adapter converts; the product's words belong to the core",
    },
    Rule { phrases: &["serde_json", "serde"], only_in: &[], why: "what is in a body or a record is the core's business" },
    Rule { phrases: &[".path", "path(", "query("], only_in: &[], why: "an address is handed over whole" },
];

/// Headers anybody can set. Whatever is trusted about a visitor comes from the edge's own facts.
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

fn broken(rules: &[Rule], source: &Source) -> Vec<String> {
    let mut broken = Vec::new();
    let is_in = |place: &&str| source.name == **place || (place.ends_with('/') && source.name.starts_with(*place));
    for rule in rules.iter().filter(|rule| !rule.only_in.iter().any(is_in)) {
        let named = rule.phrases.iter().filter(|phrase| source.names(phrase));
        broken.extend(named.map(|phrase| format!("{} names {phrase}: {}", source.name, rule.why)));
    }
    broken
}

#[test]
fn the_core_names_no_platform_no_runtime_no_clock() {
    let broken: Vec<String> = sources("core/src").iter().flat_map(|source| broken(&CORE, source)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The packages that are compiled into `package`, itself included, on this machine or for a target.
fn dependencies(package: &str, target: Option<&str>) -> BTreeSet<String> {
    let mut json_value = Command::new(env!("CARGO"));
    json_value.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "-p", package, "-e", "normal", "--prefix", "none", "--offline"]);
    json_value.args(target.iter().flat_map(|target| ["--target", target]));
    let output = json_value.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_core_depends_on_no_platform_and_no_runtime() {
    for target in [None, Some("wasm32-unknown-unknown"), Some("wasm32-wasip1")] {
        let names = dependencies("hop-core", target);
        assert!(names.contains("http"), "{names:?}");
        let wrong: Vec<&String> = names.iter().filter(|name| PLATFORMS_AND_RUNTIMES.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "the core depends on {wrong:?}");
    }
}

#[test]
fn no_module_describes_the_api() {
    for (package, target) in [("hop-fastly", "wasm32-wasip1"), ("hop-cloudflare", "wasm32-unknown-unknown")] {
        let names = dependencies(package, Some(target));
        assert!(names.contains("hop-core"), "{package} depends on {names:?}");
        assert!(!names.contains("schemars"), "the description of the API is in the module of {package}");
    }
}

#[test]
fn only_the_route_looks_at_a_path() {
    // Targets have paths as well, and their owners wrote them.
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
            assert_eq!(count(&fields), count(&routes), "{}: a path goes nowhere but into Route::find", source.name);
        }
        readers.push(source.name);
    }
    readers.sort();
    let mut expected = [OF_REQUESTS, OF_TARGETS].concat();
    expected.sort_unstable();
    assert_eq!(readers, expected);
}

/// The layers of the core, the lowest first. Each uses itself and those before it.
const LAYERS: [&str; 14] = [
    "model",
    "store",
    "message",
    "log",
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

/// The edge that tests run on stands outside, like the adapters, and so does the list of modules.
const OUTSIDE: [&str; 2] = ["memory", "lib"];

/// The folders and files of the core that others see, each with what it names there.
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
                None => against.push(format!("{name} uses {}: name the layer it comes from", path.join("::"))),
            }
        }
    }
    assert!(against.is_empty(), "{against:#?}");
}

#[test]
fn folders_do_not_use_each_other_in_circles() {
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

/// Functions of the API that answer no request by themselves.
const NO_HANDLERS: [&str; 6] = [
    "api/cursor.rs open",
    "api/cursor.rs close",
    "api/idempotency.rs once",
    "api/idempotency.rs seed",
    "api/links/crawlable.rs crawlable",
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
    assert_eq!(open, NO_HANDLERS, "each asks for a proof, or stands in the list");
    assert!(handlers >= 25, "only {handlers} handlers were found");
}

#[test]
fn endpoints_give_a_proof_where_they_ask_for_a_right() {
    let sources = sources("core/src");
    let table = sources.iter().find(|source| source.name == "endpoints.rs").expect("endpoints.rs");
    let begins = table.words.windows(3).position(|words| words == ["endpoints", "!", "{"]).expect("the table");
    let mut rows = 0;
    for row in table.words[begins + 3..].split(|word| word == "}").filter(|row| !row.is_empty()) {
        rows += 1;
        let (columns, handler) = row.split_at(row.iter().position(|word| word == "{").expect("a handler"));
        let [names, gives] = [(columns, "Anyone"), (handler, "authorized")].map(|(words, wanted)| words.iter().any(|word| word == wanted));
        assert!(names != gives, "{}: a handler takes a proof unless anyone may ask", row[0]);
    }
    assert!(rows >= 45, "only {rows} rows were found");
}

#[test]
fn authorise_takes_no_text() {
    let sources = sources("core/src");
    let auth = sources.iter().find(|source| source.name == "auth/mod.rs").expect("auth/mod.rs");
    let at = auth.words.windows(2).position(|words| words == ["fn", "authorise"]).expect("auth/mod.rs authorises");
    let signature: Vec<&str> = auth.words[at..].iter().map(String::as_str).take_while(|word| *word != "{").collect();
    let text = ["str", "String", "u8", "Head", "Request", "Route", "Uri"];
    assert!(!signature.iter().any(|word| text.contains(word)), "{signature:?}");
}

#[test]
fn adapters_decide_nothing() {
    for source in ["cloudflare/src", "fastly/src"].into_iter().flat_map(sources) {
        let broken = broken(&ADAPTERS, &source);
        assert!(broken.is_empty(), "{broken:#?}");
        let paths: Vec<&str> = source.texts().filter(|text| text.starts_with('/')).collect();
        assert!(paths.is_empty(), "{} knows the paths {paths:?}", source.name);
        let statuses: Vec<u64> = source.numbers().filter(|number| (200..600).contains(number)).collect();
        assert!(statuses.is_empty(), "{} knows the statuses {statuses:?}", source.name);
    }
}

#[test]
fn nobody_reads_a_header_that_a_client_can_forge() {
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
fn nothing_waits_on_compute() {
    for source in sources("fastly/src") {
        assert!(!source.names(".await"), "{}: a future that waits is polled only once there", source.name);
    }
}

#[test]
fn no_visitor_waits_for_what_is_left_to_do() {
    let words = |file: &str| sources(file).into_iter().flat_map(|source| source.words).collect::<Vec<_>>().concat();
    let (workers, compute) = (words("cloudflare/src"), words("fastly/src"));
    assert_eq!((workers.matches(".finish(").count(), compute.matches(".finish(").count()), (1, 1));
    assert!(workers.contains("context.wait_until(asyncmove{app.finish("), "on Workers it is handed to wait_until");
    let (sent, finished) = (compute.find(".send_to_client("), compute.find(".finish("));
    assert!(sent.is_some() && sent < finished, "on Compute it begins once the answer is sent");
}

#[test]
fn the_adapters_read_side_by_side() {
    let files = |folder: &str| sources(folder).into_iter().map(|source| source.name).collect::<Vec<_>>();
    let workers = files("cloudflare/src");
    for file in files("fastly/src").iter().filter(|file| *file != "main.rs") {
        assert!(workers.contains(file), "cloudflare/src has no {file}");
    }
}

#[test]
fn documents_name_files_that_exist() {
    let folders = ["core", "cloudflare", "fastly", "conformance", "xtask", "bench"];
    let files: Vec<String> =
        folders.iter().flat_map(|folder| source_files(folder).into_iter().map(move |file| format!("{folder}/{file}"))).collect();
    let mut named = 0;
    for document in ["ARCHITECTURE.md", "SECURITY.md", "OPERATIONS.md", "PERFORMANCE.md"] {
        let text = fs::read_to_string(format!("{}/../docs/{document}", env!("CARGO_MANIFEST_DIR"))).expect("a document is readable");
        for file in text.split('`').filter(|code| code.ends_with(".rs") && !code.contains(['*', ' '])) {
            named += 1;
            let is_it = |known: &String| known == file || known.ends_with(&format!("/{file}"));
            assert!(files.iter().any(is_it), "{document} names {file}, which is not there");
        }
    }
    assert!(named > 50, "only {named} files are named");
}

#[test]
fn a_source_is_read_word_by_word() {
    let text = "a::b(\"x // \\\" y\", 'c', '\\'', &'life z) // no\n/// nor this\nd.e\u{20}1_000";
    let expected =
        ["a", "::", "b", "(", "\"x // \\\" y\"", ",", "'c'", ",", "'\\''", ",", "&", "'", "life", "z", ")", "d", ".", "e", "1_000"];
    assert_eq!(words(text), expected);
}
