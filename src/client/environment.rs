//! Environment variables, of the process or of a test, and the folders that they name.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Where environment variables are looked up.
pub trait Environment {
    /// The variable of this name.
    fn get(&self, name: &str) -> Option<OsString>;
}

/// The variables of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

impl Environment for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<OsString> {
        Self::get(self, name).map(Into::into)
    }
}

/// A variable that names a path: an empty one counts as none, as the XDG specification says.
fn path(environment: &dyn Environment, name: &str) -> Option<PathBuf> {
    environment.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The user's folder for configuration (`xdg` is `XDG_CONFIG_HOME`) or data (`XDG_DATA_HOME`), with `kyso`
/// at its end.
fn folder(environment: &dyn Environment, xdg: &str, home: &str) -> Option<PathBuf> {
    let folder = if cfg!(windows) {
        path(environment, "APPDATA")
    } else if cfg!(target_os = "macos") {
        path(environment, "HOME").map(|path| path.join("Library/Application Support"))
    } else {
        // A relative path counts as none, too.
        path(environment, xdg)
            .filter(|path| path.is_absolute())
            .or_else(|| path(environment, "HOME").map(|path| path.join(home)))
    };
    folder.map(|folder| folder.join("kyso"))
}

/// `$XDG_CONFIG_HOME/kyso`, `~/Library/Application Support/kyso` or `%APPDATA%\kyso`.
pub(crate) fn configuration_folder(environment: &dyn Environment) -> Option<PathBuf> {
    folder(environment, "XDG_CONFIG_HOME", ".config")
}

/// `$XDG_DATA_HOME/kyso`, `~/Library/Application Support/kyso` or `%APPDATA%\kyso`.
pub(crate) fn data_folder(environment: &dyn Environment) -> Option<PathBuf> {
    folder(environment, "XDG_DATA_HOME", ".local/share")
}

/// A path in a variable.
pub(crate) fn named_path(environment: &dyn Environment, name: &str) -> Option<PathBuf> {
    path(environment, name)
}
