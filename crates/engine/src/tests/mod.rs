//! The engine on a fake cloud under paused time: order, skips, stops, panics, drift, ownership.

mod applying;
mod cloud;
mod lacking;
mod narrowing;
mod ownership;
mod planning;
