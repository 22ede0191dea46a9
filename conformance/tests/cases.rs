//! The cases themselves: they can be read, and they cover the contract.

use std::{fs, path::Path};

use conformance::Cases;

/// Names of the contract that must occur in the cases: operations, error codes, effects, outcomes and verdicts.
const NAMES: [&str; 38] = [
    "list-users",
    "get-user",
    "suspend-user",
    "reactivate-user",
    "find-user",
    "list-all-users",
    "suspend-users",
    "reactivate-users",
    "check",
    "revoke-token",
    "invalid-argument",
    "not-configured",
    "unauthenticated",
    "permission-denied",
    "last-owner",
    "externally-managed",
    "not-found",
    "ambiguous",
    "protected",
    "precondition-failed",
    "rate-limited",
    "unavailable",
    "timed-out",
    "connection-failed",
    "malformed-response",
    "other",
    "not-applied",
    "possibly-applied",
    "changed",
    "unchanged",
    "would-change",
    "failed",
    "skipped",
    "passed",
    "unknown",
    "abortAfterMs",
    "drainAfterMs",
    "refused",
];

#[test]
fn every_case_can_be_read() {
    let cases = Cases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    assert!(cases.len() >= 150, "only {} cases", cases.len());
}

#[test]
fn every_name_of_the_contract_occurs_in_a_case() {
    let mut text = String::new();
    read(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases")),
        &mut text,
    );
    let missing: Vec<_> = NAMES
        .into_iter()
        .filter(|name| !text.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// Appends the text of all files of a folder and the folders in it.
fn read(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
