//! Errors that teach: each says what was found, what was expected, and what to type next.
