//! Help of every command, on a screen of 40 lines and 80 columns.

use super::process::{op_users, run, run_at_terminal};

/// Lines of a screen.
const ROWS: u16 = 40;
/// Columns of a screen.
const COLUMNS: u16 = 80;

/// Names of the commands, from the help. The first one is empty: the program.
async fn commands() -> Vec<String> {
    let help = run(op_users(&["--help"])).await.stdout;
    let (_, rest) = help.split_once("Commands:\n").expect("commands");
    let names = rest
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help");
    [""].into_iter().chain(names).map(str::to_owned).collect()
}

#[tokio::test]
async fn help_of_every_command_fits_on_a_screen() {
    let commands = commands().await;
    assert!(commands.len() > 11, "{commands:?}");
    for command in &commands {
        for option in ["--help", "-h"] {
            let arguments: Vec<_> = [command.as_str(), option]
                .into_iter()
                .filter(|argument| !argument.is_empty())
                .collect();
            let (status, text) = run_at_terminal(op_users(&arguments), ROWS, COLUMNS).await;
            assert_eq!(status, 0, "{text}");
            let lines: Vec<_> = text.lines().collect();
            println!("{command} {option}: {} lines", lines.len());
            assert!(lines.len() <= ROWS.into(), "{} lines: {text}", lines.len());
            let is_narrow = |line: &&str| line.chars().count() <= COLUMNS.into();
            assert!(lines.iter().all(is_narrow), "{text}");
            let ended = run(op_users(&arguments)).await;
            assert_eq!(ended.stdout, text, "the same in a pipe");
        }
    }
}

#[tokio::test]
async fn the_long_help_and_the_page_name_every_option() {
    let page = include_str!("../../../docs/cli.md");
    for command in commands().await {
        let arguments = ["help", &command];
        let arguments = if command.is_empty() {
            &arguments[..1]
        } else {
            &arguments[..]
        };
        let long = run(op_users(arguments)).await.stdout;
        let short = run(op_users(
            &[command.as_str(), "--help"][usize::from(command.is_empty())..],
        ))
        .await
        .stdout;
        let options = |text: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| line.split_once("--")?.1.split([' ', '.']).next())
                .filter(|name| name.len() > 1)
                .map(|name| format!("--{name}"))
                .collect()
        };
        for option in options(&short) {
            assert!(long.contains(&option), "{command} {option}");
        }
        for line in long
            .lines()
            .filter(|line| line.trim_start().starts_with('-'))
        {
            for option in options(line) {
                assert!(
                    page.contains(&option),
                    "{command}: docs/cli.md has no {option}"
                );
            }
        }
    }
}
