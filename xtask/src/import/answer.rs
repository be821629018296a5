//! What `POST /api/v1/import` answers, read strictly: every line that was taken has exactly one verdict.
use serde_json::Value;

#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    /// One for each line that was taken, in order.
    pub(super) verdicts: Vec<Verdict>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Made,
    AlreadyThere,
    Refused {
        code: String,
        reason: String,
    },
    /// No word on the link: the deployment could not do it now, and may do it when the same is sent again.
    Failed {
        status: u64,
        code: String,
        reason: String,
    },
}

impl Answer {
    /// Reads the answer to a body of `sent` lines; nothing if it is not one.
    pub(super) fn read(text: &str, sent: usize) -> Option<Self> {
        let answer: Value = serde_json::from_str(text).ok()?;
        let taken = match answer.get("next")? {
            Value::Null => sent,
            next => usize::try_from(next.get("line")?.as_u64()?).ok()?.checked_sub(1)?,
        };
        let results = answer.get("results")?.as_array()?;
        if taken > sent || results.len() != taken {
            return None;
        }
        let verdicts = results.iter().enumerate().map(|(at, result)| {
            let line = usize::try_from(result.get("line")?.as_u64()?).ok()?;
            if line == at + 1 { Verdict::read(result) } else { None }
        });
        Some(Self { verdicts: verdicts.collect::<Option<_>>()? })
    }

    /// The first line that failed: its number in the body, and what was said of it.
    pub(super) fn first_failure(&self) -> Option<(usize, &str)> {
        self.verdicts.iter().enumerate().find_map(|(at, verdict)| match verdict {
            Verdict::Failed { code, .. } => Some((at + 1, code.as_str())),
            _ => None,
        })
    }

    /// Whether a failure lies in a record and not in the store as a whole: then it stays, and must not hold up the lines after it.
    pub(super) fn may_stay(&self) -> bool {
        self.verdicts.iter().all(|verdict| !matches!(verdict, Verdict::Failed { status, .. } if *status != 500))
    }
}

impl Verdict {
    fn read(result: &Value) -> Option<Self> {
        match result.get("status")?.as_u64()? {
            201 => Some(Self::Made),
            200 => Some(Self::AlreadyThere),
            status => {
                let problem = result.get("problem").unwrap_or(&Value::Null);
                let (code, reason) = (text(problem, "code").unwrap_or_else(|| status.to_string()), reason(problem));
                Some(if status < 500 { Self::Refused { code, reason } } else { Self::Failed { status, code, reason } })
            }
        }
    }
}

/// A problem in one line: what it says, and of which fields.
pub(super) fn reason(problem: &Value) -> String {
    let mut reason = text(problem, "detail").unwrap_or_default();
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let (field, detail) = (text(error, "field").unwrap_or_default(), text(error, "detail").unwrap_or_default());
        let separator = if reason.is_empty() { "" } else { "; " };
        reason.push_str(&format!("{separator}{field}: {detail}"));
    }
    reason
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_verdicts_up_to_where_the_server_stopped() {
        let text = r#"{"results":[{"line":1,"status":201,"alias":"a","problem":null},
            {"line":2,"status":422,"alias":"b","problem":{"code":"invalid_fields","detail":"1 field is wrong",
            "errors":[{"field":"/target","code":"invalid","detail":"no target"}]}},{"line":3,"status":200,"alias":"c","problem":null}],
            "imported":1,"existing":1,"failed":1,"next":{"line":4,"offset":99},"dry_run":false}"#;
        let refused = Verdict::Refused { code: "invalid_fields".to_owned(), reason: "1 field is wrong; /target: no target".to_owned() };
        assert_eq!(Answer::read(text, 9), Some(Answer { verdicts: vec![Verdict::Made, refused, Verdict::AlreadyThere] }));
    }

    #[test]
    fn an_answer_that_leaves_a_line_out_is_none() {
        for text in [
            r#"{"results":[{"line":1,"status":201}],"next":null}"#,
            r#"{"results":[{"line":1,"status":201},{"line":1,"status":201}],"next":null}"#,
            r#"{"results":[{"line":1,"status":201},{"line":2,"status":201}]}"#,
            r#"{"results":[{"line":1,"status":201},{"line":2,"status":201},{"line":3,"status":201}],"next":{"line":4,"offset":1}}"#,
            r#"{"results":[{"line":1,"status":201}"#,
            "",
        ] {
            assert_eq!(Answer::read(text, 2), None, "{text}");
        }
    }
}
