//! The static assets of the memory edge: the dashboard if it is built, otherwise a small one, so that the suite on memory
//! needs no Node.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use hop_core::memory::MemoryAssets;

/// The output of Vite. `docs/openapi.json` is part of the memory edge itself.
const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist/app");

/// The small dashboard: what every built one has, too.
const SMALL: [(&str, &str); 4] = [
    (
        "app/index.html",
        "<!doctype html>\n<title>hop</title>\n<link rel=\"icon\" href=\"/app/assets/icon-small.svg\">\n\
         <link rel=\"stylesheet\" href=\"/app/theme.css\">\n<link rel=\"stylesheet\" href=\"/app/assets/index-small.css\">\n\
         <script type=\"module\" src=\"/app/assets/index-small.js\"></script>\n",
    ),
    ("app/assets/index-small.js", "document.body.textContent = \"The dashboard is not built.\";\n"),
    ("app/assets/index-small.css", "body { color: var(--accent-text) }\n"),
    ("app/assets/icon-small.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"),
];

/// The assets of a new edge.
pub(super) fn built() -> MemoryAssets {
    let assets = MemoryAssets::default();
    if Path::new(BUILT).join("index.html").is_file() {
        add(&assets, Path::new(BUILT), "app");
    } else {
        for (name, text) in SMALL {
            assets.put(name, text.as_bytes());
            assets.put(&format!("{name}.gz"), &gzipped(text));
        }
    }
    assets
}

/// Adds the files of a folder, whose name begins with `name`.
fn add(assets: &MemoryAssets, folder: &Path, name: &str) {
    for entry in fs::read_dir(folder).expect("the dashboard can be read").flatten() {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            add(assets, &entry.path(), &name);
        } else {
            assets.put(&name, &fs::read(entry.path()).expect("the dashboard can be read"));
        }
    }
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish()).expect("memory can be written")
}
