//! The check of URLs before they are saved: none may be on a listed host. Link shorteners are refused when a target is
//! parsed.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::blocklist::{TargetHost, blocked_host};
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::link_settings::LinkSettings;
use crate::model::rules::Rule;
use crate::model::target::Target;
use crate::store::blocklist::cost_of_lookup;
use crate::store::budget::Fit;
use crate::store::ports::Edge;

/// URLs that a request saves: the JSON Pointer and the host of each.
#[derive(Default)]
pub(crate) struct SavedUrls(Vec<(String, TargetHost)>);

impl SavedUrls {
    /// The URLs of a link.
    pub(crate) fn of_link(target: Option<&Target>, settings: &LinkSettings) -> Self {
        let mut urls = Self::default();
        urls.add("/target", target);
        urls.add("/fallback", settings.fallback.as_ref());
        urls.add_rules(&settings.rules);
        urls.add("/card/image", settings.card.as_ref().and_then(|card| card.image.as_ref()));
        urls
    }

    /// Adds the URL of the field at `pointer`, if it is set.
    pub(crate) fn add(&mut self, pointer: &str, target: Option<&Target>) {
        self.0.extend(target.and_then(|target| Some((pointer.to_owned(), TargetHost::of(target.as_str())?))));
    }

    pub(crate) fn add_rules(&mut self, rules: &[Rule]) {
        for (index, rule) in rules.iter().enumerate() {
            self.add(&format!("/rules/{index}/target"), Some(&rule.target));
        }
    }

    fn hosts(&self) -> Vec<TargetHost> {
        let mut hosts: Vec<TargetHost> = self.0.iter().map(|(_, host)| host.clone()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }
}

/// Adds an error for each URL on a listed host. All hosts are looked up in one call.
pub(crate) async fn refuse_listed<E: Edge>(context: &Context<'_, E>, urls: &SavedUrls, wrong: &mut FieldErrors) -> Result<(), Problem> {
    let (records, hosts) = (context.edge.records(), urls.hosts());
    if hosts.is_empty() || !context.blocklist.is_used(records).await? {
        return Ok(());
    }
    // Only where each key is billed, and only a link with many rules.
    if let Fit::Never { .. } = context.budget.fit(cost_of_lookup(records, &hosts)) {
        let detail = format!("the targets are on {} hosts, more than one request can look up in the blocklist", hosts.len());
        wrong.add(FieldError::new(FieldCode::TooMany, detail).within("rules"));
        return Ok(());
    }
    let listed = context.blocklist.listed(records, &hosts).await?;
    for (pointer, host) in urls.0.iter().filter(|(_, host)| listed.contains(host)) {
        wrong.add(blocked_host(host).at_pointer(pointer.clone()));
    }
    Ok(())
}
