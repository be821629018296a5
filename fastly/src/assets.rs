//! Static assets, embedded in the WebAssembly module: a Compute service has no files beside it.

/// The names of all files with their contents, sorted by name. The build script writes this table.
static FILES: &[(&str, &[u8])] = include!(env!("HOP_ASSETS"));

/// Reads a file; nothing if there is none.
pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    let position = FILES.binary_search_by_key(&name, |(known, _)| known).ok()?;
    let (_, contents) = FILES.get(position)?;
    Some(contents.to_vec())
}
