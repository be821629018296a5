//! Paths of the repository and of build outputs, and commands that run at its root.
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::setup::cache::Cache;
use crate::setup::rust::{COMPUTE, WORKERS};
use crate::setup::tools::Tool;

pub(crate) struct Project {
    root: PathBuf,
    tools: Cache,
}

impl Project {
    /// Finds the repository that this program was built from.
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

    /// The programs of the npm packages: wrangler, fastly, wasm-opt, esbuild and, on Linux, node.
    pub(crate) fn node_programs(&self) -> PathBuf {
        self.path("node_modules/.bin")
    }

    /// Lock file that serialises installations of npm packages into this checkout.
    pub(crate) fn npm_lock_file(&self) -> PathBuf {
        self.target().join("npm.lock")
    }

    /// The cache of pinned tools, which all checkouts share.
    pub(crate) fn tools(&self) -> &Cache {
        &self.tools
    }

    /// The built dashboard: its page, and its files in `assets`.
    pub(crate) fn dashboard(&self) -> PathBuf {
        self.static_assets().join("app")
    }

    /// The static assets: the dashboard and the OpenAPI document.
    pub(crate) fn static_assets(&self) -> PathBuf {
        self.path("web/dist")
    }

    /// The record of the dashboard's last build. It is not beside the dashboard, where it would be deployed.
    pub(crate) fn dashboard_record(&self) -> PathBuf {
        self.target().join("dashboard.made-of")
    }

    /// Output folder of worker-build: the Workers module and its JavaScript.
    pub(crate) fn worker_directory(&self) -> PathBuf {
        self.path("cloudflare/build")
    }

    /// The module that an edge runs. Fastly's tools expect theirs at exactly this path.
    pub(crate) fn deployed_module(&self, edge: Edge) -> PathBuf {
        match edge {
            Edge::Cloudflare => self.worker_directory().join("index_bg.wasm"),
            Edge::Fastly => self.path("bin/main.wasm"),
        }
    }

    /// Where wrangler assembles an upload.
    pub(crate) fn upload_directory(&self) -> PathBuf {
        self.target().join("upload")
    }

    /// Screenshots of the browser tests.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target().join("screenshots")
    }

    /// Cargo's output for an edge, before wasm-bindgen and wasm-opt. It has the names of all functions.
    pub(crate) fn compiled_module(&self, edge: Edge) -> PathBuf {
        match edge {
            Edge::Cloudflare => self.compiled(WORKERS, "hop_cloudflare.wasm"),
            Edge::Fastly => self.compiled(COMPUTE, "hop-fastly.wasm"),
        }
    }

    /// Cargo's output for a wasm target.
    pub(crate) fn compiled(&self, target: &str, file: &str) -> PathBuf {
        self.target().join(target).join("release").join(file)
    }

    /// The program that `bench` runs under valgrind.
    pub(crate) fn bench_program(&self) -> PathBuf {
        self.target().join("release/hop-bench")
    }

    /// Output folder of worker-build for the empty Worker.
    pub(crate) fn empty_worker(&self) -> PathBuf {
        self.path("bench/empty/build")
    }

    /// Where `bench` puts the files for workerd and Viceroy.
    pub(crate) fn bench_directory(&self) -> PathBuf {
        self.target().join("bench")
    }

    fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => self.root.join(directory),
            None => self.path("target"),
        }
    }

    /// State of `serve` that is kept between runs.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(".hop")
    }

    /// A command at the root of the repository, with the pinned tools first in `PATH`.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.system_command(program);
        command.env("PATH", self.search_path());
        command
    }

    /// A command at the root of the repository, without the pinned tools in `PATH`.
    ///
    /// Removes the environment variables in which `cargo run` describes this package and its build: with them, a cargo
    /// started from here would recompile ring, rustls and xtask, because build scripts (such as ring's) read them.
    pub(crate) fn system_command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os().filter(|(name, _)| describes_a_package(name)) {
            command.env_remove(name);
        }
        command
    }

    fn search_path(&self) -> OsString {
        let machine = env::var_os("PATH").unwrap_or_default();
        let pinned = Tool::ALL.into_iter().map(|tool| tool.directory(self).join("bin"));
        let directories = std::iter::once(self.node_programs()).chain(pinned).chain(env::split_paths(&machine));
        // Joining fails only if a directory has a colon in its name; no tool would be found there anyway.
        env::join_paths(directories).unwrap_or(machine)
    }
}

/// Whether this is one of the environment variables in which cargo describes the package that it runs. `OUT_DIR` and
/// `TARGET` come with its build script.
fn describes_a_package(variable: &OsStr) -> bool {
    let is = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || ["OUT_DIR", "TARGET"].contains(&name);
    variable.to_str().is_some_and(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn started_programs_do_not_inherit_cargo_variables() {
        let set = ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "OUT_DIR", "TARGET"];
        assert_eq!(set.map(|name| env::var_os(name).is_some()), [true; 4], "cargo sets them for tests as it does for `cargo run`");
        let seen = process::capture(&mut Project::find().unwrap().command("env")).unwrap().text;
        let names = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        let inherited: Vec<&str> = names.filter(|name| set.contains(name)).collect();
        assert_eq!(inherited, [""; 0]);
    }
}
