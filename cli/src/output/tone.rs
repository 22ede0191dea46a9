//! Meaning of a word for people, and its colour.

use anstyle::{AnsiColor, Style};
use comfy_table::Color;
use host::{UserState, Verdict};
use onepassword_users_audit::OutcomeClass;

/// Meaning of a word.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Good,
    Caution,
    Bad,
}

impl Tone {
    /// Colour in a table. None for plain text.
    pub(super) fn color(self) -> Option<Color> {
        match self {
            Self::Plain => None,
            Self::Good => Some(Color::DarkGreen),
            Self::Caution => Some(Color::DarkYellow),
            Self::Bad => Some(Color::DarkRed),
        }
    }

    /// Style in a line.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Caution => AnsiColor::Yellow.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl From<&UserState> for Tone {
    fn from(state: &UserState) -> Self {
        match state {
            UserState::Active => Self::Good,
            UserState::Suspended => Self::Caution,
            UserState::Unspecified | UserState::Other(_) => Self::Plain,
        }
    }
}

impl From<OutcomeClass> for Tone {
    fn from(class: OutcomeClass) -> Self {
        match class {
            OutcomeClass::Changed | OutcomeClass::Unchanged => Self::Good,
            OutcomeClass::WouldChange | OutcomeClass::Protected | OutcomeClass::Skipped => {
                Self::Caution
            }
            OutcomeClass::MaybeChanged | OutcomeClass::Failed => Self::Bad,
        }
    }
}

impl From<&Verdict> for Tone {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Good,
            Verdict::Failed => Self::Bad,
            _ => Self::Caution,
        }
    }
}
