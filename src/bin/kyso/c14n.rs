//! `kyso c14n`: the canonical octets, and nothing else.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use kyso::xml::{Canonicalization, CanonicalizationError, Entities};

use crate::arguments::C14n;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::format::{self, Format};

pub(crate) fn run(options: &C14n) -> Result<ExitCode, Failure> {
    let file = &options.file;
    if options.prefixes.is_some() && !options.c14n.is_exclusive() {
        return Err(Failure::new(Exit::Usage, "--prefixes goes with --c14n exc and exc-comments only"));
    }
    // No progress is shown: the octets may go to the same terminal.
    let source = files::open(file)?;
    if format::find(&source, file)? == Some(Format::Pdf) {
        return Err(Failure::at(Exit::Refused, file, "this is a PDF; canonical octets are for XML"));
    }
    let mut what = Canonicalization::new(options.c14n);
    if let Some(id) = &options.node {
        what = what.node(options.id_attribute.as_deref().unwrap_or("Id"), id);
    }
    if let Some(prefixes) = &options.prefixes {
        what = what.prefix_list(prefixes.split_whitespace());
    }
    if options.as_reference {
        what = what.as_reference();
    }
    if options.allow_doctype {
        what = what.allow_doctype(Entities::new());
    }
    let mut out = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let written =
        what.write(&source, &mut out).and_then(|()| out.flush().map_err(CanonicalizationError::Write));
    match written {
        // Whoever closed the pipe has read enough.
        Err(CanonicalizationError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is left in the buffer has nowhere to go.
            let _ = out.into_parts();
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(Failure::canonicalization(file, &error)),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}
