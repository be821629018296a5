//! One HTTP suite for every edge.
