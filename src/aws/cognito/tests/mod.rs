//! Against canned answers.
