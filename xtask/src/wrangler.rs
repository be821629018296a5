//! The wrangler command, without network access, metrics and prompts.
use std::process::Command;

use crate::project::Project;

pub(crate) fn wrangler(project: &Project) -> Command {
    let mut wrangler = project.command("wrangler");
    wrangler.env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    wrangler.env("WRANGLER_SEND_METRICS", "false");
    wrangler.env("WRANGLER_HIDE_BANNER", "true");
    wrangler
}
