//! What the filters of every area share: methods that narrow them, one after the other.

/// The methods of a filter, each named as the field it sets:
///
/// - `text`, of an `Option<String>`: takes any text;
/// - `value`, of an `Option` of the type that is named: takes one;
/// - `flag`, of a `bool`: takes nothing and sets it;
/// - `period`, of a `Period`: takes one.
macro_rules! narrowing {
    ($filter:ident { $($(#[$doc:meta])* $kind:ident $name:ident $(: $type:ty)?;)+ }) => {
        impl $filter {
            $(crate::filter::narrowing!(@$kind $(#[$doc])* $name $(: $type)?);)+
        }
    };
    (@text $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.$name = Some($name.into());
            self
        }
    };
    (@value $(#[$doc:meta])* $name:ident: $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.$name = Some($name);
            self
        }
    };
    (@flag $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self) -> Self {
            self.$name = true;
            self
        }
    };
    (@period $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, period: crate::Period) -> Self {
            self.$name = period;
            self
        }
    };
}
pub(crate) use narrowing;
