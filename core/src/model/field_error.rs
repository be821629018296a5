//! Field errors: why a value was refused, with the JSON Pointer of the field. Parsers return them; a problem document lists them.

use std::borrow::Cow;
use std::ops::Deref;

/// Why one field was refused. Programs switch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum FieldCode {
    Required,
    WrongType,
    Unknown,
    Duplicate,
    TooLong,
    TooMany,
    OutOfRange,
    Invalid,
    Reserved,
    SchemeNotAllowed,
    Credentials,
    OwnDomain,
    Conflicts,
}

impl FieldCode {
    /// Every code there is.
    pub const ALL: [Self; 13] = [
        Self::Required,
        Self::WrongType,
        Self::Unknown,
        Self::Duplicate,
        Self::TooLong,
        Self::TooMany,
        Self::OutOfRange,
        Self::Invalid,
        Self::Reserved,
        Self::SchemeNotAllowed,
        Self::Credentials,
        Self::OwnDomain,
        Self::Conflicts,
    ];

    /// The name used in `errors[].code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::WrongType => "wrong_type",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::Invalid => "invalid",
            Self::Reserved => "reserved",
            Self::SchemeNotAllowed => "scheme_not_allowed",
            Self::Credentials => "credentials",
            Self::OwnDomain => "own_domain",
            Self::Conflicts => "conflicts",
        }
    }
}

/// Why a value is not what its type asks for; whoever reads the field adds its name. In a box, as problems are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError(Box<FieldErrorParts>);

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldErrorParts {
    /// For programs.
    pub code: FieldCode,
    /// For people.
    pub detail: Cow<'static, str>,
    /// Where in the value, as the end of a JSON Pointer; empty for the value itself.
    pub(crate) at: String,
}

impl Deref for FieldError {
    type Target = FieldErrorParts;

    fn deref(&self) -> &FieldErrorParts {
        &self.0
    }
}

impl FieldError {
    pub(crate) fn new(code: FieldCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::told(code, detail.into())
    }

    #[cold]
    fn told(code: FieldCode, detail: Cow<'static, str>) -> Self {
        Self(Box::new(FieldErrorParts { code, detail, at: String::new() }))
    }

    /// The same about item `index` of a list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.at = format!("/{index}{}", self.at);
        self
    }

    /// The same about the field `name` of an object.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.0.at = format!("/{name}{}", self.at);
        self
    }

    /// The same about what stands at `pointer`.
    pub(crate) fn standing(mut self, pointer: String) -> Self {
        self.0.at = pointer;
        self
    }

    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FieldCode::Invalid, detail)
    }

    pub(crate) fn own_domain() -> Self {
        Self::new(FieldCode::OwnDomain, "a target on hop's own domain would lead in circles")
    }
}

/// Everything that is wrong in one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub(crate) fn add(&mut self, more: impl Into<Self>) {
        self.0.append(&mut more.into().0);
    }

    /// Adds that the field `name` is needed, unless it is there and wrong.
    pub(crate) fn need(&mut self, name: &str) {
        let pointer = format!("/{name}");
        if !self.0.iter().any(|refusal| refusal.at == pointer) {
            self.add(FieldError::new(FieldCode::Required, "this field is required").within(name));
        }
    }

    /// The same about item `index` of a list.
    pub(crate) fn at(self, index: usize) -> Self {
        self.into_iter().map(|refusal| refusal.at(index)).collect()
    }

    /// The same about the field `name` of an object.
    pub(crate) fn within(self, name: &str) -> Self {
        self.into_iter().map(|refusal| refusal.within(name)).collect()
    }

    /// `value`, if nothing is wrong.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<FieldError> for FieldErrors {
    fn from(refusal: FieldError) -> Self {
        Self(vec![refusal])
    }
}

impl FromIterator<FieldError> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = FieldError>>(refusals: I) -> Self {
        Self(refusals.into_iter().collect())
    }
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A refusal and the JSON Pointer of the field it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocatedError {
    pub(crate) field: String,
    pub(crate) refusal: FieldError,
}
