//! Stored objects, read member by member.
//!
//! A member that is not what it should be reads as nothing, and the object remembers that: `end` lets nobody have what was read then.
//! So whoever reads says what each member is and need not stop at any.

use super::stored::SCHEMA;
use crate::ports::StoreError;
use crate::tree::Tree;

pub(crate) struct Object {
    members: Vec<(String, Tree)>,
    /// The first member that is not what it should be.
    wrong: Option<&'static str>,
}

impl Object {
    /// A whole record. A form of a later hop is refused, not guessed at.
    #[inline(never)]
    pub(super) fn record(value: &[u8]) -> Result<Self, StoreError> {
        let tree = Tree::read(value).map_err(|error| StoreError::Corrupt(format!("a stored record is unreadable: {error}")))?;
        let mut record = Self::of(tree).ok_or_else(|| StoreError::Corrupt("a stored record is no object".into()))?;
        if record.number("v") != SCHEMA {
            return Err(StoreError::Corrupt("a stored record has a schema that this hop does not know".into()));
        }
        Ok(record)
    }

    #[inline(never)]
    pub(super) fn of(tree: Tree) -> Option<Self> {
        Some(Self { members: tree.object().ok()?, wrong: None })
    }

    #[inline(never)]
    pub(super) fn text(&mut self, name: &'static str) -> String {
        let text = self.text_if_any(name);
        self.needed(name, text)
    }

    #[inline(never)]
    pub(super) fn text_if_any(&mut self, name: &'static str) -> Option<String> {
        self.read(name, |tree| tree.text().ok())
    }

    #[inline(never)]
    pub(super) fn number(&mut self, name: &'static str) -> u64 {
        let number = self.number_if_any(name);
        self.needed(name, number)
    }

    #[inline(never)]
    pub(super) fn number_if_any(&mut self, name: &'static str) -> Option<u64> {
        self.read(name, |tree| tree.natural().ok())
    }

    /// A number of a smaller type.
    pub(super) fn small<T: TryFrom<u64> + Default>(&mut self, name: &'static str) -> T {
        let number = self.number(name);
        self.needed(name, T::try_from(number).ok())
    }

    /// False where it does not stand.
    #[inline(never)]
    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        self.read(name, |tree| tree.boolean().ok()).unwrap_or_default()
    }

    /// None where they do not stand.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<String> {
        self.texts_if_any(name).unwrap_or_default()
    }

    #[inline(never)]
    pub(super) fn texts_if_any(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.read(name, texts)
    }

    #[inline(never)]
    pub(super) fn object_if_any(&mut self, name: &'static str) -> Option<Self> {
        self.read(name, Self::of)
    }

    #[inline(never)]
    pub(super) fn object(&mut self, name: &'static str) -> Result<Self, StoreError> {
        self.object_if_any(name).ok_or_else(|| corrupt(name))
    }

    /// What `read` makes of the member `name`, if it stands there and is not null.
    pub(super) fn read<T>(&mut self, name: &'static str, read: impl FnOnce(Tree) -> Option<T>) -> Option<T> {
        let value = read(self.take(name)?);
        if value.is_none() {
            self.refuse(name);
        }
        value
    }

    /// The value of the member `name`, which has to be there.
    pub(super) fn needed<T: Default>(&mut self, name: &'static str, value: Option<T>) -> T {
        if value.is_none() {
            self.refuse(name);
        }
        value.unwrap_or_default()
    }

    /// `value`, if everything it was made of is what it should be.
    pub(super) fn end<T>(self, value: T) -> Result<T, StoreError> {
        match self.wrong {
            None => Ok(value),
            Some(name) => Err(corrupt(name)),
        }
    }

    /// The same, if besides nothing is left: what is not understood may be what keeps visitors out.
    pub(super) fn end_whole<T>(mut self, value: T) -> Result<T, StoreError> {
        if !self.members.is_empty() {
            self.refuse("a member without a meaning");
        }
        self.end(value)
    }

    fn take(&mut self, name: &str) -> Option<Tree> {
        let at = self.members.iter().position(|(member, _)| member == name)?;
        let (_, tree) = self.members.swap_remove(at);
        (tree != Tree::Null).then_some(tree)
    }

    #[inline(never)]
    fn refuse(&mut self, name: &'static str) {
        self.wrong.get_or_insert(name);
    }
}

/// The value itself stays out of the log.
#[inline(never)]
fn corrupt(name: &str) -> StoreError {
    StoreError::Corrupt(["a stored record has something at ", name, " that hop never wrote"].concat())
}

/// What `read` makes of every item of a list.
pub(super) fn each<T>(list: Tree, read: impl Fn(Tree) -> Option<T>) -> Option<Vec<T>> {
    let Tree::Array(items) = list else { return None };
    let mut values = Vec::new();
    for item in items {
        values.push(read(item)?);
    }
    Some(values)
}

#[inline(never)]
pub(super) fn texts(list: Tree) -> Option<Vec<String>> {
    each(list, |item| item.text().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        Object::record(json.as_bytes()).unwrap()
    }

    #[test]
    fn every_member_is_read_and_the_rest_is_left_alone() {
        let mut all = object(r#"{"a":"x","b":2,"v":1,"c":true,"d":["x","y"],"e":{"f":"z"},"n":null,"rest":0}"#);
        assert_eq!((all.text("a"), all.number("b"), all.flag("c"), all.texts("d")), ("x".into(), 2, true, vec!["x".into(), "y".into()]));
        let mut inner = all.object_if_any("e").unwrap();
        assert_eq!(inner.text("f"), "z");
        assert_eq!(inner.end_whole(1), Ok(1));
        for absent in ["n", "m"] {
            assert_eq!((all.text_if_any(absent), all.number_if_any(absent), all.flag(absent)), (None, None, false));
            assert_eq!((all.texts(absent).len(), all.object_if_any(absent).is_none()), (0, true));
        }
        assert_eq!(all.end(2), Ok(2));
    }

    #[test]
    fn nothing_comes_of_an_object_with_something_wrong() {
        let wrong: [fn(&mut Object); 9] = [
            |all| _ = all.text("number"),
            |all| _ = all.text("absent"),
            |all| _ = all.text_if_any("number"),
            |all| _ = all.number("absent"),
            |all| _ = all.number_if_any("text"),
            |all| _ = all.flag("text"),
            |all| _ = all.texts("text"),
            |all| _ = all.texts("mixed"),
            |all| _ = all.object_if_any("text"),
        ];
        for read in wrong {
            let mut all = object(r#"{"v":1,"text":"x","number":1,"mixed":["x",1]}"#);
            read(&mut all);
            assert!(matches!(all.end(()), Err(StoreError::Corrupt(_))));
        }
        assert!(object(r#"{"v":1,"rest":0}"#).end_whole(()).is_err());
    }

    #[test]
    fn the_log_learns_what_was_wrong_first() {
        let mut all = object(r#"{"v":1,"secret":"x"}"#);
        _ = (all.number("secret"), all.text("absent"));
        assert_eq!(all.end(()), Err(corrupt("secret")));
    }

    #[test]
    fn only_a_record_of_this_schema_is_read() {
        for json in ["", "{}", "[]", "1", "null", r#"{"v":2}"#, r#"{"v":"1"}"#, r#"{"v":1}x"#, r#"{"v":1"#] {
            assert!(matches!(Object::record(json.as_bytes()), Err(StoreError::Corrupt(_))), "{json}");
        }
    }
}
