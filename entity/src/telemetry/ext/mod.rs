//! Behaviour of the generated types that is written by hand.

mod enums;
mod evidence;
mod features;
