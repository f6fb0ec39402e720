//! Enums as text: spelled as in the database, in JSON and on command lines alike.

use std::fmt;

use sea_orm::{ActiveEnum, Iterable, sea_query::Enum};

/// A text that is none of the labels of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLabel {
    /// The enum's name in the database.
    pub of: &'static str,
    /// The text.
    pub label: String,
    /// The labels there are.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no {}; choose from {}", self.label, self.of, self.known.join(", "))
    }
}

impl std::error::Error for UnknownLabel {}

/// How a value is spelled in the database.
pub(crate) fn label<E: ActiveEnum<Value = Enum>>(value: &E) -> String {
    value.to_value().value.into_owned()
}

/// The value of a label of the enum called `of`.
pub(crate) fn parse<E: ActiveEnum<Value = Enum> + Iterable>(text: &str, of: &'static str) -> Result<E, UnknownLabel> {
    E::iter().find(|value| label(value) == text).ok_or_else(|| UnknownLabel {
        of,
        label: text.to_owned(),
        known: E::iter().map(|value| label(&value)).collect(),
    })
}

/// `Display` and `FromStr` of generated enums, each with its name for people: `as_text!(AlarmStatus: "alarm status");`.
macro_rules! as_text {
    ($($enum:ty: $name:literal),+ $(,)?) => {$(
        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&$crate::labels::label(self))
            }
        }

        impl std::str::FromStr for $enum {
            type Err = $crate::labels::UnknownLabel;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::labels::parse(text, $name)
            }
        }
    )+};
}
pub(crate) use as_text;
