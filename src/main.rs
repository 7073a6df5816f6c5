//! The `countersign` binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The C library's keeps what a burst took: each worker's heap stays as large as it ever was.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    countersign::cli::run().await
}
