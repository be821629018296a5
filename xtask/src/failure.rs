//! The error type of all commands: what failed, why, and what the user can do.
use std::fmt;

pub(crate) type Outcome<T> = Result<T, Failure>;

#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    cause: Option<String>,
    advice: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cause: None, advice: None }
    }

    pub(crate) fn because(mut self, cause: Self) -> Self {
        self.cause = Some(cause.what);
        self
    }

    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Appends to the advice that is already there.
    pub(crate) fn add_advice(self, more: &str) -> Self {
        match &self.advice {
            Some(advice) => {
                let both = format!("{advice}\n{more}");
                self.advise(both)
            }
            None => self.advise(more),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        if let Some(advice) = &self.advice {
            write!(f, "\n\n{advice}")?;
        }
        Ok(())
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::new(error.to_string()).advise("`cargo xtask help` lists commands and options.")
    }
}

/// Adds the failed action to an I/O error.
pub(crate) trait While<T> {
    fn doing(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T> While<T> for std::io::Result<T> {
    fn doing(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}
