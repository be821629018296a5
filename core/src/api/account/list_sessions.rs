//! Lists the live sessions of the caller, oldest first.

use super::wire::SessionJson;
use crate::api::pagination::{self, PageQuery};
use crate::auth::{self, Authorized};
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::session::{GenerationMatch, Session};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Prefix};

/// `GET /api/v1/sessions`
pub(crate) async fn list_sessions<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let page_query = PageQuery::from_query(&mut fields, "sessions");
    fields.finish(Some(()))?;
    let live = auth::live_session(context, authorized).await?;
    let user = &live.user.value;
    let page = page_query
        .load_keys(
            context,
            authorized,
            ("/api/v1/sessions?", ""),
            &Prefix::sessions(&user.id),
            pagination::cost_of_records(context.edge.records()),
        )
        .await?;
    let mut sessions = Vec::new();
    let mut read = |_: &_, record: &_| {
        let session = GuardedRecord::<Session>::decode(record)?.value;
        let is_live = !session.has_ended(context.now) && session.in_generation(&user.session_generation) != GenerationMatch::Ended;
        sessions.extend(is_live.then_some(session));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    let items: Vec<SessionJson<'_>> = sessions.iter().map(|session| SessionJson::new(session, authorized.session())).collect();
    pagination::page_response(page.next.as_deref(), &items)
}
