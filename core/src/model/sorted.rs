//! Sorted lists that hold each value once.

/// Inserts `value` into sorted `values` unless it is among them.
pub(crate) fn put_in_order<T: Ord>(values: &mut Vec<T>, value: T) {
    if let Err(place) = values.binary_search(&value) {
        values.insert(place, value);
    }
}
