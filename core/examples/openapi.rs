//! Prints the OpenAPI document. `cargo xtask docs` writes docs/openapi.json from it.

use std::error::Error;
use std::io::Write as _;

fn main() -> Result<(), Box<dyn Error>> {
    let document = hop_core::describe_api()?;
    std::io::stdout().write_all(document.as_bytes())?;
    Ok(())
}
