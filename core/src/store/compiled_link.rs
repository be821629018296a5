//! A link made ready to be followed: whatever can be looked up, read or checked before a visitor comes has been.

use std::sync::Arc;

use http::HeaderValue;

use crate::model::card::Card;
use crate::model::destination::Destination;
use crate::model::limits::Limit;
use crate::model::link::{LinkId, RedirectStatus};
use crate::model::password::PasswordTag;
use crate::model::rules::Rule;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::Key;
use crate::store::cached_link::{CachedLink, CachedState, VisitorLink};
use crate::store::ports::StoreError;

/// What an isolate remembers of an alias.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedAlias {
    pub(crate) id: LinkId,
    pub(crate) way: ResolvedTo,
}

/// Where an alias leads.
#[derive(Clone, Debug)]
pub(crate) enum ResolvedTo {
    Link(Arc<CompiledLink>),
    /// To where the link went, and whether visitors who come to this alias are led there.
    Alias(Key, bool),
    Nothing,
}

/// A link as those who follow it meet it.
#[derive(Debug)]
pub(crate) struct CompiledLink {
    pub(crate) id: LinkId,
    pub(crate) status: RedirectStatus,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) is_disabled: bool,
    /// Where to once it has ended.
    pub(crate) fallback: Option<HeaderValue>,
    /// Where to, if no rule holds.
    pub(crate) destination: Destination,
    pub(crate) rules: Vec<Rule>,
    /// Where to if one does, in the order of the rules.
    pub(crate) destinations: Vec<Destination>,
    pub(crate) limit: Option<Limit>,
    pub(crate) confirm: bool,
    /// What a visitor's cookie is to be made for, if they have to know a password.
    pub(crate) lock: Option<PasswordTag>,
    pub(crate) card: Option<Card>,
    /// Whether a path behind the alias means something.
    pub(crate) uses_path: bool,
}

impl ResolvedAlias {
    pub(crate) fn from_cached(cached_link: CachedLink) -> Result<Self, StoreError> {
        let way = match cached_link.state {
            CachedState::Link(followed) => ResolvedTo::Link(Arc::new(CompiledLink::compile(cached_link.id.clone(), *followed)?)),
            CachedState::MovedTo { to, forwards } => ResolvedTo::Alias(to, forwards),
            CachedState::Ended | CachedState::Blocked => ResolvedTo::Nothing,
        };
        Ok(Self { id: cached_link.id, way })
    }

    /// How much an isolate keeps of it, about.
    pub(crate) fn bytes(&self) -> usize {
        match &self.way {
            ResolvedTo::Link(compiled) => compiled.bytes(),
            ResolvedTo::Alias(to, _) => to.as_str().len(),
            ResolvedTo::Nothing => 0,
        }
    }
}

impl CompiledLink {
    pub(crate) fn compile(id: LinkId, followed: VisitorLink) -> Result<Self, StoreError> {
        let VisitorLink { target, spec, limit, lock } = followed;
        let compiled =
            |target: &Target| Destination::compile(target, spec.forward_query, spec.forward_path).ok_or_else(|| fits_no_header(&id));
        let destinations = spec.rules.iter().map(|rule| compiled(&rule.target)).collect::<Result<Vec<_>, _>>()?;
        let fallback = spec.fallback.as_ref().map(|target| target.location().ok_or_else(|| fits_no_header(&id)));
        let destination = compiled(&target)?;
        Ok(Self {
            status: spec.redirect_status,
            starts_at: spec.starts_at,
            ends_at: spec.ends_at,
            is_disabled: spec.disabled,
            fallback: fallback.transpose()?,
            uses_path: destination.uses_path() || destinations.iter().any(Destination::uses_path),
            destination,
            rules: spec.rules,
            destinations,
            limit,
            confirm: spec.confirm,
            lock,
            card: spec.card,
            id,
        })
    }

    fn bytes(&self) -> usize {
        let destinations = std::iter::once(&self.destination).chain(&self.destinations).map(Destination::bytes);
        let card = self.card.iter().map(Card::bytes);
        let fallback = self.fallback.iter().map(HeaderValue::len);
        destinations.chain(self.rules.iter().map(Rule::bytes)).chain(card).chain(fallback).sum::<usize>().saturating_add(size_of::<Self>())
    }

    /// Whether it leads nowhere any more at `now`, or not for now.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.is_disabled || self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }

    pub(crate) fn has_started(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|starts_at| starts_at <= now)
    }

    /// Whether everybody who comes is led to the same place at once.
    pub(crate) fn is_plain(&self) -> bool {
        self.destinations.is_empty() && self.limit.is_none() && self.lock.is_none() && !self.confirm
    }
}

fn fits_no_header(id: &LinkId) -> StoreError {
    StoreError::Corrupt(format!("a target of {id} fits no header"))
}
