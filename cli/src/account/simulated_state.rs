//! States of simulated users in a file, which keeps a simulated account from one command to the next.

use std::{collections::BTreeMap, fs, io, path::Path};

use simulator::{Simulator, State};

use crate::{atomic_file, failure::Failure};

/// States, with their names in the file. Users of other states, which no request can make, are left out.
const STATES: [(State, &str); 2] = [(State::Active, "active"), (State::Suspended, "suspended")];

/// Sets the users' states to those in a file. A missing file changes nothing.
pub(crate) fn read(simulator: &Simulator, file: &Path) -> Result<(), Failure> {
    let name = file.display();
    // Reading a pipe or a device may never end.
    if fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Failure::usage(format!("{name} is not a regular file")));
    }
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::usage(format!("{name} cannot be read: {error}"))),
    };
    let states: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "{name} does not contain states of simulated users: {error}"
        ))
    })?;
    for (id, state) in &states {
        let mut known = STATES.iter();
        let Some(&(state, _)) = known.find(|(_, name)| name == state) else {
            return Err(Failure::usage(format!("{name} contains an unknown state")));
        };
        if simulator.user(id).is_none() {
            return Err(Failure::usage(format!("{name} contains an unknown user")));
        }
        simulator.set_state(id, state);
    }
    Ok(())
}

/// Writes the state of every user to a file.
pub(crate) fn write(simulator: &Simulator, file: &Path) -> Result<(), Failure> {
    let states: BTreeMap<String, &str> = simulator
        .users()
        .into_iter()
        .filter_map(|user| {
            let (_, name) = STATES.iter().find(|(state, _)| *state == user.state)?;
            Some((user.id, *name))
        })
        .collect();
    let written = serde_json::to_vec_pretty(&states)
        .map_err(io::Error::from)
        .and_then(|states| atomic_file::replace(file, &states));
    written
        .map_err(|error| Failure::other(format!("{} cannot be written: {error}", file.display())))
}
