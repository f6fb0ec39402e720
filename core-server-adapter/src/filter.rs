//! What the filters of every area share: methods that narrow them, one after the other.

/// The methods of a filter, each named as the field it sets:
///
/// - `text`, of an `Option<String>`: takes any text; `text sensor(sensor_id)` says which column it is about;
/// - `value`, of an `Option` of the type that is named: takes one;
/// - `flag`, of a `bool`: takes nothing and sets it;
/// - `period`, of a `Period`: takes one.
macro_rules! narrowing {
    ($filter:ident { $($(#[$doc:meta])* $kind:ident $name:ident $(($column:ident))? $(: $type:ty)?;)+ }) => {
        impl $filter {
            /// The filter, unless it has a NUL, which no row has and PostgreSQL does not take.
            pub(crate) fn checked(&self, place: crate::error::Place) -> Result<&Self, crate::AdapterError> {
                $(crate::filter::narrowing!(@check $kind self place $name $(($column))?);)+
                let _ = place;
                Ok(self)
            }

            $(crate::filter::narrowing!(@$kind $(#[$doc])* $name $(: $type)?);)+
        }
    };
    (@check text $self:ident $place:ident $name:ident ($column:ident)) => {
        if let Some(text) = &$self.$name {
            crate::text::check_nul(text).map_err(|reason| $place.invalid(stringify!($column), reason))?;
        }
    };
    (@check text $self:ident $place:ident $name:ident) => {
        crate::filter::narrowing!(@check text $self $place $name ($name));
    };
    (@check $kind:ident $self:ident $place:ident $name:ident) => {};
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
