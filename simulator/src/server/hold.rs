//! Requests that are held until a test lets them go.

use tokio::sync::watch;

/// Where requests wait for each other's sake: no test needs to sleep to be in
/// the middle of something.
#[derive(Debug, Default)]
pub(crate) struct Gate(watch::Sender<State>);

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// How often it was opened.
    opened: u64,
    /// How many wait for the next time.
    held: usize,
}

impl Gate {
    /// Waits until the gate is opened.
    pub(crate) async fn pass(&self) {
        let mut states = self.0.subscribe();
        let held = Held::new(self);
        // It fails only without the gate itself.
        let _ = states.wait_for(|state| state.opened > held.since).await;
    }

    /// Lets everybody through who waits now.
    pub(crate) fn open(&self) {
        self.0.send_modify(|state| {
            state.opened += 1;
            state.held = 0;
        });
    }

    /// Waits until so many wait at once.
    pub(crate) async fn hold(&self, count: usize) {
        // It fails only without the gate itself.
        let _ = self
            .0
            .subscribe()
            .wait_for(|state| state.held >= count)
            .await;
    }
}

/// One who waits; dropped, one less does, unless the gate was opened.
struct Held<'a> {
    gate: &'a Gate,
    since: u64,
}

impl<'a> Held<'a> {
    fn new(gate: &'a Gate) -> Self {
        let mut since = 0;
        gate.0.send_modify(|state| {
            state.held += 1;
            since = state.opened;
        });
        Self { gate, since }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gate.0.send_if_modified(|state| {
            let waits = state.opened == self.since;
            state.held -= usize::from(waits);
            waits
        });
    }
}
