//! Reading a store through the API, with the rights of the bootstrap admin.

use serde_json::Value;

use crate::client::{Call, Response};
use crate::deployment::Deployment;

const EVERYTHING: [&str; 8] = [
    "/api/v1/export?passwords=true&limit=100",
    "/api/v1/links?limit=100",
    "/api/v1/domains",
    "/api/v1/tags",
    "/api/v1/keys?limit=100",
    "/api/v1/users?limit=100",
    "/api/v1/audit?limit=100",
    "/api/v1/reports?limit=100",
];

/// Reads every page of every list. The responses are collected like all others.
pub(super) fn read_everything(hop: &Deployment) {
    for first in EVERYTHING {
        let mut next = Some(first.to_owned());
        while let Some(target) = next {
            let bytes = Call::get(target).admin().exchange(hop.address).unwrap_or_default();
            next = Response::parse(&bytes, false).as_ref().and_then(next_page);
        }
    }
}

fn next_page(response: &Response) -> Option<String> {
    let in_header =
        response.header_lines("link").find_map(|line| Some(line.strip_prefix('<')?.split_once(">; rel=\"next\"")?.0.to_owned()));
    in_header.or_else(|| serde_json::from_slice::<Value>(&response.body).ok()?["next"].as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_page_is_in_header_or_body() {
        let of =
            |head: &str, body: &str| next_page(&Response::parse(format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}").as_bytes(), false).unwrap());
        let next = Some("/a?cursor=b".to_owned());
        assert_eq!(of("Link: </a?cursor=b>; rel=\"next\"\r\n", "{}\n{}"), next);
        assert_eq!(of("", r#"{"items":[],"next":"/a?cursor=b"}"#), next);
        assert_eq!(of("", r#"{"items":[],"next":null}"#), None);
        assert_eq!(of("", "not JSON"), None);
    }
}
