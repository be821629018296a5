//! Field errors: why a value was refused, with the JSON Pointer of its field. Parsers return them; problem documents
//! list them.

use std::borrow::Cow;
use std::ops::Deref;

/// Machine-readable code of a field error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum FieldCode {
    Required,
    WrongType,
    Unknown,
    Duplicate,
    TooLong,
    TooMany,
    TooFine,
    OutOfRange,
    Invalid,
    Reserved,
    SchemeNotAllowed,
    Credentials,
    OwnDomain,
    BlockedHost,
    LinkShortener,
    CommonPassword,
    Conflicts,
}

impl FieldCode {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::Required,
        Self::WrongType,
        Self::Unknown,
        Self::Duplicate,
        Self::TooLong,
        Self::TooMany,
        Self::TooFine,
        Self::OutOfRange,
        Self::Invalid,
        Self::Reserved,
        Self::SchemeNotAllowed,
        Self::Credentials,
        Self::OwnDomain,
        Self::BlockedHost,
        Self::LinkShortener,
        Self::CommonPassword,
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
            Self::TooFine => "too_fine",
            Self::OutOfRange => "out_of_range",
            Self::Invalid => "invalid",
            Self::Reserved => "reserved",
            Self::SchemeNotAllowed => "scheme_not_allowed",
            Self::Credentials => "credentials",
            Self::OwnDomain => "own_domain",
            Self::BlockedHost => "blocked_host",
            Self::LinkShortener => "link_shortener",
            Self::CommonPassword => "common_password",
            Self::Conflicts => "conflicts",
        }
    }
}

/// One error in a value. The code that reads the field adds the name of the field. Boxed, as problems are, to keep
/// `Result` small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError(Box<FieldErrorParts>);

/// The contents of a [`FieldError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldErrorParts {
    /// The code, for programs.
    pub code: FieldCode,
    /// The message, for people.
    pub detail: Cow<'static, str>,
    /// The place in the value, as the end of a JSON Pointer. Empty for the value itself.
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
        Self::boxed(code, detail.into())
    }

    #[cold]
    fn boxed(code: FieldCode, detail: Cow<'static, str>) -> Self {
        Self(Box::new(FieldErrorParts { code, detail, at: String::new() }))
    }

    /// Moves the error to item `index` of a list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.at = format!("/{index}{}", self.at);
        self
    }

    /// Moves the error to the field `name` of an object.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.0.at = format!("/{name}{}", self.at);
        self
    }

    /// Moves the error to `pointer`.
    pub(crate) fn at_pointer(mut self, pointer: String) -> Self {
        self.0.at = pointer;
        self
    }

    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FieldCode::Invalid, detail)
    }

    pub(crate) fn own_domain() -> Self {
        Self::new(FieldCode::OwnDomain, "a target must not be on one of hop's own domains: the redirect would loop")
    }
}

/// All errors in one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub(crate) fn add(&mut self, more: impl Into<Self>) {
        self.0.append(&mut more.into().0);
    }

    /// Adds the error that the field `name` is required, unless the field already has an error.
    pub(crate) fn require(&mut self, name: &str) {
        let pointer = format!("/{name}");
        if !self.0.iter().any(|error| error.at == pointer) {
            self.add(FieldError::new(FieldCode::Required, "this field is required").within(name));
        }
    }

    /// Moves the errors to item `index` of a list.
    pub(crate) fn at(self, index: usize) -> Self {
        self.into_iter().map(|error| error.at(index)).collect()
    }

    /// Moves the errors to the field `name` of an object.
    pub(crate) fn within(self, name: &str) -> Self {
        self.into_iter().map(|error| error.within(name)).collect()
    }

    /// Returns `value` if there are no errors.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<FieldError> for FieldErrors {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

impl FromIterator<FieldError> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = FieldError>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A field error with the JSON Pointer of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocatedError {
    pub(crate) field: String,
    pub(crate) error: FieldError,
}
