//! Pauses: what the server asks one part of a call to wait for, all of them do.

use crate::{
    call::Call,
    error::Failure,
    platform::{Duration, Instant, Platform},
};

/// A wait that the server asked for.
#[derive(Clone)]
pub(crate) struct Pause {
    until: Instant,
    why: Failure,
}

impl<H: Platform> Call<'_, H> {
    /// Lets all parts of the call wait, until the longest of the waits that the server asked for is over.
    pub fn ask_all_to_pause(&self, wait: Duration, why: &Failure) {
        let until = self.now().after(wait);
        let is_longest = |pause: Pause| pause.until < until;
        if self.common().pause.get().is_none_or(is_longest) {
            let why = why.clone();
            self.common().pause.set(Some(Pause { until, why }));
        }
    }

    /// Waits while the server wants no requests of this call, whichever part of it was told so.
    pub async fn pause(&self) -> Result<(), Failure> {
        while let Some((wait, why)) = self.asked_to_pause() {
            if !self.fits(wait) {
                return Err(why);
            }
            self.host.sleep(wait).await;
        }
        Ok(())
    }

    /// Whether the server wants no requests of this call now.
    pub fn is_paused(&self) -> bool {
        self.asked_to_pause().is_some()
    }

    /// How long the server wants no requests of this call, and why.
    fn asked_to_pause(&self) -> Option<(Duration, Failure)> {
        let Pause { until, why } = self.common().pause.get()?;
        let wait = self.now().until(until);
        (!wait.is_zero()).then_some((wait, why))
    }
}
