//! Releases on an emulator: published, switched, rolled back, pruned; by concurrent publishers, and
//! by some that die.

#[path = "../support/mod.rs"]
mod support;

mod bucket;
mod build;
mod canary;
mod checks;
mod child;
mod cli;
mod contention;
mod crash;
mod manifest;
mod preview;
mod prune;
mod publish;
mod rollout;
