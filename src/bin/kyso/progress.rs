//! Progress with large documents, for those who watch.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use kyso::Source;

use crate::failure::Failure;
use crate::files;

/// Documents larger than this show progress, in bytes.
const LARGE: u64 = 64 << 20;

/// A document whose reading shows.
#[derive(Debug)]
pub(crate) struct Watched {
    file: File,
    bar: Option<ProgressBar>,
}

/// What is shown, until it is dropped.
pub(crate) struct Progress(Option<ProgressBar>);

/// Opens a document, with a bar when it is large and somebody watches.
pub(crate) fn open(path: &Path) -> Result<(Watched, Progress), Failure> {
    let file = files::open(path)?;
    let length = file.metadata().map_err(|error| Failure::io(path, "reading", &error))?.len();
    let bar = (length > LARGE && io::stderr().is_terminal()).then(|| {
        let bar = ProgressBar::new(length);
        set_style(&bar, "{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
        bar.set_message("hashing");
        bar
    });
    Ok((Watched { file, bar: bar.clone() }, Progress(bar)))
}

impl Progress {
    /// From here on the system copies by itself: nobody can say how far it is.
    pub(crate) fn saving(&self) {
        if let Some(bar) = &self.0 {
            set_style(bar, "{spinner} {msg} {elapsed}");
            bar.set_message("writing");
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }
}

/// The line is gone before anything else is printed.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn set_style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Source for Watched {
    fn len(&self) -> io::Result<u64> {
        Source::len(&self.file)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(offset, buffer)?;
        if let Some(bar) = &self.bar {
            // Reading from end to end counts; looking something up here and there does not.
            if offset == 0 || offset == bar.position() {
                bar.set_position(offset.saturating_add(count as u64));
            }
        }
        Ok(count)
    }

    fn as_file(&self) -> Option<&File> {
        Some(&self.file)
    }
}
