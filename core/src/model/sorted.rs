//! Sorted lists without duplicates.

/// Inserts `value` into the sorted `values`, unless they contain it.
pub(crate) fn put_in_order<T: Ord>(values: &mut Vec<T>, value: T) {
    if let Err(position) = values.binary_search(&value) {
        values.insert(position, value);
    }
}
