//! Incremental build steps: a step is skipped while its inputs and outputs are unchanged.
//!
//! A record stores a digest of the command, of its inputs and of its outputs. Contents are compared, not modification
//! times, because cargo may link an identical module again.
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::{Outcome, While};

/// One build step: a tool with its inputs and outputs.
pub(super) struct Step {
    /// The file with the digest of the last complete run.
    pub(super) record: PathBuf,
    /// The tools, with versions and arguments.
    pub(super) command: String,
    /// Files and folders. A folder stands for all files in it and below.
    pub(super) inputs: Vec<PathBuf>,
    /// Files and folders, too.
    pub(super) outputs: Vec<PathBuf>,
}

impl Step {
    /// Calls `build` unless the outputs are up to date.
    pub(super) fn run(&self, build: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
        if self.is_current() {
            return Ok(());
        }
        let inputs = self.digest_of(&self.inputs)?;
        build()?;
        // A file that was saved meanwhile may be missing in the output: without a record the next run builds again.
        if self.digest_of(&self.inputs)? != inputs {
            return Ok(());
        }
        let digest = self.digest()?;
        if let Some(folder) = self.record.parent() {
            fs::create_dir_all(folder).doing(format_args!("creating {}", folder.display()))?;
        }
        fs::write(&self.record, digest).doing(format_args!("writing {}", self.record.display()))
    }

    fn is_current(&self) -> bool {
        let recorded = fs::read_to_string(&self.record);
        // If a file is missing or unreadable, run the step: it reports the error.
        matches!((recorded, self.digest()), (Ok(recorded), Ok(digest)) if recorded == digest)
    }

    fn digest(&self) -> Outcome<String> {
        Ok(self.digest_of(&self.inputs)? + &self.digest_of(&self.outputs)?)
    }

    /// The digest of the command and of files.
    fn digest_of(&self, paths: &[PathBuf]) -> Outcome<String> {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        };
        add(self.command.as_bytes());
        for path in paths {
            for file in files(path)? {
                add(file.as_os_str().as_encoded_bytes());
                add(&read(&file)?);
            }
        }
        let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Ok(hex + "\n")
    }
}

/// The files of a folder and of all folders in it, sorted; or the file itself.
fn files(path: &Path) -> Outcome<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).doing(format_args!("reading {}", path.display()))? {
        paths.push(entry.doing(format_args!("reading {}", path.display()))?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        found.extend(files(&path)?);
    }
    Ok(found)
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).doing(format_args!("reading {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::failure::Failure;

    /// Runs a step that copies `input` to `output`. Returns whether the tool was called.
    fn calls_tool(folder: &Path, command: &str) -> bool {
        let (input, output) = (folder.join("input"), folder.join("output"));
        let step =
            Step { record: folder.join("record"), command: command.to_owned(), inputs: vec![input.clone()], outputs: vec![output.clone()] };
        let called = Cell::new(false);
        let copied = step.run(|| {
            called.set(true);
            fs::copy(&input, &output).map(drop).doing("copying")
        });
        copied.unwrap();
        called.get()
    }

    #[test]
    fn unchanged_step_runs_its_tool_once() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("input");
        fs::write(&input, "one").unwrap();
        assert!(calls_tool(folder.path(), "copy"));
        assert!(!calls_tool(folder.path(), "copy"));
        // The same contents, but with a later modification time than the output.
        fs::write(&input, "one").unwrap();
        assert!(!calls_tool(folder.path(), "copy"));
    }

    #[test]
    fn changed_input_output_or_command_runs_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::write(file("input"), "one").unwrap();
        assert!(calls_tool(folder.path(), "copy"));
        fs::write(file("input"), "two").unwrap();
        assert!(calls_tool(folder.path(), "copy"));
        assert!(calls_tool(folder.path(), "copy -O"));
        fs::write(file("output"), "damaged").unwrap();
        assert!(calls_tool(folder.path(), "copy -O"));
        fs::remove_file(file("output")).unwrap();
        assert!(calls_tool(folder.path(), "copy -O"));
        assert!(!calls_tool(folder.path(), "copy -O"));
    }

    #[test]
    fn folder_stands_for_all_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("sources");
        fs::create_dir_all(sources.join("inner")).unwrap();
        let is_current = |record: &str| {
            let step = Step {
                record: folder.path().join("records").join(record),
                command: "build".to_owned(),
                inputs: vec![sources.clone()],
                outputs: vec![],
            };
            let called = Cell::new(false);
            step.run(|| {
                called.set(true);
                Ok(())
            })
            .unwrap();
            !called.get()
        };
        fs::write(sources.join("inner/one"), "1").unwrap();
        assert!(!is_current("record") && is_current("record"));
        fs::write(sources.join("inner/two"), "2").unwrap();
        assert!(!is_current("record") && is_current("record"));
        fs::rename(sources.join("inner/two"), sources.join("inner/three")).unwrap();
        assert!(!is_current("record") && is_current("record"));
        fs::remove_file(sources.join("inner/three")).unwrap();
        assert!(!is_current("record") && is_current("record"));
    }

    #[test]
    fn failed_step_runs_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("input"), "one").unwrap();
        fs::write(folder.path().join("output"), "one").unwrap();
        let step = Step {
            record: folder.path().join("record"),
            command: "copy".to_owned(),
            inputs: vec![folder.path().join("input")],
            outputs: vec![folder.path().join("output")],
        };
        assert!(step.run(|| Err(Failure::new("no room"))).is_err());
        assert!(calls_tool(folder.path(), "copy"));
    }
}
