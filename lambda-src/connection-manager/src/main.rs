//! Frontage.
fn main() {}
