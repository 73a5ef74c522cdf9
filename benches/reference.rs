//! The least that a signer of files must do: read, hash, write a temporary file, fsync, rename.
//!
//! `reference INPUT OUTPUT` copies a file in that way and prints its SHA-256. Whole-process times
//! of `kyso sign` are given as multiples of this program's.
#![allow(clippy::indexing_slicing)]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fmt::Write as _};

use sha2::{Digest, Sha256};

/// Bytes read, hashed and written at a time.
const BUFFER: usize = 1 << 20;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let (Some(input), Some(output), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: reference INPUT OUTPUT");
        return ExitCode::from(2);
    };
    match copy(&PathBuf::from(input), &PathBuf::from(output)) {
        Ok(digest) => {
            println!("{digest}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("reference: {error}");
            ExitCode::from(5)
        }
    }
}

fn copy(input: &PathBuf, output: &PathBuf) -> io::Result<String> {
    let temporary = output.with_extension("reference-part");
    let mut from = File::open(input)?;
    let mut to = File::create(&temporary)?;
    let mut buffer = vec![0; BUFFER];
    let mut hasher = Sha256::new();
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
    }
    to.sync_all()?;
    drop(to);
    fs::rename(&temporary, output)?;
    Ok(hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
