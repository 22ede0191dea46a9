//! The point at which requests wait until a test releases them.

use tokio::sync::watch;

/// A set of held requests.
///
/// A test can wait until requests are held, without sleeping, and release them.
#[derive(Debug, Default)]
pub(crate) struct Hold(watch::Sender<HoldState>);

#[derive(Clone, Copy, Debug, Default)]
struct HoldState {
    /// Number of releases so far.
    releases: u64,
    /// Number of requests that wait for the next release.
    held: usize,
}

impl Hold {
    /// Holds the calling request until the next release.
    pub(crate) async fn wait(&self) {
        let mut states = self.0.subscribe();
        let request = HeldRequest::new(self);
        // Waiting fails only if `self.0` is dropped.
        let _ = states
            .wait_for(|state| state.releases > request.releases_before)
            .await;
    }

    /// Releases all requests that are held now.
    pub(crate) fn release(&self) {
        self.0.send_modify(|state| {
            state.releases += 1;
            state.held = 0;
        });
    }

    /// Waits until at least `count` requests are held at the same time.
    pub(crate) async fn wait_until_held(&self, count: usize) {
        // Waiting fails only if `self.0` is dropped.
        let _ = self
            .0
            .subscribe()
            .wait_for(|state| state.held >= count)
            .await;
    }
}

/// One held request. Dropping it before a release, because the client gave up,
/// lowers the number of held requests.
struct HeldRequest<'a> {
    hold: &'a Hold,
    releases_before: u64,
}

impl<'a> HeldRequest<'a> {
    fn new(hold: &'a Hold) -> Self {
        let mut releases_before = 0;
        hold.0.send_modify(|state| {
            state.held += 1;
            releases_before = state.releases;
        });
        Self {
            hold,
            releases_before,
        }
    }
}

impl Drop for HeldRequest<'_> {
    fn drop(&mut self) {
        self.hold.0.send_if_modified(|state| {
            let is_held = state.releases == self.releases_before;
            state.held -= usize::from(is_held);
            is_held
        });
    }
}
