//! The command `man`.

use std::{fs, io, path::Path};

use clap::{Command, builder::Resettable};
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::{
    atomic_file::{self, new_file_mode},
    failure::{CommandResult, Failure},
    output::{Output, printable::printable},
};

/// Writes the manual: one page to standard output, or a page of each command to a folder.
pub(super) fn run(
    mut command: Command,
    folder: Option<&Path>,
    output: &mut Output,
) -> CommandResult {
    command.build();
    let failure = |error: io::Error| Failure::other(format!("the manual: {error}"));
    let Some(folder) = folder else {
        output.bytes(&one_page(&command).map_err(failure)?);
        return Ok(());
    };
    let name = printable(&folder.display().to_string());
    fs::create_dir_all(folder)
        .map_err(|error| Failure::usage(format!("{name} cannot be made: {error}")))?;
    let commands = [&command].into_iter().chain(subcommands(&command));
    for command in commands {
        let man = man(command);
        let mut page = Vec::new();
        man.render(&mut page).map_err(failure)?;
        page.extend_from_slice(&notes(command).map_err(failure)?);
        atomic_file::replace_with_mode(&folder.join(man.get_filename()), &page, new_file_mode())
            .map_err(|error| Failure::other(format!("{name} could not be written: {error}")))?;
    }
    Ok(())
}

fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    let subcommands = command.get_subcommands();
    subcommands.filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

/// The page of a command, without the text below its options. Its name has a hyphen in place of the space.
fn man(command: &Command) -> Man {
    let command = command.clone();
    let command = command.after_help(Resettable::Reset);
    Man::new(command.after_long_help(Resettable::Reset)).manual("op-users")
}

/// The text below the options of a command, with its lines as they are.
fn notes(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    if let Some(text) = command.get_after_long_help() {
        let mut roff = Roff::new();
        roff.control("SH", ["NOTES"]);
        roff.control("nf", []);
        roff.text([roman(text.to_string())]);
        roff.control("fi", []);
        roff.to_writer(&mut page)?;
    }
    Ok(page)
}

/// The whole command on one page: each subcommand is a section with the sections of its page below.
fn one_page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man(command).render(&mut page)?;
    page.extend_from_slice(&notes(command)?);
    for subcommand in subcommands(command) {
        let title = subcommand.get_bin_name().unwrap_or_default().to_uppercase();
        let mut roff = Roff::new();
        roff.control("SH", [title.as_str()]);
        roff.to_writer(&mut page)?;
        let man = man(subcommand);
        let mut part = Vec::new();
        man.render_synopsis_section(&mut part)?;
        man.render_description_section(&mut part)?;
        man.render_options_section(&mut part)?;
        part.extend_from_slice(&notes(subcommand)?);
        let part = String::from_utf8_lossy(&part).replace("\n.SH ", "\n.SS ");
        page.extend_from_slice(part.as_bytes());
    }
    Ok(page)
}
