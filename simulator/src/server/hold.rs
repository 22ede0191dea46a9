//! Requests that are held until a test lets them go.

use tokio::sync::watch;

/// Where requests wait for each other's sake: no test needs to sleep to be in
/// the middle of something.
#[derive(Debug, Default)]
pub(crate) struct Hold(watch::Sender<HoldState>);

#[derive(Clone, Copy, Debug, Default)]
struct HoldState {
    /// How often it was releases.
    releases: u64,
    /// How many wait for the next time.
    held: usize,
}

impl Hold {
    /// Waits until the hold is releases.
    pub(crate) async fn wait(&self) {
        let mut states = self.0.subscribe();
        let held = HeldRequest::new(self);
        // It fails only without the hold itself.
        let _ = states.wait_for(|state| state.releases > held.since).await;
    }

    /// Lets everybody through who waits now.
    pub(crate) fn release(&self) {
        self.0.send_modify(|state| {
            state.releases += 1;
            state.held = 0;
        });
    }

    /// Waits until so many wait at once.
    pub(crate) async fn wait_until_held(&self, count: usize) {
        // It fails only without the hold itself.
        let _ = self
            .0
            .subscribe()
            .wait_for(|state| state.held >= count)
            .await;
    }
}

/// One who waits; dropped, one less does, unless the hold was releases.
struct HeldRequest<'a> {
    hold: &'a Hold,
    since: u64,
}

impl<'a> HeldRequest<'a> {
    fn new(hold: &'a Hold) -> Self {
        let mut since = 0;
        hold.0.send_modify(|state| {
            state.held += 1;
            since = state.releases;
        });
        Self { hold, since }
    }
}

impl Drop for HeldRequest<'_> {
    fn drop(&mut self) {
        self.hold.0.send_if_modified(|state| {
            let waits = state.releases == self.since;
            state.held -= usize::from(waits);
            waits
        });
    }
}
