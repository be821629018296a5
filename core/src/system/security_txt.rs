//! `security.txt` (RFC 9116): the security contacts of this deployment.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::{ONE_DAY, Response};
use crate::store::ports::Edge;

/// `GET /.well-known/security.txt`. A deployment without contacts answers 404.
pub(crate) async fn security_txt<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    let security = context.config.security.as_ref().ok_or_else(Problem::no_such_page)?;
    let mut text = String::new();
    security.contacts.iter().for_each(|contact| text.extend(["Contact: ", contact, "\n"]));
    text.extend(["Expires: ", &security.expires.to_string(), "\n"]);
    Ok(Response::cached_text(text, ONE_DAY))
}
