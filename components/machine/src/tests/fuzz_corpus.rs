//! Replay of the fuzzing corpus, as it is and damaged.

use std::{fs, path::Path, sync::LazyLock, vec::Vec};

use proptest::{prelude::*, sample::Index};

use crate::fuzzing;

static CORPUS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/event");
    let files = fs::read_dir(folder).unwrap();
    let mut inputs: Vec<_> = files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    inputs.sort();
    inputs
});

#[test]
fn the_fuzz_target_accepts_every_corpus_file() {
    assert!(!CORPUS.is_empty(), "there is no corpus");
    for input in &*CORPUS {
        fuzzing::event(input);
    }
}

/// A change of an input.
#[derive(Clone, Debug)]
enum Damage {
    /// Another byte.
    Byte(Index, u8),
    /// A part that is missing.
    Cut(Index, Index),
    /// A part that is there twice.
    Twice(Index, Index),
    /// Events in another order.
    Swap(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let letters = proptest::sample::select(b"\0\n\"{}[]:,0129-.eEtfn\\\xff".as_slice());
    prop_oneof![
        (any::<Index>(), prop_oneof![letters, any::<u8>()])
            .prop_map(|(at, byte)| Damage::Byte(at, byte)),
        any::<(Index, Index)>().prop_map(|(from, to)| Damage::Cut(from, to)),
        any::<(Index, Index)>().prop_map(|(from, to)| Damage::Twice(from, to)),
        any::<(Index, Index)>().prop_map(|(one, other)| Damage::Swap(one, other)),
    ]
}

impl Damage {
    fn apply(&self, input: &mut Vec<u8>) {
        if input.is_empty() {
            return;
        }
        let part = |one: &Index, other: &Index| {
            let (one, other) = (one.index(input.len()), other.index(input.len()));
            one.min(other)..one.max(other)
        };
        match self {
            Self::Byte(at, byte) => {
                let at = at.index(input.len());
                input[at] = *byte;
            }
            Self::Cut(from, to) => drop(input.drain(part(from, to))),
            Self::Twice(from, to) => {
                let part = part(from, to);
                let copy = input[part.clone()].to_vec();
                input.splice(part.end..part.end, copy);
            }
            Self::Swap(one, other) => {
                let mut events: Vec<&[u8]> = input.split(|&byte| byte == 0).collect();
                let count = events.len();
                events.swap(one.index(count), other.index(count));
                *input = events.join(&0);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_events_keep_the_properties(
        file in any::<Index>(),
        damages in proptest::collection::vec(damage(), 1..4),
    ) {
        let mut input = file.get(&CORPUS).clone();
        for damage in damages {
            damage.apply(&mut input);
            input.truncate(1 << 16);
        }
        fuzzing::event(&input);
    }
}
