//! hop in Viceroy, Fastly's local runtime, with KV Store in memory.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use toml::Table;

use super::process::Process;
use super::{manifest, path_of};
use crate::deployment::Settings;
use crate::places;
use crate::world::PEPPER;

pub(super) fn start(address: SocketAddr, settings: &Settings) -> Process {
    let files = tempfile::tempdir().expect("there is room for temporary files");
    let mut config = manifest::read("fastly.toml");
    for (name, value) in &settings.settings {
        let contents = manifest::table(&mut config, &["local_server", "config_stores", "hop_config", "contents"]);
        contents.insert((*name).into(), (*value).into());
    }
    if settings.without_store {
        manifest::table(&mut config, &["local_server"]).remove("kv_stores");
    }
    add_places(manifest::table(&mut config, &["local_server", "geolocation"]));
    let path = files.path().join("fastly.toml");
    manifest::write(&path, &config);
    let mut command = Command::new(program());
    command.arg("-C").arg(&path).arg("--addr").arg(address.to_string()).arg(path_of("HOP_COMPUTE_WASM", "bin/main.wasm"));
    // The manifest reads the secrets from these variables. If one is not set, its secret exists and is empty.
    command.env_remove("HOP_ADMIN_KEY").env("HOP_PEPPER", PEPPER);
    command.envs(settings.admin_key.map(|key| ("HOP_ADMIN_KEY", key)));
    Process::start(&mut command, files, Vec::new())
}

fn program() -> PathBuf {
    let program = std::env::var_os("HOP_VICEROY").map(PathBuf::from).unwrap_or_default();
    assert!(program.is_file(), "there is no Viceroy: `cargo xtask test viceroy` installs one and names it in HOP_VICEROY");
    program
}

/// Configures the geolocation of the addresses. The SDK accepts an entry only with all its fields.
fn add_places(geolocation: &mut Table) {
    geolocation.insert("format".into(), "inline-toml".into());
    geolocation.insert("use_default_loopback".into(), false.into());
    for place in places::KNOWN {
        let address = manifest::table(geolocation, &["addresses", &place.address.to_string()]);
        for name in ["country_code3", "country_name", "postal_code"] {
            address.insert(name.into(), "".into());
        }
        for (name, text) in [("as_name", place.operator), ("city", place.city), ("region", place.region), ("country_code", place.country)] {
            address.insert(name.into(), text.unwrap_or_default().into());
        }
        for name in ["as_number", "area_code", "metro_code", "utc_offset"] {
            address.insert(name.into(), 0.into());
        }
        for name in ["latitude", "longitude"] {
            address.insert(name.into(), 0.0.into());
        }
        for name in ["conn_speed", "conn_type", "continent", "proxy_description", "proxy_type"] {
            address.insert(name.into(), "?".into());
        }
        address.insert("continent".into(), "EU".into());
    }
}
