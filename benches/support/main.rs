//! `bench-files KIND PATH` or `bench-files --xml-mb N PATH`: writes one of the large files that the
//! benchmarks sign.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod big;
mod big_xml;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let written = match arguments.as_slice() {
        ["--xml-mb", megabytes, path] => match megabytes.parse() {
            Ok(megabytes) => big_xml::write(megabytes, Path::new(path)),
            Err(_) => return usage(),
        },
        [kind, path] => big::write(kind, Path::new(path)),
        _ => return usage(),
    };
    match written {
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

fn usage() -> ExitCode {
    eprintln!("usage: bench-files {} PATH\n       bench-files --xml-mb N PATH", big::KINDS.join("|"));
    ExitCode::from(2)
}
