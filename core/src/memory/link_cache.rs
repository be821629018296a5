//! Copies in a map. Puts can be held back, and then let through in any order or lost.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::locked;
use crate::store::Key;
use crate::store::ports::{LinkCache, StoreError};

/// Copies in memory.
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
    /// How many calls there were since this was asked last.
    pub fn take_operations(&self) -> u32 {
        self.operations.swap(0, Ordering::SeqCst)
    }

    /// Holds back every put from now on, or lets them through again.
    pub fn hold(&self, holding: bool) {
        locked(&self.state).holding = holding;
    }

    /// How many puts are held back.
    pub fn held(&self) -> usize {
        locked(&self.state).held.len()
    }

    /// Lets the held put number `index` through.
    pub fn release(&self, index: usize) {
        let mut state = locked(&self.state);
        if index < state.held.len() {
            let (key, cached_link) = state.held.remove(index);
            state.visible.insert(key, cached_link);
        }
    }

    /// Loses every held put.
    pub fn lose(&self) {
        locked(&self.state).held.clear();
    }

    /// Loses every copy, behind hop's back.
    pub fn empty(&self) {
        locked(&self.state).visible.clear();
    }

    /// Every key a copy stands under, read behind hop's back.
    pub fn keys(&self) -> Vec<Key> {
        locked(&self.state).visible.keys().cloned().collect()
    }

    /// The copy under `key`, read behind hop's back.
    pub fn peek(&self, key: &Key) -> Option<String> {
        locked(&self.state).visible.get(key).cloned()
    }

    /// Puts a copy behind hop's back.
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
