//! Prints who may do what. `cargo xtask docs` puts it into docs/SECURITY.md.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(hop_core::who_may_what().as_bytes())
}
