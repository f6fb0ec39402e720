//! Which database to use, and how to name it without its password.
//!
//! The migration command line and core-server's examples find their database the same way, [`Target::resolve`]; both
//! print a [`Target`] freely, because its password is kept apart from the URL.

mod driver;
pub mod driver_error;
mod misplaced;
mod password;
mod pool;
mod resolve;
pub mod session;
mod strict;
mod target;

pub use misplaced::{misplaced, not_a_url};
pub use resolve::setting;
pub use target::Target;

/// A database URL that cannot be used. It never repeats the URL, which may hold a password in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database URL from {origin} {reason}")]
pub struct InvalidUrl {
    /// Where the URL came from, `DATABASE_URL` for example.
    pub origin: std::borrow::Cow<'static, str>,
    /// What is wrong with it and how it should look, to be read after "the database URL".
    pub reason: String,
}
