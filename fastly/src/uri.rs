//! The address of a request, as the runtime gives it.
//!
//! The SDK's own call parses it: the parser would weigh more than all of hop's reading of URLs, and it panics over a host that is no host.
#![allow(unsafe_code, reason = "the runtime's call takes a pointer; this is the one place that asks it without the SDK")]

use fastly::handle::RequestHandle;
use fastly_sys::fastly_http_req::uri_get;

/// The address, if it is text of at most `room` bytes.
pub(crate) fn read(request: &RequestHandle, room: usize) -> Option<String> {
    let mut bytes = vec![0; room];
    let mut written = 0;
    // SAFETY: the runtime writes at most `room` bytes, which are there, and how many they were.
    let status = unsafe { uri_get(request.as_u32(), bytes.as_mut_ptr(), bytes.len(), &raw mut written) };
    bytes.truncate(written);
    String::from_utf8(bytes).ok().filter(|_| status.is_ok())
}
