//! Makes a module as small as it gets, and takes the function names out of it. They are a fifth of what would be sent to the edge, where a
//! panic never shows them; `cargo xtask size` reads them from a copy.
use std::path::{Path, PathBuf};
use std::{env, fs};

use wasmparser::{Parser, Payload};

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::npm;

/// Has wasm-opt write a smaller `module`, still with its names, that exports nothing `unused`.
///
/// No more than the last bytes of an exhausted stack lie below 1,024, so offsets may be taken for addresses that never wrap. That saves half
/// a percent. Functions of one name, made for several types, stand together, where gzip sees that they are alike. That saves six in a thousand.
pub(super) fn shrunk(project: &Project, module: &Path, unused: &[String]) -> Outcome<Vec<u8>> {
    let optimised = module.with_extension("optimised.wasm");
    let mut wasm_opt = project.command("wasm-opt");
    wasm_opt.args(unused.iter().map(|export| format!("--remove-exports={export}")));
    wasm_opt.args(["-Oz", "--low-memory-unused", "--reorder-functions-by-name", "--strip-dwarf", "--debuginfo"]);
    wasm_opt.arg(module).arg("--output").arg(&optimised);
    process::run(&mut wasm_opt)?;
    fs::read(&optimised).doing(format_args!("reading {}", optimised.display()))
}

/// Puts a module in its place without its names, and keeps it with them.
pub(super) fn deployable(project: &Project, edge: Edge, named: &[u8]) -> Outcome<()> {
    replace(&project.named_module(edge), named)?;
    replace(&project.deployed_module(edge), &without_names(named)?)
}

/// What every module is made with besides its own code: the npm packages and this program.
pub(super) fn inputs(project: &Project) -> Vec<PathBuf> {
    let mut inputs = vec![npm::stamp(project)];
    inputs.extend(env::current_exe());
    inputs
}

/// The same module without its name section.
fn without_names(module: &[u8]) -> Outcome<Vec<u8>> {
    let mut kept = Vec::with_capacity(module.len());
    let mut copied = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| Failure::new(format!("the module cannot be read: {error}")))?;
        let Some((_, contents)) = payload.as_section() else {
            continue;
        };
        let end = usize::try_from(contents.end).map_err(|_| Failure::new("the module is too large"))?;
        let named = matches!(&payload, Payload::CustomSection(section) if section.name() == "name");
        if !named {
            // From the end of the section before, so that this one's own header comes along.
            kept.extend_from_slice(&module[copied..end]);
        } else if copied == 0 {
            kept.extend_from_slice(&module[..MAGIC]);
        }
        copied = end;
    }
    Ok(kept)
}

/// Every module begins with four bytes of magic and four of version.
const MAGIC: usize = 8;

/// Writes so that a reader sees either the old file or the new one.
fn replace(file: &Path, bytes: &[u8]) -> Outcome<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).doing(format_args!("creating {}", directory.display()))?;
    }
    let part = file.with_extension("part");
    fs::write(&part, bytes).doing(format_args!("writing {}", part.display()))?;
    fs::rename(&part, file).doing(format_args!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";
    const NAMES: &[u8] = b"\x00\x07\x04name\x00\x00";
    const OTHER: &[u8] = b"\x00\x06\x05other";
    const TYPES: &[u8] = b"\x01\x01\x00";

    #[test]
    fn only_the_names_go() {
        let named = [HEADER, TYPES, OTHER, NAMES].concat();
        assert_eq!(without_names(&named).unwrap(), [HEADER, TYPES, OTHER].concat());
        let first = [HEADER, NAMES, TYPES].concat();
        assert_eq!(without_names(&first).unwrap(), [HEADER, TYPES].concat());
        let none = [HEADER, TYPES].concat();
        assert_eq!(without_names(&none).unwrap(), none);
    }
}
