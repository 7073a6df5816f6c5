//! Diagnostics and answers for a terminal.
