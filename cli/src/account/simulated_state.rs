//! The states of simulated users in a file, so that a simulated account outlives its command.

use std::{collections::BTreeMap, fs, io, path::Path};

use simulator::{Simulator, State};

use crate::{atomic_file, failure::Failure};

/// Gives the users the states that the file has for them. A file that is not there yet changes nothing.
pub(crate) fn read(simulator: &Simulator, file: &Path) -> Result<(), Failure> {
    let name = file.display();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::Usage(format!("{name} cannot be read: {error}"))),
    };
    let states: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
        Failure::Usage(format!(
            "{name} has no states of simulated users in it: {error}"
        ))
    })?;
    for (id, state) in &states {
        let state = match state.as_str() {
            "active" => State::Active,
            "suspended" => State::Suspended,
            _ => return Err(Failure::Usage(format!("{name} has an unknown state in it"))),
        };
        if simulator.user(id).is_none() {
            return Err(Failure::Usage(format!("{name} has an unknown user in it")));
        }
        simulator.set_state(id, state);
    }
    Ok(())
}

/// Writes down the state of every user.
pub(crate) fn write(simulator: &Simulator, file: &Path) -> Result<(), Failure> {
    let states: BTreeMap<String, &str> = simulator
        .users()
        .into_iter()
        .map(|user| match user.state {
            State::Active => (user.id, "active"),
            State::Suspended => (user.id, "suspended"),
        })
        .collect();
    let written = serde_json::to_vec_pretty(&states)
        .map_err(io::Error::from)
        .and_then(|states| atomic_file::replace(file, &states));
    written
        .map_err(|error| Failure::Other(format!("{} cannot be written: {error}", file.display())))
}
