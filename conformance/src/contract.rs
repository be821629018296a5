//! Shapes of responses: the same fields and types as the examples in `docs/contract/`.

use std::path::Path;

use serde_json::Value;

/// The example `docs/contract/<name>.json`.
///
/// # Panics
/// When it cannot be read.
pub fn example(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/contract/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Asserts that `found` has exactly the fields of the example, in its order, with values of the same type. `null` on
/// either side matches any value, an empty list on either side any list.
///
/// # Panics
/// With the path of the difference.
#[track_caller]
pub fn assert_shape(found: &Value, name: &str) {
    if let Err(difference) = compare(found, &example(name), "") {
        panic!("not like docs/contract/{name}.json: {difference}\n{found}");
    }
}

fn compare(found: &Value, example: &Value, at: &str) -> Result<(), String> {
    match (found, example) {
        (Value::Null, _) | (_, Value::Null) => Ok(()),
        (Value::Object(found), Value::Object(example)) => {
            let (names, expected): (Vec<_>, Vec<_>) = (found.keys().collect(), example.keys().collect());
            if names != expected {
                return Err(format!("{at} has {names:?}, not {expected:?}"));
            }
            found.iter().try_for_each(|(name, value)| compare(value, &example[name], &format!("{at}/{name}")))
        }
        (Value::Array(found), Value::Array(example)) => match example.first() {
            Some(example) => found.iter().try_for_each(|item| compare(item, example, &format!("{at}/*"))),
            None => Ok(()),
        },
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        _ => Err(format!("{at} is {found}, not like {example}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_are_compared_field_by_field() {
        let example = json!({"a": 1, "b": {"c": null}, "d": [{"e": "x"}]});
        for (found, same) in [
            (json!({"a": 2, "b": {"c": 3}, "d": []}), true),
            (json!({"a": null, "b": {"c": null}, "d": [{"e": ""}, {"e": "y"}]}), true),
            (json!({"a": "2", "b": {"c": 3}, "d": []}), false),
            (json!({"a": 2, "b": {}, "d": []}), false),
            (json!({"a": 2, "b": {"c": 3}, "d": [], "z": 1}), false),
            (json!({"a": 2, "b": {"c": 3}, "d": [{"f": 1}]}), false),
            (json!([]), false),
        ] {
            assert_eq!(compare(&found, &example, "").is_ok(), same, "{found}");
        }
    }
}
