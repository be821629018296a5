//! Child processes: started in a process group of their own, with their output in a file, and killed as a group.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

/// The running process groups.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// A running child process with its temporary files.
pub(crate) struct Process {
    child: Child,
    group: Pid,
    output_file: PathBuf,
    stores: Vec<PathBuf>,
    _files: TempDir,
}

impl Process {
    /// Starts `command` in a process group of its own. It keeps its stores in the folders `stores`.
    pub(crate) fn start(command: &mut Command, files: TempDir, stores: Vec<PathBuf>) -> Self {
        let output_file = files.path().join("output.log");
        let file = File::create(&output_file).expect("a file can be created");
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let group = Pid::from_child(&child);
        groups().push(group);
        Self { child, group, output_file, stores, _files: files }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    pub(crate) fn output(&self) -> String {
        std::fs::read(&self.output_file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// The name and the bytes of every file in its stores.
    pub(crate) fn stored(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        self.stores.iter().for_each(|folder| collect_files(folder, &mut files));
        files
    }

    /// Kills the whole group and waits for the child.
    pub(crate) fn kill(&mut self) {
        groups().retain(|group| *group != self.group);
        // The group may have ended by itself.
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills every running group when this process gets a signal to end.
///
/// # Panics
/// When signals cannot be listened to.
pub fn end_with_this_process() {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]).expect("signals can be listened to");
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            for group in groups().drain(..) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            std::process::exit(130);
        }
    });
}

/// The files below `folder`.
fn collect_files(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_files(&path, files);
        } else {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.push((path.display().to_string(), bytes));
        }
    }
}

fn groups() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}
