//! The link cache of the memory edge. Puts can be held back, and then released in any order or lost.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::locked;
use crate::store::Key;
use crate::store::ports::{LinkCache, StoreError};

/// A link cache in memory.
#[derive(Default)]
pub struct MemoryCache {
    state: Mutex<CacheState>,
    operations: AtomicU32,
}

#[derive(Default)]
struct CacheState {
    visible: BTreeMap<Key, String>,
    held: Vec<(Key, String)>,
    holding: bool,
}

impl MemoryCache {
    /// The number of calls since this was last called.
    pub fn take_operations(&self) -> u32 {
        self.operations.swap(0, Ordering::SeqCst)
    }

    /// Starts or stops holding back puts.
    pub fn hold(&self, holding: bool) {
        locked(&self.state).holding = holding;
    }

    /// The number of puts that are held back.
    pub fn held(&self) -> usize {
        locked(&self.state).held.len()
    }

    /// Applies the held put number `index`.
    pub fn release(&self, index: usize) {
        let mut state = locked(&self.state);
        if index < state.held.len() {
            let (key, cached_link) = state.held.remove(index);
            state.visible.insert(key, cached_link);
        }
    }

    /// Discards all held puts.
    pub fn lose(&self) {
        locked(&self.state).held.clear();
    }

    /// Removes all cached links, bypassing hop.
    pub fn empty(&self) {
        locked(&self.state).visible.clear();
    }

    /// The keys of all cached links, bypassing hop.
    pub fn keys(&self) -> Vec<Key> {
        locked(&self.state).visible.keys().cloned().collect()
    }

    /// The cached link at `key`, bypassing hop.
    pub fn peek(&self, key: &Key) -> Option<String> {
        locked(&self.state).visible.get(key).cloned()
    }

    /// Writes a cached link, bypassing hop.
    pub fn plant(&self, key: &Key, cached_link: &str) {
        locked(&self.state).visible.insert(key.clone(), cached_link.to_owned());
    }
}

impl LinkCache for MemoryCache {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        self.peek(key).map(String::into_bytes)
    }

    async fn put(&self, key: &Key, cached_link: &str) -> Result<(), StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        let mut state = locked(&self.state);
        if state.holding {
            state.held.push((key.clone(), cached_link.to_owned()));
        } else {
            state.visible.insert(key.clone(), cached_link.to_owned());
        }
        Ok(())
    }
}
