//! Embeds the static assets: writes a table of all files in `web/dist`, which `src/assets.rs` includes.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The output of `vite build web`: the dashboard, each text also gzipped, and the OpenAPI document.
const ASSETS: &str = "../web/dist";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ASSETS}");
    let root = fs::canonicalize(ASSETS).unwrap_or_else(|_| PathBuf::from(ASSETS));
    if !root.join("app/index.html").is_file() {
        return Err(format!("{} has no dashboard: `cargo xtask build fastly` builds it first", root.display()).into());
    }
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    files.sort();
    let mut table = "&[\n".to_owned();
    for (name, path) in files {
        writeln!(table, "    ({name:?}, include_bytes!({path:?}) as &[u8]),")?;
    }
    table.push_str("]\n");
    let file = Path::new(&env::var("OUT_DIR")?).join("assets.rs");
    fs::write(&file, table)?;
    println!("cargo::rustc-env=HOP_ASSETS={}", file.display());
    Ok(())
}

/// Collects the files below `folder`: the name of each relative to `root`, with slashes, and its path. A file whose
/// name begins with a dot is none of the assets.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let segments = path.strip_prefix(root)?.components().map(|segment| segment.as_os_str().to_string_lossy());
        files.push((segments.collect::<Vec<_>>().join("/"), path));
    }
    Ok(())
}
