//! Behaviour of the generated types that is written by hand.

mod enums;
