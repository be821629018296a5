//! Changes a link: a merge patch, applied only if the version still matches `If-Match`.

use std::cell::OnceCell;

use super::fields::block::{BlockPatch, patched_block};
use super::fields::settings::{self, SettingsBody};
use super::fields::utm::{self, UtmBody};
use super::link_ref::{check_body_domain, parse_link_key};
use super::scan::cost_of_counts;
use super::self_links::refuse_self_targets;
use super::show::link_response;
use super::{LinkEdit, edit};
use crate::api::blocklist::{SavedUrls, refuse_listed};
use crate::auth::{Authorized, is_active_user};
use crate::context::Context;
use crate::message::body::{
    Draft, FieldType, Fields, Flatten, JsonValue, NotNull, Optional, ParseContext, Patch, RequestBody, Template, request_body,
};
use crate::message::preconditions::IfMatch;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::alias::{self, Alias};
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::link::{Link, UserId};
use crate::model::link_settings::LinkSettings;
use crate::model::password::PasswordHash;
use crate::model::rights::Right;
use crate::model::target::Target;
use crate::store::Key;
use crate::store::ports::{ClientInfo, Edge};

request_body! {
    /// The fields of a link to change.
    pub(crate) struct LinkPatch as LinkPatch {
        target: NotNull<Template>,
        /// Alias to move the link to, with the same rules as for a new link. It differs from the present one. After 16
        /// moves, counted from the first with `keep_old_alias`, a link cannot be moved any more, even if that alias
        /// does not forward any more.
        alias: Optional<Alias>,
        /// Domain of this deployment to move the link to. Another host is `invalid`; each label has at most 63
        /// characters.
        domain: Optional<Domain>,
        /// Let the old alias redirect to the link. Otherwise visitors get 410 there. Only with `alias` or `domain`.
        keep_old_alias: Optional<bool>,
        /// As in a new link. Only with `alias` or `domain`.
        reuse: Optional<bool>,
        /// New owner: an active user of this deployment, or `null` for none. Needs the scope `links:admin`.
        owner: Patch<UserId>,
        /// Block the link from now on. A new reason keeps the time of the block; `null` lifts the block. Needs the
        /// scope `links:admin`, as does every change of a blocked link.
        blocked: Patch<Draft<BlockPatch>>,
        settings: Flatten<SettingsBody>,
        utm: Flatten<UtmBody>,
    }
}

/// `PATCH /api/v1/links/{alias}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let key = parse_link_key(context, authorized, alias, query).await?;
    let reserved = context.budget.reserve(cost_of_counts(context.edge.records(), 1));
    let link = patch(context, authorized, &key, &IfMatch::parse(client), Fields::parse(body, BODY_LIMIT)?).await?;
    drop(reserved);
    link_response(context, authorized, &link).await
}

/// Applies a merge patch to the link at `key` and returns the link as written.
pub(super) async fn patch<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    if_match: &IfMatch,
    fields: Fields,
) -> Result<Link, Problem> {
    let for_admins = fields.has("blocked") || fields.has("owner");
    let Draft { mut parts, mut wrong } = LinkPatch::draft(fields, &context.parsing());
    let domain = check_body_domain(context, authorized, parts.domain.take(), &mut wrong).await?;
    if for_admins {
        authorized.check(Right::ManageLinks)?;
    }
    if let Patch::Set(owner) = &parts.owner
        && !is_active_user(context, owner).await?
    {
        wrong.add(FieldError::invalid("this is not an active user of this deployment").within("owner"));
    }
    refuse_listed(context, &saved_urls(&parts), &mut wrong).await?;
    let draft = Draft::<LinkPatch> { parts, wrong };
    let is_invalid = is_always_invalid(&draft, domain.as_ref());
    let hashed = OnceCell::new();
    let change = |link: &Link| {
        if is_invalid {
            // Refuse before the version is checked, and report the errors that depend on the link too.
            apply(context, link, draft.clone(), domain.clone(), &hashed)?;
        }
        if_match.check(link.version)?;
        if link.is_deleted() {
            return Err(Problem::deleted().into());
        }
        Ok(apply(context, link, draft.clone(), domain.clone(), &hashed)?)
    };
    edit(context, authorized, key, &change).await
}

/// The URLs that a patch sets. Those that the link keeps are not checked again: visitors get a warning instead.
fn saved_urls(parts: &<LinkPatch as RequestBody>::Parts) -> SavedUrls {
    let mut urls = SavedUrls::default();
    urls.add("/target", parts.target.as_ref());
    urls.add("/fallback", parts.settings.fallback.value());
    urls.add_rules(parts.settings.rules.value().map(Vec::as_slice).unwrap_or_default());
    urls.add("/card/image", parts.settings.card.value().and_then(|card| card.image.value()));
    urls
}

/// Whether a patch is invalid for every link.
fn is_always_invalid(draft: &Draft<LinkPatch>, domain: Option<&Domain>) -> bool {
    let Draft { mut parts, mut wrong } = draft.clone();
    let has_stray_flag = parts.alias.is_none() && domain.is_none() && (parts.keep_old_alias.is_some() || parts.reuse.is_some());
    utm::merge(parts.utm, parts.target, &mut wrong);
    // A card patch can be judged only together with the card of the link.
    parts.settings.card = Patch::Absent;
    let _ = settings::apply(&mut LinkSettings::default(), parts.settings, &mut wrong);
    if let Patch::Set(block) = parts.blocked {
        wrong.add(block.wrong);
    }
    has_stray_flag || wrong.or(()).is_err()
}

/// Applies the patch to the link: an absent field stays, null resets it. A new password is hashed once and kept in
/// `hashed` for later attempts.
fn apply<E: Edge>(
    context: &Context<'_, E>,
    was: &Link,
    draft: Draft<LinkPatch>,
    domain: Option<Domain>,
    hashed: &OnceCell<PasswordHash>,
) -> Result<LinkEdit, Problem> {
    let Draft { mut parts, mut wrong } = draft;
    let mut link = was.clone();
    let target = parts.target.take().unwrap_or_else(|| was.target.clone());
    let target = utm::merge(parts.utm.clone(), Some(target), &mut wrong);
    relocate(&mut wrong, &parts, &mut link, domain);
    let password = settings::apply(&mut link.settings, parts.settings.clone(), &mut wrong);
    match std::mem::replace(&mut parts.blocked, Patch::Absent) {
        Patch::Absent => {}
        Patch::Null => link.blocked = None,
        Patch::Set(patch) => match patched_block(was.blocked.as_ref(), patch, context.now) {
            Ok(blocked) => link.blocked = Some(blocked),
            Err(more) => wrong.add(more.within("blocked")),
        },
    }
    // A link with a target on its own domain (the domain was added later) can still be changed in other respects.
    if changes_targets(was, &link, target.as_ref()) {
        refuse_self_targets(&mut wrong, &link.domain, target.as_ref(), &link.settings);
    }
    let LinkPatch { owner, keep_old_alias, reuse, .. } = Draft::<LinkPatch> { parts, wrong }.finish()?;
    link.target = target.unwrap_or(link.target);
    owner.apply(&mut link.owner);
    if let Some(password) = password {
        let hash = hashed.get().cloned().map_or_else(|| context.hash(&password), Ok)?;
        link.settings.password = Some(hashed.get_or_init(|| hash).clone());
    }
    Ok(LinkEdit { link, keeps_old_alias: keep_old_alias.unwrap_or_default(), reuses: reuse.unwrap_or_default() })
}

/// Whether a change concerns the domain or the targets of a link. `target` is the new target, which `link` does not
/// have yet.
fn changes_targets(was: &Link, link: &Link, target: Option<&Target>) -> bool {
    let targets =
        |link: &Link| (link.domain.clone(), link.settings.fallback.clone(), link.settings.rules.clone(), link.settings.card.clone());
    target != Some(&was.target) || targets(was) != targets(link)
}

/// Sets the new domain and alias of the link. `keep_old_alias` and `reuse` are refused without one.
fn relocate(wrong: &mut FieldErrors, patch: &<LinkPatch as RequestBody>::Parts, link: &mut Link, domain: Option<Domain>) {
    let was = (link.domain.clone(), link.alias.clone());
    let field = if patch.alias.is_some() { Some("alias") } else { domain.as_ref().map(|_| "domain") };
    link.alias = patch.alias.clone().unwrap_or_else(|| was.1.clone());
    link.domain = domain.unwrap_or_else(|| was.0.clone());
    let stays = (&link.domain, &link.alias) == (&was.0, &was.1);
    if let (Some(field), true) = (field, stays) {
        wrong.add(FieldError::new(FieldCode::Conflicts, "the link already has this alias and domain").within(field));
    }
    if let (Some(field), true) = (field, !stays && link.alias.is_reserved_for_new_links()) {
        wrong.add(alias::reserved().within(field));
    }
    for (name, flag) in [("keep_old_alias", patch.keep_old_alias), ("reuse", patch.reuse)] {
        if flag.is_some() && field.is_none() {
            wrong.add(FieldError::new(FieldCode::Conflicts, "this field needs a new alias or domain").within(name));
        }
    }
}

/// A version number in a body.
impl FieldType for IfMatch {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(Self::AnyOf(vec![value.natural()?]))
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "integer", "minimum": 1, "maximum": crate::message::body::LARGEST_NUMBER})
    }
}
