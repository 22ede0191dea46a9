//! Replay of the fuzzing corpus.

use std::{fs, path::Path};

use crate::fuzzing::TARGETS;

#[test]
fn fuzz_targets_accept_every_corpus_file() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(name);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut count = 0;
        for file in files {
            let data = fs::read(file.unwrap().path()).unwrap();
            target(&data);
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}
