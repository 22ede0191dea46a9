//! The engine: interruption of components that run too long, and memory that is reserved as it is needed.

use std::{io, thread, time::Duration};

use wasmtime::{Config, Engine};

use crate::error::Result;

/// Time between two looks at the deadline of a component that runs, and between two chances for other tasks.
const TICK: Duration = Duration::from_millis(50);
/// Address space that each linear memory reserves, in bytes: an instance works within it.
const MEMORY_RESERVATION: u64 = 4 << 20;
/// Address space that a linear memory reserves when it grows beyond that, in bytes.
const MEMORY_RESERVATION_FOR_GROWTH: u64 = 4 << 20;
/// Address space behind each linear memory, in bytes.
const MEMORY_GUARD_SIZE: u64 = 64 << 10;

/// A duration in ticks of the engine's clock, rounded up.
pub(crate) fn ticks(duration: Duration) -> u64 {
    let ticks = duration.as_nanos().div_ceil(TICK.as_nanos());
    // Within what can be added to the clock.
    u64::try_from(ticks).map_or(u64::MAX / 2, |ticks| ticks.min(u64::MAX / 2))
}

/// Creates an engine, and the thread that counts its epochs until the engine is dropped.
///
/// wasmtime reserves 4 GiB for each linear memory, to leave out checks of bounds. A process whose address space is limited could then
/// create no instance, and gets an engine that checks them.
pub(crate) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    if !has_unlimited_address_space() {
        config
            .memory_reservation(MEMORY_RESERVATION)
            .memory_reservation_for_growth(MEMORY_RESERVATION_FOR_GROWTH)
            .memory_guard_size(MEMORY_GUARD_SIZE)
            .guard_before_linear_memory(false);
    }
    let engine = Engine::new(&config)?;
    count_epochs(&engine)?;
    Ok(engine)
}

/// True if this process may reserve as much address space as it likes (`ulimit -v`), on a machine that has more than enough of it.
fn has_unlimited_address_space() -> bool {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};

        usize::BITS >= 64 && getrlimit(Resource::As).current.is_none()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

fn count_epochs(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("epochs".to_owned())
        .stack_size(64 << 10)
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })?;
    Ok(())
}
