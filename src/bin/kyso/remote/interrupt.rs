//! Ctrl-C: the first one stops at the next safe moment, the second one at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::note;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static PROMPTING: AtomicBool = AtomicBool::new(false);
static SET: OnceLock<bool> = OnceLock::new();

/// From here on Ctrl-C does not end the program on the spot.
pub(crate) fn watch() {
    SET.get_or_init(|| ctrlc::set_handler(pressed).is_ok());
}

fn pressed() {
    let again = INTERRUPTED.swap(true, Ordering::SeqCst);
    if PROMPTING.load(Ordering::SeqCst) {
        // Ending here would leave the terminal without echo.
        note("", "press Enter to stop");
    } else if again {
        // What was under way is in the state, as after any other death.
        std::process::exit(130);
    } else {
        note("", "stopping; press Ctrl-C again to stop at once");
    }
}

/// Whether somebody pressed Ctrl-C.
pub(crate) fn is_pressed() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Somebody is asked for something on the terminal while this is alive.
pub(crate) struct Prompting(());

impl Prompting {
    pub(crate) fn new() -> Self {
        PROMPTING.store(true, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Prompting {
    fn drop(&mut self) {
        PROMPTING.store(false, Ordering::SeqCst);
    }
}
