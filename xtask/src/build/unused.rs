//! What worker-build exports and hop has no use for: the SDK's classes for containers, R2 and streams, and the code only they call.
use std::fs;
use std::path::Path;

use wasmparser::{Parser, Payload};

use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;

/// Makes the Worker's JavaScript anew with nothing but the entry point and what it needs, and returns it.
pub(super) fn script(project: &Project) -> Outcome<String> {
    let directory = project.worker_directory();
    let path = project.worker_script();
    let built = fs::read_to_string(&path).doing(format_args!("reading {}", path.display()))?;
    fs::write(&path, forgettable(&built)).doing(format_args!("writing {}", path.display()))?;
    let entry = directory.join("entry.js");
    fs::write(&entry, "export { default } from \"./index.js\";").doing(format_args!("writing {}", entry.display()))?;

    let mut esbuild = project.command("esbuild");
    esbuild.current_dir(&directory).args(["entry.js", "--bundle", "--minify", "--format=esm", "--log-level=warning"]);
    esbuild.args(["--external:./index_bg.wasm", "--external:cloudflare:*"]);
    // Classes that are let go of by hand would be kept for it.
    esbuild.arg("--define:Symbol.dispose=undefined");
    esbuild.args(["--outfile=index.js", "--allow-overwrite"]);
    process::run(&mut esbuild)?;
    fs::read_to_string(&path).doing(format_args!("reading {}", path.display()))
}

/// Tells esbuild that what is only made need not be made if nobody uses it.
fn forgettable(script: &str) -> String {
    let pure = |script: String, made: &str| script.replace(made, &format!("/* @__PURE__ */ {made}"));
    ["new Proxy(", "new FinalizationRegistry("].into_iter().fold(script.to_owned(), pure)
}

/// What a module exports and `script` never names.
pub(super) fn exports(module: &Path, script: &str) -> Outcome<Vec<String>> {
    let module = fs::read(module).doing(format_args!("reading {}", module.display()))?;
    let named: Vec<&str> = script.split(|letter: char| !is_part_of_name(letter)).collect();
    let mut unused = Vec::new();
    let unreadable = |error| Failure::new(format!("the module cannot be read: {error}"));
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::ExportSection(exports) = payload.map_err(unreadable)? {
            for export in exports {
                let name = export.map_err(unreadable)?.name;
                if !named.contains(&name) {
                    unused.push(name.to_owned());
                }
            }
        }
    }
    Ok(unused)
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_unused_unless_the_script_names_all_of_it() {
        let exports: &[u8] = b"\x02\x03abc\x02\x00\x02ab\x02\x00";
        let memory = [5, 3, 1, 0, 1];
        let size = u8::try_from(exports.len()).unwrap();
        let module = [b"\0asm\x01\0\0\0".as_slice(), &memory, &[7, size], exports].concat();
        let file = std::env::temp_dir().join(format!("hop-unused-{}.wasm", std::process::id()));
        fs::write(&file, module).unwrap();
        for (script, unused) in [("w.abc()", vec!["ab"]), ("w.ab(w.abc)", vec![]), ("abcd(ab_)", vec!["abc", "ab"])] {
            assert_eq!(super::exports(&file, script).unwrap(), unused, "{script}");
        }
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_made_and_not_used_may_go() {
        assert_eq!(forgettable("var a = new Proxy(b, c);"), "var a = /* @__PURE__ */ new Proxy(b, c);");
    }
}
