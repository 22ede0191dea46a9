//! The README shows what is so.

use std::path::Path;

use serde_json::Value;

use super::operator::{op_users, run};

const README: &str = include_str!("../../../README.md");
const HOST: &str = include_str!("../../../host/examples/host.rs");

/// The blocks of code in one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

/// The text with every number that differs from run to run as `#`: times, the port, the component's size.
fn levelled(text: &str) -> String {
    let is_number = |word: &str| {
        word.chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
    };
    let mut levelled = Vec::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 0..words.len() {
            let next = words.get(at + 1).map(String::as_str);
            if matches!(next, Some("ms" | "bytes")) && is_number(&words[at]) {
                words[at] = "#".into();
            }
            if let Some((host, rest)) = words[at].split_once("127.0.0.1:") {
                let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
                words[at] = format!("{host}127.0.0.1:#{after}");
            }
        }
        levelled.push(words.join(" "));
    }
    levelled.join("\n")
}

#[tokio::test]
async fn the_story_is_the_one_that_is_told() {
    let told = run(op_users(&[])).await.stdout;
    let shown = blocks("text");
    assert_eq!(levelled(shown[0]), levelled(told.trim_end()));
}

#[tokio::test]
async fn the_error_is_the_one_that_is_printed() {
    let printed = run(op_users(&["--simulator", "get", "NOBODY"]))
        .await
        .stderr;
    let shown = blocks("text");
    let expected = format!("$ op-users --simulator get NOBODY\n{}", printed.trim_end());
    assert_eq!(shown[1], expected);
}

/// What a transcript of commands comes to, in this folder.
async fn replayed(shown: &str, folder: &Path) -> String {
    let mut replayed = Vec::new();
    for line in shown.lines().filter(|line| line.starts_with("$ ")) {
        let words: Vec<_> = line.split(' ').skip(2).collect();
        let mut command = op_users(&words);
        command.current_dir(folder);
        let ended = run(command).await;
        assert_eq!(ended.status, 0, "{line}: {ended:?}");
        replayed.push(format!("{line}\n{}", ended.stdout));
    }
    replayed.join("\n")
}

#[tokio::test]
async fn many_at_once_are_contained_audited_and_restored_as_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = blocks("text")[2];
    assert_eq!(shown, replayed(shown, folder.path()).await.trim_end());

    let audit = std::fs::read_to_string(folder.path().join("audit.jsonl")).expect("an audit");
    let parse = |text: &str| {
        let mut line: Value = serde_json::from_str(text).expect("JSON");
        for differs in ["/time", "/metadata/correlation_uid"] {
            let value = line.pointer_mut(differs).expect("it is there");
            *value = Value::Null;
        }
        line
    };
    let mut lines: Vec<_> = audit.lines().map(parse).collect();
    // Two at a time may be answered in any order.
    lines.sort_by_key(|line| line["user"]["email_addr"].to_string());
    assert_eq!(parse(blocks("json")[0]), lines[0]);
}

#[test]
fn the_host_in_rust_is_the_example() {
    let (_, code) = HOST
        .split_once("\n\n")
        .expect("the example begins with its own words");
    assert_eq!(blocks("rust"), [code.trim_end()]);
}

#[tokio::test]
async fn every_setting_of_the_table_is_one() {
    let names: Vec<_> = README
        .lines()
        .filter_map(|line| line.strip_prefix("| `OP_USERS_"))
        .filter_map(|row| row.split('`').next())
        .collect();
    assert_eq!(names.len(), 11);
    for name in names {
        let mut command = op_users(&["get", "x"]);
        command.env(format!("OP_USERS_{name}"), "\u{7f}");
        let said = run(command).await.stderr;
        assert!(!said.contains("is not a setting"), "{name}: {said}");
        assert!(
            said.contains(&format!("OP_USERS_{name} ")),
            "{name}: {said}"
        );
    }
}
