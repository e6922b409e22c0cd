//! Frontage.
