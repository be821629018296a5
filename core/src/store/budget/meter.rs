//! The meter: wraps the ports of an edge and charges each call to the budget of the request.

use super::Budget;
use crate::model::time::Timestamp;
use crate::store::ports::{
    Commit, Edge, EdgeLimits, KeyPage, LinkCache, NoEntropy, OperationLimit, PasswordHashing, Record, Records, StoreCall, StoreError,
    TakeOutcome,
};
use crate::store::{Change, Cursor, Key, Prefix};

/// An edge whose store operations are counted.
pub(crate) struct Metered<'a, E: Edge> {
    edge: &'a E,
    records: MeteredRecords<'a, E::Records>,
    link_cache: Option<MeteredCache<'a, E::LinkCache>>,
}

/// Records whose operations are counted.
pub(crate) struct MeteredRecords<'a, R> {
    records: &'a R,
    budget: &'a Budget,
}

/// A link cache whose operations are counted: one for each call.
pub(crate) struct MeteredCache<'a, C> {
    link_cache: &'a C,
    budget: &'a Budget,
}

impl<'a, E: Edge> Metered<'a, E> {
    pub(crate) fn new(edge: &'a E, budget: &'a Budget) -> Self {
        let records = MeteredRecords { records: edge.records(), budget };
        Self { edge, records, link_cache: edge.link_cache().map(|link_cache| MeteredCache { link_cache, budget }) }
    }
}

impl<'a, E: Edge> Edge for Metered<'a, E> {
    type Records = MeteredRecords<'a, E::Records>;
    type LinkCache = MeteredCache<'a, E::LinkCache>;
    type Ledger = E::Ledger;

    const ALWAYS_HAS_LEDGER: bool = E::ALWAYS_HAS_LEDGER;

    fn edge_limits(&self) -> &'static EdgeLimits {
        self.edge.edge_limits()
    }

    fn operation_limit(&self) -> OperationLimit {
        self.edge.operation_limit()
    }

    fn records(&self) -> &Self::Records {
        &self.records
    }

    fn link_cache(&self) -> Option<&Self::LinkCache> {
        self.link_cache.as_ref()
    }

    /// Calls of the ledger are not operations of the store, and each request makes few.
    fn ledger(&self) -> Option<&E::Ledger> {
        self.edge.ledger()
    }

    fn within<T>(&self, millis: u32, work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
        self.edge.within(millis, work)
    }

    fn wait(&self, millis: u32) -> impl Future<Output = ()> {
        self.edge.wait(millis)
    }

    fn now(&self) -> Timestamp {
        self.edge.now()
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.edge.random(bytes)
    }

    fn log(&self, line: &str) {
        self.edge.log(line);
    }

    fn hash_password(&self, hashing: &PasswordHashing) -> impl Future<Output = Result<[u8; 32], StoreError>> {
        self.edge.hash_password(hashing)
    }

    fn has_click_logs(&self) -> bool {
        self.edge.has_click_logs()
    }

    /// A log line is no operation of the store.
    fn log_click(&self, endpoint: &str, line: &str) -> Result<(), StoreError> {
        self.edge.log_click(endpoint, line)
    }

    /// The limiter of the platform is no store.
    fn admits_unknown_alias(&self, client: &str) -> impl Future<Output = Result<bool, StoreError>> {
        self.edge.admits_unknown_alias(client)
    }

    /// An asset is not in the store.
    fn asset(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> {
        self.edge.asset(name)
    }
}

/// Charges `operations` for a call, if they are left.
fn charge(budget: &Budget, operations: u32) -> Result<(), StoreError> {
    if operations > budget.left() {
        return Err(StoreError::OverBudget { needs: operations, left: budget.left() });
    }
    budget.spend(operations);
    Ok(())
}

impl<R: Records> MeteredRecords<'_, R> {
    fn charge(&self, call: &StoreCall<'_>) -> Result<(), StoreError> {
        charge(self.budget, self.records.operations(call))
    }
}

impl<R: Records> Records for MeteredRecords<'_, R> {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        self.records.operations(call)
    }

    fn has_word_index(&self) -> bool {
        self.records.has_word_index()
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.charge(&StoreCall::Get)?;
        self.records.get(key).await
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.charge(&StoreCall::GetMany(keys.len()))?;
        self.records.get_many(keys).await
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError> {
        self.charge(&StoreCall::Scan)?;
        self.records.scan(prefix, after, limit).await
    }

    /// Charges the cost of success. Undoing the change after a conflict may cost more. It is undone as far as
    /// operations are left; the rest stays like after a crash.
    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        let cost = self.operations(&StoreCall::Commit(change));
        let undo_cost = self.operations(&StoreCall::Conflicting(change)).saturating_sub(cost);
        charge(self.budget, cost)?;
        let left = self.budget.left();
        let commit = if undo_cost > left {
            self.records.commit(&Change { max_undo_operations: Some(left), ..change.clone() }).await
        } else {
            self.records.commit(change).await
        };
        // A failed call may have been undoing a conflict.
        if commit != Ok(Commit::Done) {
            self.budget.spend(undo_cost.min(left));
        }
        commit
    }

    /// Charges the most that the call can cost, and refunds what it did not use. A failed call may have used all.
    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<TakeOutcome, StoreError> {
        let most = self.operations(&StoreCall::Take { expires: until.is_some() });
        charge(self.budget, most)?;
        let outcome = self.records.take(key, limit, until).await;
        self.budget.settle_take(most, outcome.as_ref().map_or(most, |outcome| outcome.operations));
        outcome
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        self.charge(&StoreCall::Taken(keys.len()))?;
        self.records.taken(keys).await
    }
}

impl<C: LinkCache> LinkCache for MeteredCache<'_, C> {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        charge(self.budget, 1).ok()?;
        self.link_cache.get(key).await
    }

    async fn put(&self, key: &Key, entry: &str) -> Result<(), StoreError> {
        charge(self.budget, 1)?;
        self.link_cache.put(key, entry).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        charge(self.budget, 1)?;
        self.link_cache.delete(key).await
    }
}
