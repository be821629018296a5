//! Leaves out of `docs/openapi.json` the blanks between its values: where the document is in the module, each byte counts.

use std::path::Path;
use std::{env, error, fs};

const DOCUMENT: &str = "../docs/openapi.json";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let folder = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    let document = fs::read_to_string(DOCUMENT)?;
    fs::write(Path::new(&folder).join("openapi.json"), minified(&document))?;
    Ok(())
}

fn minified(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let stays = |character: &char| {
        let stays = in_string || !character.is_ascii_whitespace();
        if *character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = *character == '\\' && !escaped;
        stays
    };
    json.chars().filter(stays).collect()
}
