//! The command `completions`.

use clap::Command;
use clap_complete::{Shell, generate};

use crate::{arguments::ShellArgument, output::Output};

/// Writes the completions of a shell.
pub(super) fn run(shell: ShellArgument, mut command: Command, output: &mut Output) {
    let shell = match shell {
        ShellArgument::Bash => Shell::Bash,
        ShellArgument::Zsh => Shell::Zsh,
        ShellArgument::Fish => Shell::Fish,
    };
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    // clap_complete 4.6 spells the program's hyphen in two ways, and bash would not find the options of a command.
    let script = String::from_utf8_lossy(&script).replace("op__subcmd__users", "op__users");
    output.bytes(script.as_bytes());
}
