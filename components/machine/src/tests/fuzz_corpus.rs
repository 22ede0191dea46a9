//! Replay of the fuzzing corpus.

use std::{fs, path::Path};

use crate::fuzzing;

#[test]
fn the_fuzz_target_accepts_every_corpus_file() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/event");
    let mut count = 0;
    for file in fs::read_dir(&corpus).unwrap() {
        fuzzing::event(&fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0, "there is no corpus");
}
