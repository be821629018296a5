//! Static assets in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::locked;

/// The static assets of an edge, by name. At first they are `openapi.json` and a dashboard of one page and one script.
pub struct MemoryAssets(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryAssets {
    /// Adds or replaces a file.
    pub fn put(&self, name: &str, contents: &[u8]) {
        locked(&self.0).insert(name.to_owned(), contents.to_vec());
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) {
        locked(&self.0).remove(name);
    }

    /// The contents of a file.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        locked(&self.0).get(name).cloned()
    }
}

impl Default for MemoryAssets {
    fn default() -> Self {
        const PAGE: &[u8] = b"<!doctype html><title>hop</title><script type=\"module\" src=\"/app/assets/main-memory.js\"></script>";
        let assets = Self(Mutex::default());
        assets.put("openapi.json", include_bytes!("../../../docs/openapi.json"));
        assets.put("app/index.html", PAGE);
        assets.put("app/assets/main-memory.js", b"document.body.textContent = document.title;");
        assets
    }
}
