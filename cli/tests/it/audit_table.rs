//! The script that turns audit files into a table.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::process::{CommandOutput, op_users, run, run_with};

const CSV_HEADER: &str = "time (UTC),operator,application,action,user,user id,outcome,effect,previous state,reason,ticket,correlation id,source";

/// The script. Needs Python 3, like the checks of the project.
fn script(arguments: &[&str]) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/audit-table.py");
    let mut command = Command::new("python3");
    // As in a mail that a scheduler sends: no language, no UTF-8.
    command
        .env("LC_ALL", "C")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command.arg(path).args(arguments);
    command
}

async fn table_of(lines: &str, arguments: &[&str]) -> CommandOutput {
    run_with(script(&[arguments, &["-"]].concat()), lines).await
}

/// An audit event of a suspension.
fn event() -> Value {
    json!({
        "activity_id": 5, "activity_name": "Disable", "category_uid": 3, "class_uid": 3001, "type_uid": 300_105,
        "time": 1_795_458_904_105_u64, "status_id": 1, "status": "Success",
        "actor": { "app_uid": "QU7J9RI5L7B4OA6TR0YOZUX6KR" },
        "user": { "uid": "AU85O3QJGAIKL755W3V0X22CUZ", "name": "user0007@acme.example", "email_addr": "user0007@acme.example" },
        "metadata": { "version": "1.8.0", "correlation_uid": "call-1", "tenant_uid": "K1AFWQ8YWJATEJ579MCTX95V8W" },
        "unmapped": { "outcome": "changed", "previous_state": "active" },
    })
}

/// The event with other values at these paths.
fn event_with(changes: &[(&str, Value)]) -> Value {
    let mut event = event();
    for (path, value) in changes {
        let (parent, name) = path.rsplit_once('/').expect("a path");
        event.pointer_mut(parent).expect("a parent")[name] = value.clone();
    }
    event
}

fn unknown() -> Value {
    event_with(&[
        ("/status_id", json!(0)),
        ("/unmapped/outcome", json!("failed")),
        ("/unmapped/effect", json!("possibly-applied")),
    ])
}

fn joined(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// Outcomes in CSV, by line.
fn outcomes(printed: &CommandOutput) -> Vec<String> {
    let column = |line: &str| line.split(',').nth(6).unwrap_or_default().to_owned();
    printed.stdout.lines().skip(1).map(column).collect()
}

async fn audit_of_a_containment(folder: &Path) -> PathBuf {
    let audit = folder.join("audit.jsonl");
    for command in ["contain", "restore"] {
        let mut arguments = vec!["--simulator-state", "acme.json", command, "--yes"];
        arguments.extend(["--reason", "phished | =1+1", "--ticket", "INC-7"]);
        arguments.extend(["--audit", "audit.jsonl"]);
        arguments.extend(["user0007@acme.example", "no.such@acme.example"]);
        let mut command = op_users(&arguments);
        command.current_dir(folder);
        assert_eq!(run(command).await.status, 1);
    }
    audit
}

#[tokio::test]
async fn an_audit_of_the_command_becomes_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let audit = audit_of_a_containment(folder.path()).await;
    let name = audit.to_str().expect("UTF-8");
    let table = run(script(&[name])).await;
    assert_eq!(table.status, 0, "{table:?}");
    let lines: Vec<_> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{}", table.stdout);
    assert!(lines[0].starts_with("TIME (UTC) "), "{}", lines[0]);
    for part in [
        "Z  ",
        "  suspend  ",
        "  user0007@acme.example  ",
        "  changed  ",
        "  active  ",
        "  phished | =1+1  INC-7  ",
    ] {
        assert!(
            table.stdout.contains(part.trim()),
            "{part}: {}",
            table.stdout
        );
    }
    assert!(
        table.stdout.contains("failed (not-found)"),
        "{}",
        table.stdout
    );
    assert!(table.stdout.contains("reactivate"), "{}", table.stdout);
    assert!(
        lines[1].ends_with("audit.jsonl:1") || lines[2].ends_with("audit.jsonl:1"),
        "{lines:?}"
    );
    assert_eq!(table.stderr, "4 of 4 events are shown\n");
}

#[tokio::test]
async fn an_audit_of_the_service_becomes_a_table() {
    let event = event_with(&[("/actor", json!({ "app_name": "siem" }))]);
    let lines = format!("stderr [12] :: {event}\r\n");
    let printed = table_of(&lines, &["--csv"]).await;
    assert_eq!(printed.status, 0, "{printed:?}");
    let row = "2026-11-23T18:35:04.105Z,,siem,suspend,user0007@acme.example,AU85O3QJGAIKL755W3V0X22CUZ,changed,,active,,,call-1,standard input:1";
    assert_eq!(printed.stdout, format!("{CSV_HEADER}\n{row}\n"));
}

#[tokio::test]
async fn operators_and_words_of_tables_are_shown() {
    let events = [
        event_with(&[(
            "/actor",
            json!({ "app_uid": "QU7J", "user": { "name": "wendy@laptop" } }),
        )]),
        unknown(),
        event_with(&[
            ("/status_id", json!(2)),
            ("/user/uid", json!("ANOTHER")),
            ("/status_code", json!("protected")),
            ("/unmapped/outcome", json!("failed")),
        ]),
    ];
    let printed = table_of(&joined(&events), &["--csv"]).await;
    assert!(
        printed.stdout.contains(",wendy@laptop,QU7J,"),
        "{printed:?}"
    );
    assert_eq!(
        outcomes(&printed),
        ["changed", "maybe-changed", "protected"]
    );
}

#[tokio::test]
async fn an_unknown_line_gives_way_to_its_final_result() {
    let final_result = event_with(&[("/time", json!(1_795_458_904_200_u64))]);
    let lines = joined(&[unknown(), final_result]);
    let printed = table_of(&lines, &["--csv"]).await;
    assert_eq!(outcomes(&printed), ["changed"]);
    assert!(printed.stderr.contains("--all-lines"), "{printed:?}");
    let printed = table_of(&lines, &["--csv", "--all-lines"]).await;
    assert_eq!(outcomes(&printed), ["maybe-changed", "changed"]);
}

#[tokio::test]
async fn a_change_is_never_hidden_by_another_call() {
    let cases = [
        // The same correlation id, chosen by a person for two calls.
        ("changed", "unchanged", json!({}), false),
        ("failed", "unchanged", json!({}), true),
        // An undo under the same id.
        (
            "failed",
            "changed",
            json!({ "activity_id": 2, "type_uid": 300_102 }),
            true,
        ),
        // Another user, another account.
        (
            "failed",
            "changed",
            json!({ "user": { "uid": "OTHER" } }),
            true,
        ),
        (
            "failed",
            "changed",
            json!({ "metadata": { "correlation_uid": "call-1", "tenant_uid": "OTHER" } }),
            true,
        ),
    ];
    for (first, second, more, is_unknown) in cases {
        let earlier = if is_unknown { unknown() } else { event() };
        assert_eq!(earlier["unmapped"]["outcome"], first);
        let mut later = event_with(&[("/unmapped/outcome", json!(second))]);
        for (name, value) in more.as_object().expect("an object") {
            later[name] = value.clone();
        }
        let printed = table_of(&joined(&[earlier, later]), &["--csv"]).await;
        assert_eq!(outcomes(&printed).len(), 2, "{second} {more}: {printed:?}");
    }
}

#[tokio::test]
async fn damaged_lines_are_named_and_counted() {
    let whole = event().to_string();
    let repeated = whole.replacen('{', r#"{"time":1,"#, 1);
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for damaged in [
        &whole[..40],
        &whole[40..],
        "not JSON",
        "[]",
        "NaN",
        r#"{"class_uid":3001}"#,
        r#"{"time":"2026","caller":"siem","status":401}"#,
        &nested,
        &repeated,
        &event_with(&[("/time", json!("soon"))]).to_string(),
        &event_with(&[("/time", json!(u64::MAX))]).to_string(),
        &event_with(&[("/time_dt", json!("2026-11-23T18:35:04.106Z"))]).to_string(),
        &event_with(&[("/activity_id", json!([5]))]).to_string(),
        &event_with(&[("/activity_id", json!(2))]).to_string(),
        &event_with(&[("/user", json!("wendy"))]).to_string(),
        &event_with(&[("/user", json!({}))]).to_string(),
        &event_with(&[("/unmapped/ticket", json!(7))]).to_string(),
        &event_with(&[("/unmapped/outcome", Value::Null)]).to_string(),
        &event_with(&[("/metadata/correlation_uid", json!(""))]).to_string(),
    ] {
        let printed = table_of(&format!("{whole}\n{damaged}\n{whole}\n"), &["--csv"]).await;
        let shown = damaged.get(..60).unwrap_or(damaged);
        assert_eq!(printed.status, 1, "{shown}: {printed:?}");
        assert_eq!(outcomes(&printed).len(), 2, "{shown}");
        assert!(
            printed.stderr.contains("damaged: standard input:2: "),
            "{shown}: {}",
            printed.stderr
        );
        assert!(
            printed
                .stderr
                .ends_with("damaged lines, which are not in the table: 1\n")
        );
    }
}

#[tokio::test]
async fn lines_of_a_log_are_counted_but_not_pieces_of_events() {
    let whole = event().to_string();
    let log = format!(
        "POST /v1/contain  200  3.1 ms\n{{\"event\":\"response\",\"status\":401,\"correlation_uid\":\"C-1\"}}\n{whole}\n{}\n",
        &whole[..200]
    );
    let printed = table_of(&log, &["--csv", "--log"]).await;
    assert_eq!(printed.status, 1, "{printed:?}");
    assert!(printed.stderr.contains("2 lines are no audit events"));
    assert!(printed.stderr.contains("damaged: standard input:4: "));
}

#[tokio::test]
async fn hidden_letters_and_formulas_are_disarmed() {
    let reason = "=HYPERLINK(\"x\")\u{202e}\u{1b}[31m\n\u{2028}\u{fe0f}|<b>";
    let name = "\u{ff1d}1+1";
    let event = event_with(&[
        ("/unmapped/reason", json!(reason)),
        ("/unmapped/ticket", json!(name)),
        ("/metadata/correlation_uid", json!("a; =1+1")),
    ]);
    let lines = joined(&[event]);
    let csv = table_of(&lines, &["--csv"]).await.stdout;
    let escaped =
        r#""'=HYPERLINK(""x"")\u{202e}\u{1b}[31m\u{a}\u{2028}\u{fe0f}|<b>",'"#.to_owned() + name;
    assert!(csv.contains(&escaped), "{csv}");
    assert!(csv.contains("a; '=1+1"), "{csv}");
    let table = table_of(&lines, &[]).await.stdout;
    assert_eq!(table.lines().count(), 2, "{table}");
    let markdown = table_of(&lines, &["--markdown"]).await.stdout;
    assert!(markdown.contains(r"\\u\{fe0f\}\|\<b\> |"), "{markdown}");
    for printed in [csv, table, markdown] {
        assert!(!printed.contains(['\u{202e}', '\u{1b}', '\u{2028}', '\u{fe0f}']));
    }
}

#[tokio::test]
async fn filters_select_times_users_and_calls() {
    let mut events = vec![event()];
    events.push(event_with(&[
        ("/time", json!(1_795_478_400_000_u64)), // 2026-11-24T00:00:00Z
        (
            "/user",
            json!({ "uid": "OTHER", "email_addr": "Other@acme.example" }),
        ),
    ]));
    events.push(event_with(&[
        ("/time", json!(1_795_564_799_999_u64)), // 2026-11-24T23:59:59.999Z
        ("/metadata/correlation_uid", json!("call-2")),
    ]));
    let lines = joined(&events);
    for (filter, count) in [
        (&["--since", "2026-11-23"][..], 3),
        (&["--since", "2026-11-24"], 2),
        (&["--since", "2026-11-25"], 0),
        (&["--until", "2026-11-23"], 1),
        (&["--until", "2026-11-24"], 3),
        (&["--since", "2026-11-24T00:00Z"], 2),
        (&["--since", "2026-11-24T01:00+01:00"], 2),
        (&["--until", "2026-11-23T23:59:59"], 1),
        (&["--user", "other@acme.example"], 1),
        (&["--user", "AU85O3QJGAIKL755W3V0X22CUZ"], 2),
        (&["--correlation-id", "call-2"], 1),
        (&["--correlation-id", "call"], 0),
    ] {
        let printed = table_of(&lines, &[&["--csv"], filter].concat()).await;
        assert_eq!(printed.status, 0, "{filter:?}: {printed:?}");
        assert_eq!(outcomes(&printed).len(), count, "{filter:?}");
    }
    assert_eq!(table_of(&lines, &["--since", "yesterday"]).await.status, 2);
}

#[tokio::test]
async fn several_files_are_one_table_in_the_order_of_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, event: Value| {
        let path = folder.path().join(name);
        fs::write(&path, format!("\u{feff}{event}")).expect("it is written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let later = write("a", event_with(&[("/time", json!(1_795_458_999_999_u64))]));
    let earlier = write("b", event());
    let printed = run(script(&["--csv", &later, &earlier])).await;
    let sources: Vec<_> = printed
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.ends_with("b:1"))
        .collect();
    assert_eq!(sources, [true, false], "{printed:?}");
    let missing = run(script(&["no-such-file"])).await;
    assert_eq!(missing.status, 2, "{missing:?}");
    assert!(missing.stderr.contains("no-such-file"), "{missing:?}");
}
