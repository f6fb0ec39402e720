//! The area `alarms`: its contract, and its predictive revision over histories of every kind.

mod contract;
mod history;
mod old_client;
mod refused;
mod rollback;
