//! Core dumps of this process, which would contain the client secret: turned off.

use crate::failure::Failure;

/// Turns core dumps off. On Linux, other processes of the same user cannot read this one's memory either.
#[cfg(unix)]
pub(crate) fn turn_off() -> Result<(), Failure> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let failed = |error| Failure::other(format!("core dumps cannot be turned off: {error}"));
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(failed)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};

        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)?;
    }
    Ok(())
}

/// Does nothing: only Unix writes core dumps by itself.
#[cfg(not(unix))]
pub(crate) fn turn_off() -> Result<(), Failure> {
    Ok(())
}
