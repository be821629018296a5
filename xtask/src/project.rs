//! Where things are: the one place that knows the repository's layout.
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::setup::cache::Cache;
use crate::setup::tools::Tool;

pub(crate) struct Project {
    root: PathBuf,
    tools: Cache,
}

impl Project {
    /// The repository this program was built from, which `cargo xtask` always runs it in.
    pub(crate) fn find() -> Outcome<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = manifest.as_deref().and_then(Path::parent);
        match root {
            Some(root) => Ok(Self { root: root.into(), tools: Cache::find()? }),
            None => Err(Failure::new("the repository cannot be found").advise("Run it as `cargo xtask`.")),
        }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn read(&self, relative: &str) -> Outcome<String> {
        fs::read_to_string(self.path(relative)).doing(format_args!("reading {relative}"))
    }

    /// Programs npm packages brought: wrangler, fastly, wasm-opt, esbuild and, on Linux, node.
    pub(crate) fn node_programs(&self) -> PathBuf {
        self.path("node_modules/.bin")
    }

    /// Serialises the installation of npm packages into this checkout.
    pub(crate) fn npm_lock_file(&self) -> PathBuf {
        self.target().join("npm.lock")
    }

    /// The pinned tools, which all checkouts share.
    pub(crate) fn tools(&self) -> &Cache {
        &self.tools
    }

    /// Where worker-build leaves the Workers module and its JavaScript.
    pub(crate) fn worker_directory(&self) -> PathBuf {
        self.path("cloudflare/build")
    }

    /// The module an edge runs. Fastly's own tools expect theirs in exactly this place.
    pub(crate) fn deployed_module(&self, edge: Edge) -> PathBuf {
        match edge {
            Edge::Cloudflare => self.worker_directory().join("index_bg.wasm"),
            Edge::Fastly => self.path("bin/main.wasm"),
        }
    }

    /// Where wrangler puts together what it would upload.
    pub(crate) fn upload_directory(&self) -> PathBuf {
        self.target().join("upload")
    }

    /// What the browser saw.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target().join("screenshots")
    }

    /// What cargo makes for a wasm target, before wasm-bindgen and wasm-opt.
    pub(crate) fn compiled(&self, target: &str, file: &str) -> PathBuf {
        self.target().join(target).join("release").join(file)
    }

    /// The program whose visits `bench` counts.
    pub(crate) fn bench_program(&self) -> PathBuf {
        self.target().join("release/hop-bench")
    }

    /// Where worker-build leaves the Worker that does nothing.
    pub(crate) fn empty_worker(&self) -> PathBuf {
        self.path("bench/empty/build")
    }

    /// Where `bench` puts what it runs on workerd and Viceroy.
    pub(crate) fn bench_directory(&self) -> PathBuf {
        self.target().join("bench")
    }

    fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => self.root.join(directory),
            None => self.path("target"),
        }
    }

    /// State of `serve` that outlives it.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(".hop")
    }

    /// A program run at the root, which finds the project's pinned tools before the machine's.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.machine_command(program);
        command.env("PATH", self.search_path());
        command
    }

    /// A program of the machine, run at the root without the project's tools.
    ///
    /// `cargo run` describes this package to this program in environment variables. They are removed here: build
    /// scripts that read them (ring's does) would make a cargo started from here compile ring, rustls and xtask anew.
    pub(crate) fn machine_command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os().filter(|(name, _)| describes_a_package(name)) {
            command.env_remove(name);
        }
        command
    }

    fn search_path(&self) -> OsString {
        let machine = env::var_os("PATH").unwrap_or_default();
        let ours = Tool::ALL.into_iter().map(|tool| tool.directory(self).join("bin"));
        let directories = std::iter::once(self.node_programs()).chain(ours).chain(env::split_paths(&machine));
        // Joining fails only for a directory with a colon in its name, where no tool would be found anyway.
        env::join_paths(directories).unwrap_or(machine)
    }
}

/// Whether cargo sets this environment variable to describe the package that it runs.
fn describes_a_package(variable: &OsStr) -> bool {
    variable.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn started_programs_do_not_see_cargo_runs_variables() {
        assert!(env::var_os("CARGO_MANIFEST_DIR").is_some(), "cargo sets it for tests as it does for `cargo run`");
        let seen = process::capture(&mut Project::find().unwrap().command("env")).unwrap().text;
        let inherited: Vec<&str> = seen.lines().filter(|line| describes_a_package(OsStr::new(line))).collect();
        assert_eq!(inherited, [""; 0]);
    }
}
