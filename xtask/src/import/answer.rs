//! The response of `POST /api/v1/import`, parsed strictly: each processed line has exactly one verdict.
use serde_json::Value;

#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    /// One for each processed line, in order.
    pub(super) verdicts: Vec<Verdict>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Created,
    Existing,
    Rejected {
        code: String,
        reason: String,
    },
    /// The deployment failed on this line (5xx); a retry may succeed.
    Failed {
        status: u64,
        code: String,
        reason: String,
    },
}

impl Answer {
    /// Parses the response to a body of `sent` lines; `None` if it is not valid.
    pub(super) fn read(text: &str, sent: usize) -> Option<Self> {
        let answer: Value = serde_json::from_str(text).ok()?;
        let processed = match answer.get("next")? {
            Value::Null => sent,
            next => usize::try_from(next.get("line")?.as_u64()?).ok()?.checked_sub(1)?,
        };
        let results = answer.get("results")?.as_array()?;
        if processed > sent || results.len() != processed {
            return None;
        }
        let verdicts = results.iter().enumerate().map(|(at, result)| {
            let line = usize::try_from(result.get("line")?.as_u64()?).ok()?;
            if line == at + 1 { Verdict::read(result) } else { None }
        });
        Some(Self { verdicts: verdicts.collect::<Option<_>>()? })
    }

    /// The first line that failed: its number in the body and its error code.
    pub(super) fn first_failure(&self) -> Option<(usize, &str)> {
        self.verdicts.iter().enumerate().find_map(|(at, verdict)| match verdict {
            Verdict::Failed { code, .. } => Some((at + 1, code.as_str())),
            _ => None,
        })
    }

    /// Whether all failures are internal errors (500). Such a failure concerns a single record and may be permanent, so
    /// it must not block the lines after it. Any other failure concerns the store as a whole.
    pub(super) fn has_only_internal_errors(&self) -> bool {
        self.verdicts.iter().all(|verdict| !matches!(verdict, Verdict::Failed { status, .. } if *status != 500))
    }
}

impl Verdict {
    fn read(result: &Value) -> Option<Self> {
        match result.get("status")?.as_u64()? {
            201 => Some(Self::Created),
            200 => Some(Self::Existing),
            status => {
                let problem = result.get("problem").unwrap_or(&Value::Null);
                let (code, reason) = (text(problem, "code").unwrap_or_else(|| status.to_string()), reason(problem));
                Some(if status < 500 { Self::Rejected { code, reason } } else { Self::Failed { status, code, reason } })
            }
        }
    }
}

/// A problem as one line: its detail and its field errors.
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
    fn reads_verdicts_of_processed_lines() {
        let text = r#"{"results":[{"line":1,"status":201,"alias":"a","problem":null},
            {"line":2,"status":422,"alias":"b","problem":{"code":"invalid_fields","detail":"1 field is wrong",
            "errors":[{"field":"/target","code":"invalid","detail":"no target"}]}},{"line":3,"status":200,"alias":"c","problem":null}],
            "imported":1,"existing":1,"failed":1,"next":{"line":4,"offset":99},"dry_run":false}"#;
        let rejected = Verdict::Rejected { code: "invalid_fields".to_owned(), reason: "1 field is wrong; /target: no target".to_owned() };
        assert_eq!(Answer::read(text, 9), Some(Answer { verdicts: vec![Verdict::Created, rejected, Verdict::Existing] }));
    }

    #[test]
    fn incomplete_response_is_invalid() {
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
