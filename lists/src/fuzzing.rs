//! The fuzz target of the parser, which asserts the properties of its results.
//!
//! The crate `fuzz` runs it; a test replays its corpus.

use crate::{NamedColumns, check_address, check_id, encoding::decode, parse};

/// Parses a list. Every user of an accepted list can be one, and stands in the line that the list says.
///
/// # Panics
///
/// If a property does not hold.
pub fn list(data: &[u8]) {
    let named = NamedColumns {
        email: Some("Work Email".to_owned()),
        ..NamedColumns::default()
    };
    for named in [NamedColumns::default(), named] {
        let Ok(list) = parse(data, &named) else {
            continue;
        };
        let text = decode(data).expect("an accepted list is text");
        let lines = text.split(['\r', '\n']).count();
        for user in list.users {
            assert!((1..=lines).contains(&user.line));
            assert!(user.id.is_some() || user.email.is_some());
            if let Some(id) = user.id {
                assert_eq!(check_id(&id), Ok(()));
                assert!(text.contains(&id) || text.contains('\\'));
            }
            if let Some(email) = user.email {
                assert_eq!(check_address(&email), Ok(()));
                // An escape of JSON stands for a character.
                assert!(text.contains(&email) || text.contains('\\'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_fuzz_target_accepts_every_corpus_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/list");
        let files = fs::read_dir(folder).expect("a corpus");
        let mut count = 0;
        for file in files {
            super::list(&fs::read(file.expect("a file").path()).expect("its content"));
            count += 1;
        }
        assert!(count > 0, "there is no corpus");
    }
}
