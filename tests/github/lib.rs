//! A stand-in for GitHub that keeps its state.
