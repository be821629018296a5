//! hop in workerd, with D1, the Cache API, Durable Objects and Workers KV on local disk, run by `wrangler dev`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use hop_core::store::cache;
use serde_json::Value;

use super::process::Process;
use super::{manifest, path_of, root};
use crate::client::Call;
use crate::deployment::{Deployment, FEW_UNKNOWN_ALIASES, Settings, free_address};
use crate::world::{DOMAIN, PEPPER};

pub(super) fn start(address: SocketAddr, settings: &Settings) -> Process {
    let files = tempfile::tempdir().expect("there is room for temporary files");
    let config = write_config(files.path(), settings);
    let state = settings.state.clone().unwrap_or_else(|| files.path().join("state"));
    if !settings.without_store {
        migrate(&config, &state);
    }
    let mut command = wrangler(&config);
    command.args(["dev", "--ip", "127.0.0.1", "--port", &address.port().to_string()]);
    command.args(["--inspector-port", &free_address().port().to_string()]);
    command.args(["--show-interactive-dev-session", "false", "--persist-to"]).arg(&state);
    // wrangler's own folders beside them hold traces of the requests, which are not stored by hop.
    let stores = [DATABASE, CACHE, OBJECTS, SALTS].map(|store| state.join(store)).to_vec();
    Process::start(&mut command, files, stores)
}

/// The folder with the database, in the folder of the state.
const DATABASE: &str = "v3/d1";

/// The folder with the cache, in the folder of the state.
const CACHE: &str = "v3/cache";

/// The folder with the Durable Objects of the ledger, in the folder of the state.
const OBJECTS: &str = "v3/do";

/// The folder with the salts in Workers KV, in the folder of the state.
const SALTS: &str = "v3/kv";

/// Deletes all cached links. The deployment must not be running.
///
/// # Panics
/// When there are none.
pub fn clear_cache(state: &Path) {
    std::fs::remove_dir_all(folder(state, CACHE)).expect("the state can be changed");
}

/// Moves the database away. The deployment must not be running.
///
/// # Panics
/// When there is none.
pub fn take_database_away(state: &Path) {
    std::fs::rename(folder(state, DATABASE), state.join("away")).expect("the state can be changed");
}

/// Moves the database back. The deployment must not be running.
///
/// # Panics
/// When it was not taken away.
pub fn bring_database_back(state: &Path) {
    std::fs::remove_dir_all(folder(state, DATABASE)).expect("the state can be changed");
    std::fs::rename(state.join("away"), state.join(DATABASE)).expect("the database was taken away");
}

fn folder(state: &Path, name: &str) -> PathBuf {
    let folder = state.join(name);
    assert!(folder.exists(), "{} is missing: does wrangler use another folder now?", folder.display());
    folder
}

/// Reads the cache entry of a link of the default domain, of a deployment with [`Settings::cache_access`].
///
/// # Panics
/// When the cache fails.
pub fn cache_entry(hop: &Deployment, alias: &str) -> Option<Value> {
    let response = Call::get("/").header("X-Cache-Entry", entry_of(alias)).send_unless_refused(hop.address).expect("the cache answers");
    (response.status != 404).then(|| response.expect(200).json())
}

/// Writes the cache entry of a link of the default domain, of a deployment with [`Settings::cache_access`].
///
/// # Panics
/// When the cache fails.
pub fn put_cache_entry(hop: &Deployment, alias: &str, entry: &Value) {
    let call = Call::new("PUT", "/").header("X-Cache-Entry", entry_of(alias)).body(entry.to_string());
    call.send_unless_refused(hop.address).expect("the cache answers").expect(204);
}

/// The URL of an entry without its scheme.
fn entry_of(alias: &str) -> String {
    format!("{DOMAIN}/link/{DOMAIN}/{alias}")
}

/// The operations that a deployment with [`Settings::metered`] has used since this was last called: `statements` of D1,
/// `ledger_requests`, `salt_reads`, `rows_written` by objects, `alarms_set` and `failures`. What was not used is left
/// out.
///
/// # Panics
/// When the deployment does not respond.
pub fn take_counts(hop: &Deployment) -> Value {
    Call::get("/").header("X-Take-Counts", "1").send_unless_refused(hop.address).expect("the deployment responds").expect(200).json()
}

/// Makes a statement of an object fail: the one with this number, in the next transaction with so many. The deployment
/// must have [`Settings::metered`].
///
/// # Panics
/// When the deployment does not respond.
pub fn fail_statement(hop: &Deployment, number: u32) {
    let call = Call::get("/health").header("X-Fail-Statement", number.to_string());
    call.send_unless_refused(hop.address).expect("the deployment responds").expect(200);
}

/// Runs SQL on the database, without a timeout, and returns the rows of the last statement that has any. The deployment
/// must not be running.
///
/// # Panics
/// When wrangler fails.
pub fn execute(state: &Path, sql: &str) -> Vec<Value> {
    let files = tempfile::tempdir().expect("there is room for temporary files");
    let config = write_config(files.path(), &Settings::default());
    let path = files.path().join("statements.sql");
    std::fs::write(&path, sql).expect("a file can be written");
    let mut command = wrangler(&config);
    command.args(["d1", "execute", "hop", "--local", "--yes", "--json", "--persist-to"]).arg(state).arg("--file").arg(&path);
    let output = run(&mut command);
    let results: Vec<Value> = serde_json::from_str(&output).unwrap_or_else(|error| panic!("wrangler printed no JSON ({error}): {output}"));
    let rows = results.iter().rev().filter_map(|result| result["results"].as_array()).find(|rows| !rows.is_empty());
    rows.cloned().unwrap_or_default()
}

fn migrate(config: &Path, state: &Path) {
    let mut command = wrangler(config);
    command.args(["d1", "migrations", "apply", "hop", "--local", "--persist-to"]).arg(state);
    run(&mut command);
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(std::process::Stdio::null()).output().expect("wrangler can be run");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}:\n{stdout}{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

/// wrangler with the pinned node, without telemetry or requests to Cloudflare.
fn wrangler(config: &Path) -> Command {
    let bin = path_of("HOP_NODE_BIN", "node_modules/.bin");
    let old_path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([bin.clone()].into_iter().chain(std::env::split_paths(&old_path))).expect("PATH can be extended");
    let mut command = Command::new(bin.join("wrangler"));
    command.env("PATH", path).env("WRANGLER_SEND_METRICS", "false").env("CLOUDFLARE_CF_FETCH_ENABLED", "false").env("CI", "true");
    command.current_dir(config.parent().expect("a file is in a folder")).arg("--config").arg(config);
    command
}

/// Writes a module that wraps the built one.
fn wrapper(folder: &Path, script: &str, worker: &Path) -> PathBuf {
    let path = folder.join("wrapper.js");
    let script = script.replace("{worker}", &worker.display().to_string()).replace("{cache}", cache::NAME);
    std::fs::write(&path, script).expect("a file can be written");
    path
}

/// Writes the repository's wrangler.toml with these settings and the built module.
fn write_config(folder: &Path, settings: &Settings) -> PathBuf {
    let mut config = manifest::read("wrangler.toml");
    config.remove("build");
    let worker = path_of("HOP_WORKER_DIR", "cloudflare/build").join("index.js");
    let main = match settings {
        Settings { metered: true, .. } => wrapper(folder, include_str!("metered.js"), &worker),
        Settings { cache_access: true, .. } => wrapper(folder, include_str!("cache.js"), &worker),
        Settings { repeating: true, .. } => wrapper(folder, include_str!("repeat.js"), &worker),
        _ => worker,
    };
    config.insert("main".into(), main.display().to_string().into());
    let migrations = root().join("cloudflare/migrations").display().to_string();
    for database in config.get_mut("d1_databases").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        database.as_table_mut().expect("a database is a table").insert("migrations_dir".into(), migrations.clone().into());
    }
    manifest::table(&mut config, &["assets"]).insert("directory".into(), root().join("web/dist").display().to_string().into());
    // The suite asks for many unknown aliases.
    let unknown_aliases = if settings.few_unknown_aliases { FEW_UNKNOWN_ALIASES } else { 1_000_000 };
    for limiter in config.get_mut("ratelimits").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        let limiter = limiter.as_table_mut().expect("a limiter is a table");
        manifest::table(limiter, &["simple"]).insert("limit".into(), i64::from(unknown_aliases).into());
    }
    for (name, value) in &settings.settings {
        manifest::table(&mut config, &["vars"]).insert((*name).into(), (*value).into());
    }
    let admin_key = settings.admin_key.map(|key| format!("HOP_ADMIN_KEY={key}\n")).unwrap_or_default();
    std::fs::write(folder.join(".dev.vars"), format!("HOP_PEPPER={PEPPER}\n{admin_key}")).expect("a file can be written");
    let path = folder.join("wrangler.toml");
    manifest::write(&path, &config);
    path
}
