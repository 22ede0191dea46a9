//! The table of hosts, printed, written into a page, and compared with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with two cases and a page.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("cases")).unwrap();
    for name in ["a", "b"] {
        let case = json!({
            "about": "Nothing is sent.",
            "server": [],
            "steps": [{"calls": [{"operation": {"revoke-token": {}}, "result": {"revoked": {}}}]}],
        });
        let file = format!("cases/{name}.json");
        fs::write(folder.path().join(file), case.to_string()).unwrap();
    }
    let page = "before\n<!-- conformance: begin -->\nold\n<!-- conformance: end -->\nafter\n";
    fs::write(folder.path().join("page.md"), page).unwrap();
    folder
}

fn results(folder: &Path, lines: &[Value]) -> PathBuf {
    let file = folder.join("results.jsonl");
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    file
}

fn host(name: &str) -> Value {
    json!({"host": name, "passed": ["a"], "differ": ["b"], "notRun": [], "failed": [], "missing": []})
}

fn table(folder: &Path, more: &[&str], lines: &[Value]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("table")
        .arg("--cases-in")
        .arg(folder.join("cases"))
        .args(more)
        .arg(results(folder, lines))
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn each_host_is_a_row_with_its_version() {
    let folder = folder();
    let lines = [host("Node 24.21.0"), host("workerd"), host("Node 24.21.0")];
    let output = table(folder.path(), &[], &lines);
    let printed = text(output.stdout);
    let rows: Vec<_> = printed.lines().skip(2).collect();
    assert_eq!(
        rows,
        [
            "| Node | 24.21.0 | 2 | 1 | 1 | 0 |",
            "| workerd |  | 2 | 1 | 1 | 0 |"
        ]
    );
}

#[test]
fn the_table_is_written_between_two_marks() {
    let folder = folder();
    let lines = [host("Node 24.21.0")];
    let old = table(folder.path(), &["--check", "page.md"], &lines);
    assert_eq!(old.status.code(), Some(2));
    assert!(text(old.stderr).contains("the table is not current"));

    assert!(
        table(folder.path(), &["--write", "page.md"], &lines)
            .status
            .success()
    );
    assert!(
        table(folder.path(), &["--check", "page.md"], &lines)
            .status
            .success()
    );
    let page = fs::read_to_string(folder.path().join("page.md")).unwrap();
    assert!(
        page.starts_with("before\n<!-- conformance: begin -->\n| host |"),
        "{page}"
    );
    assert!(
        page.ends_with("| Node | 24.21.0 | 2 | 1 | 1 | 0 |\n<!-- conformance: end -->\nafter\n"),
        "{page}"
    );
}

#[test]
fn failures_and_results_of_other_cases_make_no_table() {
    let folder = folder();
    let mut failed = host("Node 24.21.0");
    failed["differ"] = json!([]);
    failed["failed"] = json!(["b"]);
    let mut other = host("Node 24.21.0");
    other["passed"] = json!(["c"]);
    for (line, problem) in [
        (failed, "Node 24.21.0: cases failed or were not run: b"),
        (
            other,
            "Node 24.21.0: the results are not those of these cases",
        ),
    ] {
        let output = table(folder.path(), &[], &[line]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(output.stderr), format!("error: {problem}\n"));
    }
}

#[test]
fn a_page_without_marks_is_an_error() {
    let folder = folder();
    fs::write(folder.path().join("page.md"), "no marks\n").unwrap();
    let output = table(folder.path(), &["--write", "page.md"], &[host("x")]);
    assert!(text(output.stderr).contains("page.md: the marks"));
}
