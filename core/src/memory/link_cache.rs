//! The link cache of the memory edge. Puts and deletions can be held back, and then released in any order or lost.

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
    held: Vec<(Key, Option<String>)>,
    holding: bool,
}

impl CacheState {
    fn apply(&mut self, key: Key, entry: Option<String>) {
        match entry {
            Some(entry) => self.visible.insert(key, entry),
            None => self.visible.remove(&key),
        };
    }

    fn write(&mut self, key: Key, entry: Option<String>) {
        if self.holding {
            self.held.push((key, entry));
        } else {
            self.apply(key, entry);
        }
    }
}

impl MemoryCache {
    /// The number of calls since this was last called.
    pub fn take_operations(&self) -> u32 {
        self.operations.swap(0, Ordering::SeqCst)
    }

    /// Starts or stops holding back puts and deletions.
    pub fn hold(&self, holding: bool) {
        locked(&self.state).holding = holding;
    }

    /// The number of puts and deletions that are held back.
    pub fn held(&self) -> usize {
        locked(&self.state).held.len()
    }

    /// Applies the held put or deletion number `index`.
    pub fn release(&self, index: usize) {
        let mut state = locked(&self.state);
        if index < state.held.len() {
            let (key, entry) = state.held.remove(index);
            state.apply(key, entry);
        }
    }

    /// Discards all held puts and deletions.
    pub fn lose(&self) {
        locked(&self.state).held.clear();
    }

    /// Removes all entries, bypassing hop.
    pub fn empty(&self) {
        locked(&self.state).visible.clear();
    }

    /// The keys of all entries, bypassing hop.
    pub fn keys(&self) -> Vec<Key> {
        locked(&self.state).visible.keys().cloned().collect()
    }

    /// The entry of `key`, bypassing hop.
    pub fn peek(&self, key: &Key) -> Option<String> {
        locked(&self.state).visible.get(key).cloned()
    }

    /// Writes an entry, bypassing hop.
    pub fn plant(&self, key: &Key, entry: &str) {
        locked(&self.state).visible.insert(key.clone(), entry.to_owned());
    }
}

impl LinkCache for MemoryCache {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        self.peek(key).map(String::into_bytes)
    }

    async fn put(&self, key: &Key, entry: &str) -> Result<(), StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        locked(&self.state).write(key.clone(), Some(entry.to_owned()));
        Ok(())
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        locked(&self.state).write(key.clone(), None);
        Ok(())
    }
}
