//! Plays the example of the page for authors of hosts.

use std::{fs, path::Path, string::String, vec::Vec};

use crate::machine::Machine;

#[test]
fn the_page_for_hosts_shows_what_the_machine_answers() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/steps.md");
    let page = fs::read_to_string(page).unwrap();
    let mut machine = Machine::new();
    let mut actions = Vec::new();
    let mut compared = 0;
    for line in page.lines() {
        if let Some(event) = line.strip_prefix("→ ") {
            actions = machine.event(event.replace('⏎', "\n").as_bytes());
        }
        if let Some(expected) = line.strip_prefix("← ") {
            let shown = String::from_utf8(std::mem::take(&mut actions)).unwrap();
            assert_eq!(shown, expected);
            compared += 1;
        }
    }
    assert_eq!(compared, 12);
}
