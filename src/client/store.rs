//! The credentials that people sign with.
