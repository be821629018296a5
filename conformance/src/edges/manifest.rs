//! The manifests of the repository, from which those of test deployments are derived.

use std::path::Path;

use toml::{Table, Value};

/// Reads a manifest of the repository.
pub(super) fn read(name: &str) -> Table {
    let path = super::root().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a derived manifest.
pub(super) fn write(path: &Path, manifest: &Table) {
    let text = toml::to_string(manifest).expect("a manifest is TOML");
    std::fs::write(path, text).expect("a file can be written");
}

/// The table at `path`, which is created if it is missing.
pub(super) fn table<'a>(manifest: &'a mut Table, path: &[&str]) -> &'a mut Table {
    path.iter().fold(manifest, |table, name| {
        let entry = table.entry(*name).or_insert_with(|| Value::Table(Table::new()));
        entry.as_table_mut().unwrap_or_else(|| panic!("{name} is not a table"))
    })
}
