//! A client of one account: its settings and its token, shared by every call.

use alloc::rc::Rc;

use crate::{
    account::Account,
    call::Call,
    clone_cell::Slot,
    error::{Effect, Error, Operation},
    platform::Platform,
    settings::{Settings, SettingsError},
};

/// The 1Password Users API of one account, over a host.
pub struct Client<H> {
    pub(crate) host: H,
    account: Slot<Rc<Account>>,
    /// What is wrong with the settings, while there is no account.
    problems: SettingsError,
}

impl<H: Platform> Client<H> {
    /// A client with these settings. Without good ones every call fails with `not-configured`, until
    /// [`configure`](Self::configure) brings some.
    pub fn new(host: H, settings: Result<Settings, SettingsError>) -> Self {
        let (account, problems) = match settings {
            Ok(settings) => (Some(Account::new(settings)), SettingsError::default()),
            Err(problems) => (None, problems),
        };
        Self {
            host,
            account: Slot::new(account),
            problems,
        }
    }

    /// The platform that the calls run on.
    pub fn platform(&self) -> &H {
        &self.host
    }

    /// Replaces every setting at once, and forgets the token without sending it anywhere. Calls that are under way end
    /// with the settings that they began with. Wrong settings change nothing.
    pub fn configure(&self, settings: Result<Settings, SettingsError>) -> Result<(), Error> {
        let settings =
            settings.map_err(|problems| not_configured(&problems, Operation::Configure))?;
        self.account.set(Some(Account::new(settings)));
        Ok(())
    }

    pub(crate) fn account(&self) -> Result<Rc<Account>, &SettingsError> {
        self.account.get().ok_or(&self.problems)
    }

    pub(crate) fn begin(&self, operation: Operation) -> Result<Call<'_, H>, Error> {
        match self.account() {
            Ok(account) => Ok(Call::new(&self.host, account, operation)),
            Err(problems) => Err(not_configured(problems, operation)),
        }
    }
}

fn not_configured(problems: &SettingsError, operation: Operation) -> Error {
    problems
        .failure()
        .into_error(operation, Effect::NotApplied, 0)
}
