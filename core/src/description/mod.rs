//! The description of the API, derived from the types that speak it: the schemas of response bodies come from the wire
//! types. Compiled only with the feature `docs`, so that no edge's module contains it.

mod schemas;

pub use schemas::response_schemas;
