//! The dashboard: its page, its files, their encodings, and the colours of the deployment.

use regex::Regex;

use super::cases;
use crate::client::Call;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("dashboard":
    page_has_exactly_its_headers,
    path_without_slash_redirects_to_the_page,
    files_of_the_page_exist_and_are_immutable,
    gzip_and_identity_decode_to_the_same_bytes,
    quality_of_gzip_is_respected,
    head_has_the_headers_of_get,
    unknown_file_gets_404,
    no_path_leads_out_of_the_files,
    other_paths_of_the_dashboard_get_404,
    other_methods_get_405,
    dashboard_is_on_every_domain_but_no_unknown_host,
    theme_has_name_and_colours_of_the_deployment,
);

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
     font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

fn accepting(path: &str, encoding: &str) -> Call {
    Call::get(path).header("Accept-Encoding", encoding)
}

/// The paths of the files that the page names, as `src` or `href`.
fn files(hop: &Deployment) -> Vec<String> {
    let page = hop.send(&accepting("/app/", "identity")).expect(200).text();
    let named = Regex::new(r#"(?:src|href)="(/app/assets/[^"]+)""#).expect("a regular expression");
    let files: Vec<String> = named.captures_iter(&page).map(|found| found[1].to_owned()).collect();
    assert!(files.iter().any(|file| file.ends_with(".js")), "the page names no script: {page}");
    files
}

fn page_has_exactly_its_headers(world: &World) {
    let page = world.hop().send(&accepting("/app/", "identity")).expect(200);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-security-policy", POLICY),
        ("content-type", "text/html; charset=utf-8"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), clipboard-write=(self)"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("vary", "Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(page.header(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(page.header_names().len(), 12, "these and x-request-id: {:?}", page.header_names());
}

fn path_without_slash_redirects_to_the_page(world: &World) {
    let redirect = world.hop().send(&Call::get("/app")).expect(308);
    assert_eq!(redirect.header("location").as_deref(), Some("/app/"));
    assert_eq!(redirect.header("cache-control").as_deref(), Some("private, no-store"));
}

fn files_of_the_page_exist_and_are_immutable(world: &World) {
    for file in files(world.hop()) {
        let response = world.hop().send(&accepting(&file, "identity")).expect(200);
        let media_type = match file.rsplit_once('.').expect("a file has an extension").1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("{other} needs a media type here"),
        };
        assert!(!response.body.is_empty(), "{file}");
        for (name, value) in [
            ("cache-control", "public, max-age=31536000, immutable"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("content-type", media_type),
            ("cross-origin-resource-policy", "same-origin"),
            ("vary", "Accept-Encoding"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(response.header(name).as_deref(), Some(value), "{file}: {name}");
        }
    }
}

fn gzip_and_identity_decode_to_the_same_bytes(world: &World) {
    for file in files(world.hop()).iter().map(String::as_str).chain(["/app/"]) {
        let plain = world.hop().send(&accepting(file, "identity")).expect(200);
        let compressed = world.hop().send(&accepting(file, "gzip")).expect(200);
        assert_eq!(plain.header("content-encoding"), None, "{file}");
        assert_eq!(compressed.header("content-encoding").as_deref(), Some("gzip"), "{file}");
        assert_eq!(compressed.decoded().as_ref(), Some(&plain.body), "{file}");
        assert_eq!(compressed.header("content-type"), plain.header("content-type"), "{file}");
        assert_eq!(compressed.header("vary").as_deref(), Some("Accept-Encoding"), "{file}");
    }
}

/// In front of a Worker there is a server that accepts gzip from it, and encodes the response as the client asks.
fn quality_of_gzip_is_respected(world: &World) {
    let page = world.hop().send(&accepting("/app/", "identity")).expect(200).body;
    for (accepted, encoding) in
        [("gzip;q=0.5", Some("gzip")), ("deflate, gzip", Some("gzip")), ("gzip;q=0", None), ("identity, gzip;q=0.5", None)]
    {
        let response = world.hop().send(&accepting("/app/", accepted)).expect(200);
        assert_eq!(response.header("content-encoding").as_deref(), encoding, "{accepted}");
        assert_eq!(response.decoded().as_ref(), Some(&page), "{accepted}");
    }
}

fn head_has_the_headers_of_get(world: &World) {
    let files = files(world.hop());
    // wrangler's proxy compresses even the empty body of a redirect.
    let encoded = files.iter().map(String::as_str).chain(["/app/", "/app/theme.css"]).map(|path| (path, "gzip"));
    for (path, encoding) in encoded.chain([("/app", "identity")]) {
        let [get, head] = ["GET", "HEAD"].map(|method| world.hop().send(&Call::new(method, path).header("Accept-Encoding", encoding)));
        assert!(head.body.is_empty(), "{path}");
        assert_eq!((head.status, head.header_names()), (get.status, get.header_names()), "{path}");
        assert_eq!(head.header("content-encoding"), get.header("content-encoding"), "{path}");
    }
}

fn unknown_file_gets_404(world: &World) {
    for file in ["no-such-file.js", "no-such-file.css", "no-such-file.png", "index.html", "x", ".js", ""] {
        for encoding in ["identity", "gzip"] {
            let response = world.hop().send(&accepting(&format!("/app/assets/{file}"), encoding));
            response.problem(404, "not_found");
            assert_eq!(response.header("cache-control").as_deref(), Some("no-store"), "{file}");
        }
    }
}

fn no_path_leads_out_of_the_files(world: &World) {
    let copy = format!("{}.gz", files(world.hop())[0]);
    for path in [
        "/app/assets/..%2findex.html",
        "/app/assets/..%2Findex.html",
        "/app/assets/..%5cindex.html",
        "/app/assets/..%2f..%2fopenapi.json",
        "/app/assets/%2e%2e%2findex.html",
        "/app/assets/%252e%252e%252findex.html",
        "/app/assets/%2fapp%2findex.html",
        "/app/assets/a/../../index.html",
        "/app/assets/../index.html",
        "/app/assets/index%00.js",
        "/app/assets/index.js%3f",
        &copy,
    ] {
        world.hop().send(&accepting(path, "identity")).problem(404, "not_found");
    }
    // Dot segments are resolved before routing, so this is the page.
    let page = world.hop().send(&accepting("/app/assets/%2e%2e", "identity")).expect(200);
    assert_eq!(page.header("content-security-policy").as_deref(), Some(POLICY));
}

fn other_paths_of_the_dashboard_get_404(world: &World) {
    for path in ["/app/x", "/app//", "/app/index.html", "/app/assets", "/app/theme.css/", "/app/assets/a/b.js"] {
        world.hop().send(&Call::get(path)).problem(404, "not_found");
        let page = world.hop().send(&Call::get(path).header("Accept", "text/html")).expect(404);
        assert_eq!(page.header("content-type").as_deref(), Some("text/html; charset=utf-8"), "{path}");
    }
}

fn other_methods_get_405(world: &World) {
    for path in ["/app", "/app/", "/app/theme.css", "/app/assets/x.js"] {
        for method in ["POST", "PUT", "DELETE"] {
            let response = world.hop().send(&Call::new(method, path));
            response.problem(405, "method_not_allowed");
            assert_eq!(response.header("allow").as_deref(), Some("GET, HEAD, OPTIONS"), "{method} {path}");
        }
    }
}

fn dashboard_is_on_every_domain_but_no_unknown_host(world: &World) {
    let files = files(world.hop());
    for path in files.iter().map(String::as_str).chain(["/app", "/app/", "/app/theme.css"]) {
        let here = world.hop().send(&Call::get(path)).status;
        assert_eq!(world.hop().send(&Call::get(path).host(OTHER_DOMAIN)).status, here, "{path}");
        world.hop().send(&Call::get(path).host("unknown.example")).problem(404, "unknown_host");
    }
}

fn theme_has_name_and_colours_of_the_deployment(world: &World) {
    let sheet = world.case_insensitive().send(&Call::get("/app/theme.css")).expect(200);
    let expected = ":root{--name:\"Short \\26  sweet\";--accent:#ffd400;--accent-ink:#000000;--accent-text:#7f6a00}\n\
        @media(prefers-color-scheme:dark){:root{--accent:#ffd400;--accent-ink:#000000;--accent-text:#ffd400}}\n";
    assert_eq!(sheet.text(), expected);
    assert_eq!(sheet.header("content-type").as_deref(), Some("text/css; charset=utf-8"));
    assert_eq!(sheet.header("cache-control").as_deref(), Some("no-store"));
    let usual = world.hop().send(&Call::get("/app/theme.css")).expect(200).text();
    assert!(usual.starts_with(":root{--name:\"hop\";--accent:#1f5fbf;--accent-ink:#ffffff;"), "{usual}");
}
