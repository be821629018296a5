use crate::failure::Outcome;
use crate::project::Project;
pub(super) fn compare(_: &Project) -> Outcome<bool> {
    Ok(true)
}
