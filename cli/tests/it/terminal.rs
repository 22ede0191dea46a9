//! Manners at a terminal: colours, width, completions, the manual, the version.

use std::{fs, process::Command};

use serde_json::Value;

use super::process::{CommandOutput, op_users, run, run_at_terminal};

/// Beginning of the sequences that choose colours.
const COLOR: &str = "\u{1b}[";

fn simulated(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = op_users(&[&["--simulator"], arguments].concat());
    command.env_remove("TERM").env_remove("NO_COLOR");
    command.envs(variables.iter().copied());
    command
}

#[tokio::test]
async fn a_terminal_gets_colours_unless_it_takes_none() {
    let xterm = ("TERM", "xterm-256color");
    for (arguments, variables, is_colored) in [
        (&["list", "--limit", "2"][..], &[xterm][..], true),
        (&["check"], &[xterm], true),
        (&["get", "NOSUCHUSER"], &[xterm], true),
        (
            &["contain", "--dry-run", "user0002@acme.example"],
            &[xterm],
            true,
        ),
        (&["frobnicate"], &[xterm], true),
        (&["list", "--limit", "2"], &[], false),
        (&["list", "--limit", "2"], &[("TERM", "dumb")], false),
        (
            &["list", "--limit", "2"],
            &[xterm, ("NO_COLOR", "1")],
            false,
        ),
        (&["frobnicate"], &[xterm, ("NO_COLOR", "1")], false),
        (&["list", "--limit", "2"], &[xterm, ("NO_COLOR", "")], true),
        (
            &["list", "--limit", "2", "--color", "never"],
            &[xterm],
            false,
        ),
        (&["frobnicate", "--color=never"], &[xterm], false),
        (
            &["--color", "always", "check"],
            &[xterm, ("NO_COLOR", "1")],
            true,
        ),
        (
            &["--json", "list", "--limit", "2", "--color=always"],
            &[xterm],
            false,
        ),
        (
            &["--json", "get", "NOSUCHUSER", "--color=always"],
            &[xterm],
            false,
        ),
        (&["list", "--csv", "--color=always"], &[xterm], false),
    ] {
        let (_, text) = run_at_terminal(simulated(arguments, variables), 40, 200).await;
        let text = text.replace("\u{1b}[2K", "").replace("\u{1b}[1A", "");
        assert_eq!(
            text.contains(COLOR),
            is_colored,
            "{arguments:?} {variables:?}: {text:?}"
        );
    }
}

#[tokio::test]
async fn a_pipe_gets_colours_only_if_they_are_asked_for() {
    let xterm = ("TERM", "xterm-256color");
    for (arguments, variables, is_colored) in [
        (&["check"][..], &[xterm][..], false),
        (&["check"], &[xterm, ("CLICOLOR", "1")], false),
        (&["check", "--color", "always"], &[], true),
        (&["check"], &[("CLICOLOR_FORCE", "1")], true),
        (&["check", "--json"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let ended = run(simulated(arguments, variables)).await;
        assert_eq!(
            ended.stdout.contains(COLOR),
            is_colored,
            "{arguments:?} {variables:?}"
        );
    }
}

#[tokio::test]
async fn tables_are_wrapped_at_the_width_of_the_terminal() {
    for (columns, variables, is_wrapped) in [
        (80, &[][..], true),
        (200, &[], false),
        (200, &[("COLUMNS", "80")], true),
        (80, &[("COLUMNS", "200")], false),
        (80, &[("COLUMNS", "wide")], true),
        (0, &[], false),
    ] {
        let (status, text) = run_at_terminal(simulated(&["list"], variables), 40, columns).await;
        assert_eq!(status, 0);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines.len() > 61,
            is_wrapped,
            "{columns} {variables:?}: {text}"
        );
        // Each id is on one line.
        let ids = lines.iter().skip(1).filter(|line| !line.starts_with(' '));
        assert!(ids.clone().count() == 60, "{text}");
        for id in ids {
            assert!(id.find("  ") == Some(26), "{id}");
        }
        if is_wrapped {
            let is_narrow = |line: &&str| line.chars().count() <= 80;
            assert!(lines.iter().all(is_narrow), "{text}");
        }
    }
    let ended = run(simulated(&["list"], &[("COLUMNS", "40")])).await;
    assert_eq!(ended.stdout.lines().count(), 61);
}

#[tokio::test]
async fn completions_are_for_every_command() {
    for (shell, beginning) in [
        ("bash", "_op__users()"),
        ("zsh", "#compdef op-users"),
        ("fish", ""),
    ] {
        let ended = run(op_users(&["completions", shell])).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
        assert!(ended.stdout.starts_with(beginning), "{}", ended.stdout);
        for word in ["contain", "restore", "page-size", "completions"] {
            assert!(ended.stdout.contains(word), "{shell}: {word}");
        }
    }
    let ended = run(op_users(&["completions", "tcsh"])).await;
    assert_eq!(ended.status, 2, "{ended:?}");
}

/// Words with which bash completes the last one.
async fn completed(words: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("op-users.bash");
    let script = run(op_users(&["completions", "bash"])).await.stdout;
    fs::write(&file, script).expect("it is written");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c"])
        .arg("source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _op__users op-users \"${@: -1}\" \"${@: -2:1}\"; echo \"${COMPREPLY[*]}\"")
        .arg("bash")
        .arg(&file)
        .args(words);
    let CommandOutput {
        status,
        stdout,
        stderr,
    } = run(bash).await;
    assert_eq!((status, stderr.as_str()), (0, ""));
    stdout.trim_end().to_owned()
}

#[tokio::test]
async fn bash_completes_commands_options_and_values() {
    assert_eq!(completed(&["op-users", "li"]).await, "list");
    assert_eq!(completed(&["op-users", "list", "--so"]).await, "--sort");
    assert_eq!(
        completed(&["op-users", "list", "--sort", ""]).await,
        "name email created state"
    );
    assert_eq!(
        completed(&["op-users", "contain", "--dry"]).await,
        "--dry-run"
    );
}

#[tokio::test]
async fn the_manual_has_every_command_and_option() {
    let whole = run(op_users(&["man"])).await;
    assert_eq!((whole.status, whole.stderr.as_str()), (0, ""));
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("man1");
    let ended = run(op_users(&["man", "--dir", folder.to_str().expect("UTF-8")])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");
    let page = |name: &str| fs::read_to_string(folder.join(name)).expect("a page");
    for (page, title) in [
        (&whole.stdout, ".TH op-users 1"),
        (&page("op-users.1"), ".TH op-users 1"),
        (&page("op-users-contain.1"), ".TH op-users-contain 1"),
        (&page("op-users-list.1"), ".TH op-users-list 1"),
    ] {
        assert!(page.contains(title), "{page}");
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    for part in [
        "OP-USERS CONTAIN",
        "OP-USERS LIST",
        "\\-\\-protect\\-file",
        "\\-\\-page\\-size",
        "OP_USERS_CLIENT_SECRET",
        "OP_SERVICE_KEYS",
    ] {
        assert!(whole.stdout.contains(part), "{part}: {}", whole.stdout);
    }
    // Machines without it check the structure only.
    let mut groff = Command::new("groff");
    groff
        .args(["-man", "-Tutf8", "-ww", "-z"])
        .arg(folder.join("op-users-contain.1"));
    if let Ok(printed) = groff.output() {
        assert_eq!(String::from_utf8_lossy(&printed.stderr), "");
    }
}

#[tokio::test]
async fn the_version_names_the_commit_and_the_components() {
    let short = run(op_users(&["-V"])).await;
    assert_eq!(
        short.stdout,
        concat!("op-users ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let long = run(op_users(&["--version"])).await;
    let lines: Vec<_> = long.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{long:?}");
    let commit = lines[1].strip_prefix("commit   ").expect("a commit");
    let is_commit =
        |text: &str| text.len() >= 40 && text.chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(
        commit == "unknown" || is_commit(commit.trim_end_matches(", modified")),
        "{commit}"
    );
    let object = run(op_users(&["--json", "--version"])).await.stdout;
    let object: Value = serde_json::from_str(&object).expect("JSON");
    let client = object["client_sha256"].as_str().expect("a digest");
    assert_eq!(client.len(), 64);
    assert_eq!(lines[4], format!("client   sha256:{client}"));
    let folder = tempfile::tempdir().expect("a folder");
    for (option, line, key) in [
        (None, lines[2], "plugin_sha256"),
        (Some("--service"), lines[3], "service_sha256"),
    ] {
        let file = folder.path().join(key);
        let file = file.to_str().expect("UTF-8");
        let mut arguments = vec!["component", file];
        arguments.extend(option);
        assert_eq!(run(op_users(&arguments)).await.status, 0);
        let mut sha256sum = Command::new("sha256sum");
        sha256sum.arg(file);
        let printed = run(sha256sum).await.stdout;
        let digest = printed.split(' ').next().expect("a digest");
        assert!(
            line.ends_with(&format!("sha256:{digest}")),
            "{line} {digest}"
        );
        let object = run(op_users(&["--json", "--version"])).await.stdout;
        let object: Value = serde_json::from_str(&object).expect("JSON");
        assert_eq!(object[key], digest);
        assert_eq!(object["commit"], commit);
    }
}

#[tokio::test]
async fn a_misspelt_setting_is_told_the_nearest_name() {
    for (name, nearest, arguments) in [
        ("OP_USERS_REGOIN", "OP_USERS_REGION", &["list"][..]),
        ("OP_USERS_REGOIN", "OP_USERS_REGION", &["list", "--json"]),
        ("OP_USERS_REGOIN", "OP_USERS_REGION", &["check"]),
        (
            "OP_USERS_REGOIN",
            "OP_USERS_REGION",
            &["contain", "--yes", "a@b.example"],
        ),
        ("OP_USERS_SECRET", "OP_USERS_CLIENT_SECRET", &["list"]),
        ("op_users_region", "OP_USERS_REGION", &["list"]),
        ("OP_USER_REGION", "OP_USERS_REGION", &["list", "--json"]),
        ("OPUSERS_REGION", "OP_USERS_REGION", &["check"]),
        (
            "OP_SERVICE_KEY",
            "OP_SERVICE_KEYS",
            &["serve", "--listen", "127.0.0.1:0"],
        ),
    ] {
        let mut command = op_users(arguments);
        command.env(name, "value that is not shown");
        if arguments[0] == "serve" {
            let complete = [
                ("OP_USERS_ACCOUNT_ID", "K1AFWQ8YWJATEJ579MCTX95V8W"),
                ("OP_USERS_CLIENT_ID", "C1AFWQ8YWJATEJ579MCTX95V8W"),
                ("OP_USERS_CLIENT_SECRET", "secret"),
            ];
            command.envs(complete);
        }
        let ended = run(command).await;
        assert_ne!(ended.status, 0);
        let told = format!("did you mean {nearest} in place of {name}?");
        assert!(ended.stderr.contains(&told), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.contains("value that"), "{ended:?}");
    }
}

#[tokio::test]
async fn sources_without_a_repository_have_no_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs");
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--edition", "2024", "-o"])
        .arg(&script)
        .arg(source);
    assert_eq!(run(rustc).await.status, 0);
    let package = folder.path().join("unpacked/cli");
    fs::create_dir_all(&package).expect("a folder");
    let mut init = Command::new("git");
    init.args(["init", "--quiet"]).arg(folder.path());
    assert_eq!(run(init).await.status, 0);
    // Unpacked in another repository, and without git.
    for path in [None, Some("")] {
        let mut script = Command::new(&script);
        script.env("CARGO_MANIFEST_DIR", &package);
        script.envs(path.map(|path| ("PATH", path)));
        let ended = run(script).await;
        assert!(
            ended.stdout.ends_with("BUILD_OF_COMMAND_COMMIT=unknown\n"),
            "{ended:?}"
        );
    }
}
