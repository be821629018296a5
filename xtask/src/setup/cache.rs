//! The user's cache of pinned tools, which all checkouts share. Each tool has a folder named after its name, version
//! and target.
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, While};

/// Environment variable with another folder for the tools.
const VARIABLE: &str = "HOP_TOOLS";

/// The compilation target of this program and of the tools.
const TARGET: &str = env!("TARGET");

pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn find() -> Outcome<Self> {
        let Some(folder) = choose(|name| std::env::var_os(name)) else {
            return Err(Failure::new("no folder for hop's tools: HOME is not set")
                .advise(format!("Set {VARIABLE} to the folder that the tools shall be installed in.")));
        };
        let folder = std::path::absolute(&folder).doing(format_args!("finding {}", folder.display()))?;
        Ok(Self { folder })
    }

    pub(crate) fn tool(&self, name: &str, version: &str) -> PathBuf {
        self.folder.join(format!("{name}-{version}-{TARGET}"))
    }

    /// The shared target directory while tools are compiled.
    pub(crate) fn build_directory(&self) -> PathBuf {
        self.folder.join("build")
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.folder.join("lock")
    }
}

/// `$HOP_TOOLS`, else `hop` in the cache folder of the XDG Base Directory Specification, which ignores a relative
/// `$XDG_CACHE_HOME`.
fn choose(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path(VARIABLE)
        .or_else(|| Some(path("XDG_CACHE_HOME").filter(|path| path.is_absolute())?.join("hop")))
        .or_else(|| Some(path("HOME")?.join(".cache/hop")))
}

/// Fills a folder under a temporary name and then renames it, so that an existing folder is always complete.
pub(crate) fn install(directory: &Path, fill: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    let unfinished = directory.with_added_extension("part");
    for left_over in [&unfinished, directory] {
        if left_over.exists() {
            fs::remove_dir_all(left_over).doing(format_args!("removing {}", left_over.display()))?;
        }
    }
    fs::create_dir_all(&unfinished).doing(format_args!("creating {}", unfinished.display()))?;
    fill(&unfinished)?;
    fs::rename(&unfinished, directory).doing(format_args!("creating {}", directory.display()))
}

/// Acquires the lock of a set-up and waits if another one holds it. Dropping the file releases it.
pub(crate) fn lock(path: &Path) -> Outcome<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(format_args!("creating {}", folder.display()))?;
    }
    let file = File::create(path).doing(format_args!("creating {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("Waiting for another set-up to finish…");
        file.lock().doing("waiting for another set-up")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn chosen(variables: &[(&str, &str)]) -> Option<PathBuf> {
        choose(|name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn hop_tools_comes_before_other_folders() {
        let all = [("HOP_TOOLS", "/tools"), ("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/me")];
        assert_eq!(chosen(&all), Some("/tools".into()));
        assert_eq!(chosen(&all[1..]), Some("/cache/hop".into()));
        assert_eq!(chosen(&all[2..]), Some("/home/me/.cache/hop".into()));
    }

    #[test]
    fn empty_and_relative_cache_folders_are_ignored() {
        let home = ("HOME", "/home/me");
        for variables in [[("HOP_TOOLS", ""), home], [("XDG_CACHE_HOME", ""), home], [("XDG_CACHE_HOME", "cache"), home]] {
            assert_eq!(chosen(&variables), Some("/home/me/.cache/hop".into()), "{variables:?}");
        }
    }

    #[test]
    fn no_home_means_no_folder() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[("HOME", "")]), None);
    }

    #[test]
    fn versions_and_targets_have_separate_folders() {
        let folder = Cache { folder: "/cache/hop".into() }.tool("viceroy", "0.22.0");
        assert_eq!(folder, Path::new(&format!("/cache/hop/viceroy-0.22.0-{TARGET}")));
        assert!(TARGET.split('-').count() >= 3, "{TARGET} is no target triple");
    }

    #[test]
    fn interrupted_install_leaves_no_folder() {
        let cache = tempfile::tempdir().unwrap();
        let tool = cache.path().join("tool-1.0.0");
        let failed = install(&tool, |folder| {
            fs::write(folder.join("half"), "").doing("writing")?;
            Err(Failure::new("interrupted"))
        });
        assert!(failed.is_err() && !tool.exists());

        install(&tool, |folder| fs::write(folder.join("program"), "").doing("writing")).unwrap();
        let files: Vec<OsString> = fs::read_dir(&tool).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["program"]);
    }

    #[test]
    fn second_set_up_waits_for_the_first() {
        let cache = tempfile::tempdir().unwrap();
        let path = cache.path().join("hop/lock");
        let first = lock(&path).unwrap();
        let (sender, receiver) = channel();
        thread::spawn(move || sender.send(lock(&path).map(drop).is_ok()));
        assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err(), "the second set-up did not wait");
        drop(first);
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)), Ok(true));
    }
}
