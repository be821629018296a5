//! hop on Fastly Compute.
#![forbid(unsafe_code)]

fn main() {
    fastly::Response::from_body("hop").send_to_client();
}
