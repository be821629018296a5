//! Whether a build would only repeat itself.
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// Whether every output is there and younger than everything it was made from.
pub(super) fn is_current(outputs: &[PathBuf], inputs: &[PathBuf]) -> bool {
    let oldest_output = outputs.iter().map(modified).min().flatten();
    let inputs: Option<Vec<SystemTime>> = inputs.iter().map(modified).collect();
    match (oldest_output, inputs.and_then(|times| times.into_iter().max())) {
        (Some(output), Some(input)) => output > input,
        _ => false,
    }
}

fn modified(path: &PathBuf) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_what_is_younger_than_all_its_inputs_is_current() {
        let directory = std::env::temp_dir().join(format!("hop-fresh-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let aged = |name: &str, seconds: u64| {
            let path = directory.join(name);
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let file = File::create(&path).unwrap();
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
            path
        };
        let old = || aged("old", 10);
        let middle = || aged("middle", 20);
        let young = || aged("young", 30);
        let absent = || directory.join("absent");
        assert!(is_current(&[young()], &[old(), middle()]));
        assert!(!is_current(&[young(), middle()], &[middle()]));
        assert!(!is_current(&[middle()], &[old(), young()]));
        assert!(!is_current(&[young(), absent()], &[old()]));
        assert!(!is_current(&[young()], &[absent()]));
        fs::remove_dir_all(directory).unwrap();
    }
}
