//! Comparison of the documentation with the project: transcripts, examples, tables and links.
//!
//! `BLESS=1 cargo test -p onepassword-users-cli documentation` writes the present output into the pages.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::process::{op_users, run};

const README: &str = "README.md";
const ARCHITECTURE: &str = "ARCHITECTURE.md";
const CLI: &str = "docs/cli.md";
const DRILL: &str = "docs/drill.md";
const SETUP: &str = "docs/setup.md";
const EMBEDDING: &str = "docs/embedding.md";
const ERRORS: &str = "docs/errors.md";
/// Pages outside of `docs/`.
const PAGES: [&str; 12] = [
    README,
    ARCHITECTURE,
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "components/README.md",
    "components/environment/README.md",
    "components/guest-runtime/README.md",
    "components/plugin/README.md",
    "components/service/README.md",
    "deploy/README.md",
    "simulator/README.md",
];
/// Maximum length of the README and of the architecture, in lines.
const MAX_LINES: usize = 150;

/// Held while a page is rewritten: tests run in parallel.
static BLESSING: Mutex<()> = Mutex::new(());

/// Path of a file, given from the root of the repository.
fn in_repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(in_repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Start and end of the fenced block after a comment, without its fences.
fn block_range(page: &str, marker: &str) -> (usize, usize) {
    let comment = format!("<!-- {marker} -->\n```");
    let from = page.find(&comment).expect(marker) + comment.len();
    let start = from + page[from..].find('\n').expect("a line break") + 1;
    let end = start + page[start..].find("\n```").expect("a closing fence");
    (start, end)
}

/// The fenced block after a comment.
pub(crate) fn block(name: &str, marker: &str) -> String {
    let page = read(name);
    let (start, end) = block_range(&page, marker);
    page[start..end].to_owned()
}

/// Compares a block with the present output, or writes that into the page if `BLESS` is set.
fn expect_current(name: &str, marker: &str, actual: &str) {
    let shown = block(name, marker);
    if normalised(&shown) == normalised(actual) {
        return;
    }
    if env::var_os("BLESS").is_some() {
        let _guard = BLESSING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = read(name);
        let (start, end) = block_range(&page, marker);
        page.replace_range(start..end, actual);
        fs::write(in_repository(name), page).expect("the page is written");
        return;
    }
    assert_eq!(
        normalised(&shown),
        normalised(actual),
        "{name}, after `{marker}`; BLESS=1 rewrites it"
    );
}

/// A text with `#` for numbers that differ from run to run: times, the port, the size of the component.
fn normalised(text: &str) -> String {
    let is_number = |word: &str| {
        word.chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
    };
    let mut normalised = Vec::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 0..words.len() {
            let next = words.get(at + 1).map(String::as_str);
            if matches!(next, Some("ms" | "bytes")) && is_number(&words[at]) {
                words[at] = "#".into();
            }
            if let Some((before, rest)) = words[at].split_once("127.0.0.1:") {
                let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
                words[at] = format!("{before}127.0.0.1:#{after}");
            }
        }
        normalised.push(words.join(" "));
    }
    normalised.join("\n")
}

#[tokio::test]
async fn the_demonstration_is_current() {
    let printed = run(op_users(&[])).await.stdout;
    expect_current(CLI, "transcript: demo", printed.trim_end());
}

#[tokio::test]
async fn the_excerpt_in_the_readme_is_current() {
    let printed = run(op_users(&[])).await.stdout;
    let lines = printed.lines().skip_while(|line| !line.starts_with("3. "));
    let steps: Vec<_> = lines.take_while(|line| !line.starts_with("5. ")).collect();
    expect_current(README, "excerpt: demo", steps.join("\n").trim_end());
}

#[tokio::test]
async fn the_transcript_of_an_error_is_current() {
    let shown = block(CLI, "transcript: error");
    let command = shown.lines().next().expect("a command");
    let arguments: Vec<_> = command.split(' ').skip(2).collect();
    let printed = run(op_users(&arguments)).await.stderr;
    let actual = format!("{command}\n{}", printed.trim_end());
    expect_current(CLI, "transcript: error", &actual);
}

/// Runs the commands of a transcript in a folder, and returns them with their present output.
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
async fn the_transcript_of_a_list_is_current() {
    let folder = tempfile::tempdir().expect("a folder");
    let actual = replayed(&block(CLI, "transcript: list"), folder.path()).await;
    expect_current(CLI, "transcript: list", actual.trim_end());
}

#[tokio::test]
async fn the_transcript_of_the_drill_is_current() {
    let folder = tempfile::tempdir().expect("a folder");
    let actual = replayed(&block(DRILL, "transcript: drill"), folder.path()).await;
    expect_current(DRILL, "transcript: drill", actual.trim_end());
    let audit = fs::read_to_string(folder.path().join("drill.jsonl")).expect("an audit");
    assert_eq!(audit.lines().count(), 4, "{audit}");
}

#[tokio::test]
async fn the_transcript_and_audit_of_a_bulk_change_are_current() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = block(CLI, "transcript: bulk");
    let actual = replayed(&shown, folder.path()).await;
    expect_current(CLI, "transcript: bulk", actual.trim_end());

    let audit = fs::read_to_string(folder.path().join("audit.jsonl")).expect("an audit");
    let parse = |text: &str| {
        let mut line: Value = serde_json::from_str(text).expect("JSON");
        for varying in [
            "/time",
            "/time_dt",
            "/actor/user/name",
            "/metadata/correlation_uid",
        ] {
            let value = line.pointer_mut(varying).expect("the field exists");
            *value = Value::Null;
        }
        line
    };
    let mut lines: Vec<_> = audit.lines().map(parse).collect();
    // Responses to concurrent requests may arrive in any order.
    lines.sort_by_key(|line| line["user"]["email_addr"].to_string());
    assert_eq!(parse(&block(CLI, "example: audit")), lines[0]);
}

#[test]
fn the_example_of_a_host_is_current() {
    let example = read("host/examples/list_suspended.rs");
    let (_, code) = example
        .split_once("\n\n")
        .expect("the example starts with its documentation");
    expect_current(EMBEDDING, "example: list_suspended.rs", code.trim_end());
}

#[tokio::test]
async fn every_documented_setting_is_a_setting() {
    let page = read(SETUP);
    let names: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `OP_USERS_"))
        .filter_map(|row| row.split('`').next())
        .collect();
    assert_eq!(names.len(), 11);
    for name in names {
        let mut command = op_users(&["get", "x"]);
        command.env(format!("OP_USERS_{name}"), "\u{7f}");
        let printed = run(command).await.stderr;
        assert!(!printed.contains("is not a setting"), "{name}: {printed}");
        assert!(
            printed.contains(&format!("OP_USERS_{name} ")),
            "{name}: {printed}"
        );
    }
}

#[test]
fn every_error_code_of_the_contract_is_documented() {
    let contract = read("wit/types.wit");
    let (_, cases) = contract
        .split_once("enum error-code {")
        .expect("the contract has error codes");
    let (cases, _) = cases.split_once('}').expect("the enum ends");
    let codes: Vec<_> = cases
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("///"))
        .filter_map(|line| line.strip_suffix(','))
        .collect();
    let page = read(ERRORS);
    let documented: Vec<_> = page
        .lines()
        .skip_while(|line| *line != "## Codes")
        .take_while(|line| !line.starts_with("## The effect"))
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| row.split('`').next())
        .collect();
    assert_eq!(documented, codes);
}

#[test]
fn the_readme_and_the_architecture_are_short() {
    for name in [README, ARCHITECTURE] {
        let lines = read(name).lines().count();
        assert!(lines <= MAX_LINES, "{name} has {lines} lines");
    }
}

/// Every page of the repository, by its path.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = PAGES.map(str::to_owned).into();
    for entry in fs::read_dir(in_repository("docs")).expect("a folder of pages") {
        let name = entry.expect("a file").file_name();
        let name = name.to_str().expect("UTF-8");
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    pages
}

/// The lines of a page outside of its fenced blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The targets of a page's links to files and headings.
fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(page) {
        for rest in line.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if !target.starts_with("http") {
                links.push(target.to_owned());
            }
        }
    }
    links
}

/// The anchors of a page's headings, as GitHub forms them.
fn anchors(page: &str) -> Vec<String> {
    prose(page)
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
            heading
                .chars()
                .filter(kept)
                .map(|letter| if letter == ' ' { '-' } else { letter })
                .collect()
        })
        .collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for name in pages() {
        let page = read(&name);
        let folder = Path::new(&name).parent().expect("a folder");
        for link in links(&page) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() {
                PathBuf::from(&name)
            } else {
                folder.join(file)
            };
            let path = in_repository(target.to_str().expect("UTF-8"));
            let is_found = path.exists()
                && (anchor.is_empty()
                    || fs::read_to_string(&path)
                        .is_ok_and(|page| anchors(&page).iter().any(|known| known == anchor)));
            if !is_found {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
