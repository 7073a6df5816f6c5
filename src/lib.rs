//! countersign: the shell around the pure core.
