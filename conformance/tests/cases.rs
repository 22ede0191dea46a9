//! The cases themselves: they can be read, and there are enough of them.

use conformance::Cases;

#[test]
fn every_case_can_be_read() {
    let cases = Cases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    assert!(cases.len() >= 100, "only {} cases", cases.len());
}
