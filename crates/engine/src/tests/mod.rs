//! The engine on a pretended cloud under paused time: order, skips, stops, panics, drift,
//! ownership.

mod applying;
mod cloud;
mod lacking;
mod planning;
