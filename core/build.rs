//! What is made when hop is built, because in the module each byte counts: `docs/openapi.json` in brief, and what is known of characters.

#![allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a build that cannot go on has failed")]

#[path = "build/brief.rs"]
mod brief;

use std::path::Path;
use std::{env, error, fs};

const DOCUMENT: &str = "../docs/openapi.json";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let folder = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    let document = fs::read_to_string(DOCUMENT)?;
    fs::write(Path::new(&folder).join("openapi.json"), brief::brief(&document)?)?;
    Ok(())
}
