//! Viceroy, Fastly's local runtime, with the Compute modules of the benchmarks: hop, a bare redirect from KV, and a
//! module that does nothing.
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::bench;
use crate::bench::load::alias;
use crate::bench::workerd::{copy_files, free_ports};
use crate::build;
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::process;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{self, Need};

/// The number of links in KV. hop reads at most 6,000 clicks of a link that are not folded yet, so the clicks of a run
/// are spread over several.
pub(super) const LINKS: u64 = 16;
pub(super) const TARGET: &str = "https://example.com/documentation/start?from=hop";

const PAUSE: Duration = Duration::from_millis(20);
const A_DAY: u64 = 24 * 60 * 60 * 1_000;

/// The smallest module that Viceroy runs: `(module (memory (export "memory") 1) (func (export "_start")))`.
const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\
    \x07\x13\x02\x06memory\x02\0\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

/// Installs what the modules and Viceroy need.
pub(super) fn provide(project: &Project) -> Outcome<()> {
    setup::provide(project, &[setup::BUILD_FASTLY, &[Need::Tool(Tool::Viceroy)]].concat())
}

/// The built modules.
pub(super) struct Modules {
    pub(super) hop: PathBuf,
    pub(super) kv: PathBuf,
    pub(super) empty: PathBuf,
    manifest: PathBuf,
}

impl Modules {
    /// Builds the modules (hop's unless `HOP_COMPUTE_WASM` is set) and writes the manifest with their stores.
    pub(super) fn prepare(project: &Project) -> Outcome<Self> {
        let hop = match std::env::var_os(bench::COMPUTE_MODULE) {
            Some(module) => PathBuf::from(module),
            None => {
                build::module(project, Edge::Fastly)?;
                project.deployed_module(Edge::Fastly)
            }
        };
        let kv = build::kv_redirect(project)?;
        let folder = project.bench_directory();
        copy_files(&["fastly.toml"], &project.path("bench/edge"), &folder)?;
        let write = |file: &str, bytes: &[u8]| -> Outcome<PathBuf> {
            let path = folder.join(file);
            fs::write(&path, bytes).doing(format_args!("writing {}", path.display())).map(|()| path)
        };
        let targets: Map<String, Value> = (0..LINKS).map(|number| (alias(number), TARGET.into())).collect();
        write("links.json", Value::from(targets).to_string().as_bytes())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        write("records.json", salts(u64::try_from(now).unwrap_or_default())?.to_string().as_bytes())?;
        Ok(Self { hop, kv, empty: write("empty.wasm", EMPTY_MODULE)?, manifest: folder.join("fastly.toml") })
    }

    /// Starts Viceroy with a module and waits until it accepts connections, which is after it has compiled the module.
    pub(super) fn start(&self, project: &Project, module: &Path) -> Outcome<Viceroy> {
        let [port] = free_ports()?;
        let mut viceroy = project.system_command(&Tool::Viceroy.program(project).display().to_string());
        viceroy.arg("-C").arg(&self.manifest).args(["--addr", &format!("{}:{port}", Ipv4Addr::LOCALHOST)]).arg(module);
        // The manifest names the files with the contents of KV relative to the working directory.
        viceroy.current_dir(project.bench_directory());
        let mut started = Viceroy { port, member: process::start(&mut viceroy)? };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            started.check_alive()?;
            thread::sleep(PAUSE);
        }
        Ok(started)
    }
}

/// The salts of unique visitors today and tomorrow, made yesterday, so that hop uses them.
fn salts(now: u64) -> Outcome<Value> {
    let salt = json!({ "v": 1, "salt": "YS1zYWx0LXRoYXQtb25seS1iZW5jaG1hcmtzLWtub3c", "made_at": now.saturating_sub(A_DAY) }).to_string();
    let name = |millis: u64| {
        let moment = Timestamp::from_millisecond(i64::try_from(millis).unwrap_or_default());
        let moment = moment.map_err(|error| Failure::new(format!("the clock of this machine is wrong: {error}")))?;
        Ok(format!("salt/{}", TimeZone::UTC.to_datetime(moment).date()))
    };
    let days = [now, now.saturating_add(A_DAY)].map(name).into_iter().collect::<Outcome<Vec<String>>>()?;
    Ok(days.into_iter().map(|day| (day, Value::from(salt.clone()))).collect::<Map<_, _>>().into())
}

/// A running Viceroy. Dropping it ends the process.
pub(super) struct Viceroy {
    pub(super) port: u16,
    member: Member,
}

impl Viceroy {
    pub(super) fn process(&self) -> u32 {
        self.member.id()
    }

    /// Fails if the process has ended.
    pub(super) fn check_alive(&mut self) -> Outcome<()> {
        match self.member.has_ended().doing("watching Viceroy")? {
            Some(status) => Err(Failure::new(format!("Viceroy ended unexpectedly ({status}); its last output is above"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_module_is_readable() {
        for payload in wasmparser::Parser::new(0).parse_all(EMPTY_MODULE) {
            payload.unwrap();
        }
    }

    #[test]
    fn salts_are_of_today_and_tomorrow_and_a_day_old() {
        // 2026-12-31, 23:00 UTC.
        let salts = salts(1_798_758_000_000).unwrap();
        let days: Vec<&String> = salts.as_object().unwrap().keys().collect();
        assert_eq!(days, ["salt/2026-12-31", "salt/2027-01-01"]);
        let salt: Value = serde_json::from_str(salts["salt/2027-01-01"].as_str().unwrap()).unwrap();
        assert_eq!(salt["made_at"], 1_798_671_600_000_u64);
    }
}
