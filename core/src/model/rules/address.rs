//! Address blocks in CIDR notation, such as `192.0.2.0/24`.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::model::field_error::FieldError;

/// An address block. The bits after its prefix are zero. IPv4 is never written as IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddressBlock(IpNet);

impl AddressBlock {
    /// Parses `192.0.2.0/24`, `2001:db8::/32` or a single address.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        Self::parse_canonical(text).ok_or_else(|| {
            FieldError::invalid("this is not an address block: write it as in 192.0.2.0/24 or 2001:db8::/32, with zeros after the prefix")
        })
    }

    fn parse_canonical(text: &str) -> Option<Self> {
        let block = match text.split_once('/') {
            // ipnet accepts octets with leading zeros, which some software reads as octal numbers. std refuses them.
            Some((address, bits)) if bits.bytes().all(|byte| byte.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0')) => {
                IpNet::new(address.parse().ok()?, bits.parse().ok()?).ok()?
            }
            Some(_) => return None,
            None => text.parse::<IpAddr>().ok()?.into(),
        };
        let is_exact = block.addr() == block.network();
        let address = block.addr().to_canonical();
        let bits = if address == block.addr() { block.prefix_len() } else { block.prefix_len().checked_sub(96)? };
        IpNet::new(address, bits).ok().filter(|_| is_exact).map(Self)
    }

    /// Whether the block contains `address`. An IPv6 block contains no IPv4 address, not even `::/0`.
    pub(super) fn has(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether the block contains all addresses of `other`.
    pub(super) fn covers(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_normalized() {
        for (text, block) in [
            ("192.0.2.0/24", Some("192.0.2.0/24")),
            ("192.0.2.7", Some("192.0.2.7/32")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:DB8:0::/32", Some("2001:db8::/32")),
            ("2001:db8::1", Some("2001:db8::1/128")),
            ("::/0", Some("::/0")),
            ("::ffff:192.0.2.0/120", Some("192.0.2.0/24")),
            ("::ffff:0:0/96", Some("0.0.0.0/0")),
            ("", None),
            ("192.0.2.0/33", None),
            ("192.0.2.1/24", None),
            ("192.0.2/24", None),
            ("192.0.2.0.0/24", None),
            ("192.0.02.0/24", None),
            ("192.0.2.256", None),
            ("[2001:db8::]/32", None),
            ("2001:db8::]:1", None),
            ("192.0.2.0/", None),
            ("1.2.3.4/032", None),
            ("0.0.0.0/00", None),
            ("2001:db8::/0032", None),
            ("192.0.2.0/+24", None),
            ("192.0.2.0/24/24", None),
            ("2001:db8::1/32", None),
            ("2001:db8::/129", None),
            ("2001:db8::/999", None),
            ("fe80::1%eth0", None),
            ("example.com", None),
        ] {
            assert_eq!(AddressBlock::parse(text).ok().map(|block| block.to_string()).as_deref(), block, "{text}");
        }
    }

    #[test]
    fn blocks_contain_their_addresses() {
        for (block, address, is_in) in [
            ("192.0.2.0/24", "192.0.2.0", true),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.0/24", "192.0.1.255", false),
            ("192.0.2.0/25", "192.0.2.128", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("128.0.0.0/1", "127.255.255.255", false),
            ("::ffff:192.0.2.0/120", "192.0.2.9", true),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("192.0.2.0/24", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::1", "2001:db8::1", true),
            ("2001:db8::1", "2001:db8::3", false),
            ("::/0", "ffff::", true),
            ("::/0", "192.0.2.1", false),
            ("::/0", "::ffff:192.0.2.1", false),
            ("0.0.0.0/0", "::1", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(AddressBlock::parse(block).unwrap().has(address.to_canonical()), is_in, "{address} in {block}");
        }
    }

    #[test]
    fn blocks_cover_smaller_blocks() {
        for (block, other, covers) in [
            ("192.0.2.0/24", "192.0.2.0/24", true),
            ("192.0.2.0/24", "192.0.2.128/25", true),
            ("192.0.2.0/25", "192.0.2.0/24", false),
            ("192.0.2.0/24", "192.0.3.0/24", false),
            ("0.0.0.0/0", "192.0.3.0/24", true),
            ("::/0", "192.0.3.0/24", false),
            ("::/0", "2001:db8::/32", true),
        ] {
            assert_eq!(AddressBlock::parse(block).unwrap().covers(AddressBlock::parse(other).unwrap()), covers, "{other} in {block}");
        }
    }
}
