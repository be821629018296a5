//! The description of the API, derived from the types that speak it: the schemas of response bodies come from the wire
//! types. Compiled only with the feature `docs`, so that no edge's module contains it.

#[cfg_attr(not(test), expect(dead_code, reason = "the document is put together from them next"))]
mod responses;
