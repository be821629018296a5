//! The size of each crate in a module, found by the names of its functions.
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rustc_demangle::try_demangle;
use wasmparser::{BinaryReaderError, KnownCustom, Name, Parser, Payload, TypeRef};

use crate::failure::{Failure, Outcome};

const DATA: &str = "(constant data)";
/// Functions that wasm-bindgen generates for calls between Rust and JavaScript.
const BINDINGS: &str = "(calls from and to JavaScript)";
/// Functions without a Rust path, such as memcpy.
const OTHER: &str = "(other)";

/// Bytes of code of each crate and of constant data, largest first.
pub(super) fn largest(module: &[u8], count: usize) -> Outcome<Vec<(String, u64)>> {
    let weights = by_crate(module).map_err(|error| Failure::new(format!("the module cannot be read: {error}")))?;
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    if weights.len() > count {
        let rest = weights.split_off(count);
        let bytes = rest.iter().map(|(_, bytes)| bytes).sum();
        weights.push((format!("({} more)", rest.len()), bytes));
    }
    Ok(weights)
}

fn by_crate(module: &[u8]) -> Result<BTreeMap<String, u64>, BinaryReaderError> {
    let mut imported = 0_u32;
    let mut bodies = Vec::new();
    let mut names = HashMap::new();
    let mut weights = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(length(&body.range())),
            Payload::DataSection(data) => {
                *weights.entry(DATA.to_owned()).or_default() += length(&data.range());
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        if let Name::Function(functions) = subsection? {
                            for function in functions {
                                let function = function?;
                                names.insert(function.index, function.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (index, bytes) in (imported..).zip(bodies) {
        let name = names.get(&index).copied().unwrap_or_default();
        let readable = try_demangle(name).map_or_else(|_| name.to_owned(), |name| format!("{name:#}"));
        *weights.entry(crate_of(&readable).to_owned()).or_default() += bytes;
    }
    Ok(weights)
}

fn length(range: &Range<u64>) -> u64 {
    range.end - range.start
}

/// The crate of a function: the crate of its type for a method, or else the first part of its path.
fn crate_of(function: &str) -> &str {
    let Some((before, _)) = function.split_once("::") else {
        return without_path(function);
    };
    // v0 names append the crate's hash: `core[c5930c85a12de822]::fmt::write`.
    let before = before.split_once('[').map_or(before, |(name, _)| name);
    let is_part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    match before.rsplit(|letter| !is_part_of_name(letter)).next() {
        // A method of a primitive type: `<char>::is_alphabetic`.
        Some("") | None => "core",
        Some(name) => name,
    }
}

fn without_path(function: &str) -> &'static str {
    let is_binding = function.starts_with("__wb") || function.starts_with("__externref") || function.ends_with(" shim");
    if is_binding { BINDINGS } else { OTHER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_belong_to_the_crate_of_their_type() {
        for (function, owner) in [
            ("hop_core::app::handle", "hop_core"),
            ("<hop_core::alias::Alias as core::fmt::Display>::fmt", "hop_core"),
            ("<&mut alloc::vec::Vec<u8> as core::fmt::Write>::write_str", "alloc"),
            ("<dlmalloc[e24a27700634d609]::dlmalloc::Dlmalloc<T>>::malloc", "dlmalloc"),
            ("core[c5930c85a12de822]::fmt::write", "core"),
            ("<char>::escape_debug_ext", "core"),
            ("<&T as core::fmt::Debug>::fmt", "core"),
            ("core::ptr::drop_in_place<hop_core::Link>", "core"),
            ("<dyn serde_json::Thing>::name", "serde_json"),
            ("__wbg_get_containerstartupoptions_entrypoint multivalue shim", BINDINGS),
            ("memcpy", OTHER),
            ("", OTHER),
        ] {
            assert_eq!(crate_of(function), owner, "{function}");
        }
    }
}
