//! Declarations of request bodies. Parser and schema of a body both come from its declaration.
//!
//! ```text
//! request_body! {
//!     /// The fields of a user to change.
//!     struct UserPatch as UserPatch {
//!         /// Display name
//!         name: Patch<Title>,
//!         role: NotNull<Role>,
//!         disabled: Patch<bool>,
//!     }
//! }
//! ```
//!
//! The comments become the descriptions in docs/openapi.json. `as` names the schema there; `as part` names one that
//! others [`Flatten`]. A schema without a name is repeated wherever the body is used.
//!
//! Each field has a presence (a [`Field`]: [`Required`], [`Optional`], [`Patch`], [`NotNull`], [`Flatten`],
//! [`Ignored`]) and the type of its value (a [`FieldType`]). The macro makes the struct with the values, here
//! `UserPatch { name: Patch<Title>, role: Option<Role>, disabled: Patch<bool> }`, and implements [`RequestBody`] for
//! it. A declared body is also a [`FieldType`], for a field of another body.
//!
//! [`RequestBody::read`] reads every field and records every invalid, missing, unknown and duplicate one. Its result
//! is a [`Draft`], not yet the struct. Checks that need more than one value (a domain that is served, an end after a
//! start) run on `draft.parts` and add to `draft.wrong`, so that the client gets all errors at once. [`Draft::finish`]
//! ends the reading.

use std::marker::PhantomData;

#[cfg(feature = "docs")]
use super::schema::{Component, ObjectSchema, component};
use super::{Fields, JsonValue};
use crate::message::problem::Problem;
use crate::message::request::Body;
use crate::model::config::Config;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::store::ports::EdgeLimits;

/// The settings and limits that values are checked against.
#[derive(Clone, Copy)]
pub(crate) struct ParseContext<'a> {
    pub(crate) config: &'a Config,
    pub(crate) edge_limits: &'a EdgeLimits,
}

/// The type of a field's value.
pub(crate) trait FieldType {
    type Value: Clone;

    /// The error text when a merge patch sets the field to null although it cannot be removed.
    const NEEDED: &'static str = "this field is required";

    /// Parses a value that is not null.
    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Self::Value, FieldErrors>;

    /// The JSON Schema of the values that `parse` accepts.
    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value;
}

/// The presence of a field in a body: whether it may be absent or null.
pub(crate) trait Field {
    /// The value while other fields may be invalid.
    type Draft: Clone;
    type Value: Clone;

    /// Takes the field from `fields`, and records its errors there.
    fn take(fields: &mut Fields, name: &str, context: &ParseContext<'_>) -> Self::Draft;

    /// The value. There is one unless an error was recorded.
    fn complete(draft: Self::Draft) -> Option<Self::Value>;

    /// Adds the field to the schema of its object.
    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str);
}

/// A field that must be present and not null.
pub(crate) struct Required<T>(PhantomData<T>);

/// A field that may be absent. Null means the same as absent.
pub(crate) struct Optional<T>(PhantomData<T>);

/// A field that may be absent but not null: in a merge patch, a value that can be replaced but not removed.
pub(crate) struct NotNull<T>(PhantomData<T>);

/// A field of a merge patch (RFC 7396), and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patch<T> {
    Absent,
    Null,
    Set(T),
}

/// The fields of another body, at the same level as those of this one.
pub(crate) struct Flatten<B>(PhantomData<B>);

/// A field that is accepted and not read.
pub(crate) struct Ignored;

impl<T: FieldType> Field for Required<T> {
    type Draft = Option<T::Value>;
    type Value = T::Value;

    fn take(fields: &mut Fields, name: &str, context: &ParseContext<'_>) -> Self::Draft {
        fields.need(name, |value| T::parse(value, context))
    }

    fn complete(draft: Self::Draft) -> Option<T::Value> {
        draft
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str) {
        schema.add(name, description, T::schema());
        schema.require(name);
    }
}

impl<T: FieldType> Field for Optional<T> {
    type Draft = Option<T::Value>;
    type Value = Option<T::Value>;

    fn take(fields: &mut Fields, name: &str, context: &ParseContext<'_>) -> Self::Draft {
        fields.take(name, |value| T::parse(value, context))
    }

    fn complete(draft: Self::Draft) -> Option<Self::Value> {
        Some(draft)
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str) {
        schema.add_nullable(name, description, T::schema());
    }
}

impl<T: FieldType> Field for NotNull<T> {
    type Draft = Option<T::Value>;
    type Value = Option<T::Value>;

    fn take(fields: &mut Fields, name: &str, context: &ParseContext<'_>) -> Self::Draft {
        match fields.take_patch(name, |value| T::parse(value, context)) {
            Patch::Set(value) => Some(value),
            Patch::Null => {
                fields.refuse(name, FieldError::new(FieldCode::Required, T::NEEDED));
                None
            }
            Patch::Absent => None,
        }
    }

    fn complete(draft: Self::Draft) -> Option<Self::Value> {
        Some(draft)
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str) {
        schema.add(name, description, T::schema());
    }
}

impl<T: FieldType> Field for Patch<T> {
    type Draft = Patch<T::Value>;
    type Value = Patch<T::Value>;

    fn take(fields: &mut Fields, name: &str, context: &ParseContext<'_>) -> Self::Draft {
        fields.take_patch(name, |value| T::parse(value, context))
    }

    fn complete(draft: Self::Draft) -> Option<Self::Value> {
        Some(draft)
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str) {
        schema.add_nullable(name, description, T::schema());
    }
}

impl<B: RequestBody> Field for Flatten<B> {
    type Draft = B::Parts;
    type Value = B;

    fn take(fields: &mut Fields, _: &str, context: &ParseContext<'_>) -> Self::Draft {
        B::take(fields, context)
    }

    fn complete(draft: Self::Draft) -> Option<B> {
        B::complete(draft)
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, _: &str, _: &str) {
        schema.flatten::<B>();
    }
}

impl Field for Ignored {
    type Draft = ();
    type Value = ();

    fn take(fields: &mut Fields, name: &str, _: &ParseContext<'_>) {
        fields.skip(name);
    }

    fn complete((): ()) -> Option<()> {
        Some(())
    }

    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema, name: &str, description: &str) {
        schema.add(name, description, serde_json::json!({}));
    }
}

impl<T> Patch<T> {
    /// The value that is set.
    pub(crate) fn value(&self) -> Option<&T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    /// Applies the patch to an optional value.
    pub(crate) fn apply(self, current: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *current = None,
            Self::Set(value) => *current = Some(value),
        }
    }

    /// Applies the patch to a value that is always present. Null resets it to the default.
    pub(crate) fn apply_or_default(self, current: &mut T)
    where
        T: Default,
    {
        match self {
            Self::Absent => {}
            Self::Null => *current = T::default(),
            Self::Set(value) => *current = value,
        }
    }
}

/// A body that [`request_body!`] declares.
pub(crate) trait RequestBody: Clone {
    /// The drafts of its fields.
    type Parts: Clone;

    /// Takes the body's fields from `fields`, in the order of the declaration, and records their errors there.
    fn take(fields: &mut Fields, context: &ParseContext<'_>) -> Self::Parts;

    /// The body. There is one unless an error was recorded.
    fn complete(parts: Self::Parts) -> Option<Self>;

    /// The place of its schema in the document.
    #[cfg(feature = "docs")]
    const COMPONENT: Component;

    /// Its description in the document.
    #[cfg(feature = "docs")]
    const DESCRIPTION: &'static str;

    /// Adds its fields to the schema of an object.
    #[cfg(feature = "docs")]
    fn describe(schema: &mut ObjectSchema);

    /// Reads a body of at most `limit` bytes. Fails only if the body is too large or is not a JSON object.
    fn read(body: &Body, limit: usize, context: &ParseContext<'_>) -> Result<Draft<Self>, Problem> {
        Ok(Self::draft(Fields::parse(body, limit)?, context))
    }

    /// Reads all fields of an object. Remaining ones are unknown.
    fn draft(mut fields: Fields, context: &ParseContext<'_>) -> Draft<Self> {
        let parts = Self::take(&mut fields, context);
        Draft { parts, wrong: fields.end() }
    }
}

impl<B: RequestBody> FieldType for B {
    type Value = B;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<B, FieldErrors> {
        B::draft(Fields::from_json(value)?, context).close()
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        let object = ObjectSchema::new::<B>();
        match B::COMPONENT {
            Component::Inline => object.closed(),
            Component::Whole(name) => component(name, object.closed()),
            Component::Part(name) => component(name, object.open()),
        }
    }
}

/// A body that was read, possibly with errors.
#[derive(Clone)]
pub(crate) struct Draft<B: RequestBody> {
    pub(crate) parts: B::Parts,
    /// All errors, each with the JSON Pointer of its field.
    pub(crate) wrong: FieldErrors,
}

/// A body within another that needs more checks after it is read.
impl<B: RequestBody> FieldType for Draft<B> {
    type Value = Self;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(B::draft(Fields::from_json(value)?, context))
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        <B as FieldType>::schema()
    }
}

impl<B: RequestBody> Draft<B> {
    /// The body, or the problem that lists all errors.
    pub(crate) fn finish(self) -> Result<B, Problem> {
        self.close().map_err(Problem::invalid)
    }

    /// The body of an object within another, or all its errors.
    pub(crate) fn close(self) -> Result<B, FieldErrors> {
        self.wrong.or(())?;
        // A part that is missing without an error is a bug of its parser.
        B::complete(self.parts).ok_or_else(|| FieldError::new(FieldCode::Required, "a field is required").into())
    }
}

/// Declares request bodies. The module documentation explains the syntax.
macro_rules! request_body {
    (@component) => {
        $crate::message::body::Component::Inline
    };
    (@component part $component:ident) => {
        $crate::message::body::Component::Part(stringify!($component))
    };
    (@component $component:ident) => {
        $crate::message::body::Component::Whole(stringify!($component))
    };

    ($(
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident $(as $($component:ident)+)? {
            $($(#[doc = $field_doc:literal])* $field:ident: $kind:ty),* $(,)?
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone)]
        #[allow(dead_code, reason = "some fields are used only while the body is a draft")]
        $vis struct $name {
            $($(#[doc = $field_doc])* pub(crate) $field: <$kind as $crate::message::body::Field>::Value),*
        }

        const _: () = {
            use $crate::message::body::{Field, Fields, ParseContext, RequestBody};

            #[derive(Clone)]
            #[allow(dead_code, reason = "as above")]
            $vis struct Parts {
                $(pub(crate) $field: <$kind as Field>::Draft),*
            }

            impl RequestBody for $name {
                type Parts = Parts;

                #[cfg(feature = "docs")]
                const COMPONENT: $crate::message::body::Component =
                    $crate::message::body::request_body!(@component $($($component)+)?);

                #[cfg(feature = "docs")]
                const DESCRIPTION: &'static str = concat!($($doc),*);

                fn take(fields: &mut Fields, context: &ParseContext<'_>) -> Parts {
                    Parts { $($field: <$kind as Field>::take(fields, stringify!($field), context)),* }
                }

                fn complete(parts: Parts) -> Option<Self> {
                    Some(Self { $($field: <$kind as Field>::complete(parts.$field)?),* })
                }

                #[cfg(feature = "docs")]
                fn describe(schema: &mut $crate::message::body::ObjectSchema) {
                    $(<$kind as Field>::describe(schema, stringify!($field), concat!($($field_doc),*));)*
                }
            }
        };
    )*};
}

pub(crate) use request_body;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::body::tests::drafted;
    use crate::model::text::Title;

    request_body! {
        /// An outer
        /// object
        struct Outer as Whole {
            title: Required<Title>,
            flag: Optional<bool>,
            count: Patch<u64>,
            kept: NotNull<Title>,
            /// A description
            inner: Optional<Inner>,
            id: Ignored,
            flat: Flatten<Inner>,
            shared: Flatten<Shared>,
        }

        struct Shared as part Shared {
            part: Optional<bool>,
        }

        struct Inner {
            size: Patch<u64>,
            word: Optional<Title>,
        }
    }

    fn read(json: &str) -> Result<Outer, Vec<(String, FieldCode)>> {
        let outer = drafted::<Outer>(json).close();
        outer.map_err(|wrong| wrong.into_iter().map(|error| (error.at.clone(), error.code)).collect())
    }

    #[test]
    fn every_field_presence_is_read() {
        let body = r#"{"size":4,"title":"T","flag":true,"count":7,"kept":"K","inner":{"size":null,"word":"W"},"id":[1]}"#;
        let outer = read(body).ok().unwrap();
        assert_eq!((outer.title.as_str(), outer.flag, outer.count), ("T", Some(true), Patch::Set(7)));
        assert_eq!(outer.kept.as_ref().map(Title::as_str), Some("K"));
        let inner = outer.inner.unwrap();
        assert_eq!((inner.size, inner.word.as_ref().map(Title::as_str)), (Patch::Null, Some("W")));
        assert_eq!((outer.flat.size, outer.flat.word), (Patch::Set(4), None));
    }

    #[test]
    fn absent_and_null_differ_in_patches_only() {
        for (json, count) in [(r#"{"title":"T"}"#, Patch::Absent), (r#"{"title":"T","flag":null,"count":null,"inner":null}"#, Patch::Null)]
        {
            let outer = read(json).ok().unwrap();
            assert_eq!((outer.flag, outer.count, outer.inner.is_none()), (None, count, true), "{json}");
        }
    }

    #[test]
    fn all_errors_are_collected() {
        use FieldCode::{Duplicate, Required, Unknown, WrongType};
        let body = r#"{"flag":1,"count":"x","kept":null,"inner":{"size":-1,"b":0,"a":0,"word":"x","word":"y"},"word":5,"z":0,"z":1}"#;
        let expected = [
            ("/title", Required),
            ("/flag", WrongType),
            ("/count", WrongType),
            ("/kept", Required),
            ("/inner/size", WrongType),
            ("/inner/word", Duplicate),
            ("/inner/a", Unknown),
            ("/inner/b", Unknown),
            ("/word", WrongType),
            ("/z", Unknown),
        ];
        assert_eq!(read(body).err().unwrap(), expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn draft_keeps_valid_fields_beside_wrong_ones() {
        let mut draft = drafted::<Outer>(r#"{"title":"T","flag":1,"count":3}"#);
        assert_eq!((draft.parts.title.as_ref().map(Title::as_str), draft.parts.count), (Some("T"), Patch::Set(3)));
        draft.wrong.add(FieldError::invalid("three is too many").within("count"));
        let problem = draft.finish().err().unwrap();
        assert_eq!(problem.errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["/flag", "/count"]);
    }

    #[cfg(feature = "docs")]
    #[test]
    fn declaration_yields_its_schema() {
        use serde_json::json;

        let word =
            json!({"type": ["string", "null"], "minLength": 1, "maxLength": 512, "pattern": crate::message::body::patterns::VISIBLE});
        let title = json!({"type": "string", "minLength": 1, "maxLength": 512, "pattern": crate::message::body::patterns::VISIBLE});
        let size = json!({"type": ["integer", "null"], "minimum": 0, "maximum": crate::message::body::LARGEST_NUMBER});
        let inner = json!({
            "type": ["object", "null"], "properties": {"size": size, "word": word}, "additionalProperties": false,
            "description": "A description",
        });
        let part = json!({"type": "object", "properties": {"part": {"type": ["boolean", "null"]}}});
        let properties = json!({
            "title": title, "flag": {"type": ["boolean", "null"]}, "count": size, "kept": title, "inner": inner, "id": {},
            "size": size, "word": word,
        });
        let expected = json!({
            "type": "object", "description": "An outer object", "properties": properties, "required": ["title"],
            "allOf": [{"$ref": "#/components/schemas/Shared", "$definition": part}], "unevaluatedProperties": false,
        });
        let named = json!({"$ref": "#/components/schemas/Whole", "$definition": expected});
        assert_eq!(<Outer as FieldType>::schema(), named);
    }
}
