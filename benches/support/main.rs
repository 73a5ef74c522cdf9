//! `bench-files KIND PATH`: writes one of the large files that the benchmarks sign.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod big;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, path] = arguments.as_slice() else {
        eprintln!("usage: bench-files {} PATH", big::KINDS.join("|"));
        return ExitCode::from(2);
    };
    match big::write(kind, Path::new(path)) {
        Ok(bytes) => {
            println!("{bytes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench-files: {error}");
            ExitCode::from(5)
        }
    }
}
