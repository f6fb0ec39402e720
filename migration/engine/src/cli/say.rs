//! What is printed. A reader that has gone (`| head`) never stops a run: the exit code tells what happened.

use std::io::Write;

/// Prints a text on standard output.
pub(super) fn out(text: &str) {
    #[cfg(unix)]
    if let Some(own) = own::output() {
        return print(own, text);
    }
    print(std::io::stdout().lock(), text);
}

/// Prints a text on standard error.
pub(super) fn err(text: &str) {
    print(std::io::stderr().lock(), text);
}

fn print(mut to: impl Write, text: &str) {
    // There is nobody to tell.
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// Until it is dropped, standard output is the engine's own, and what revisions print there goes to standard error: a
/// script or a JSON document stays one.
#[must_use]
pub(super) struct OwnOutput;

impl OwnOutput {
    pub(super) fn begin() -> Self {
        #[cfg(unix)]
        own::begin();
        Self
    }
}

impl Drop for OwnOutput {
    fn drop(&mut self) {
        #[cfg(unix)]
        own::end();
    }
}

#[cfg(unix)]
mod own {
    use std::{
        fs::File,
        io::{Write, stdout},
        sync::OnceLock,
    };

    use rustix::{io, stdio};

    static OUTPUT: OnceLock<File> = OnceLock::new();

    pub(super) fn output() -> Option<&'static File> {
        OUTPUT.get()
    }

    pub(super) fn begin() {
        // Not for programs that a revision starts.
        if let Ok(own) = io::fcntl_dupfd_cloexec(stdio::stdout(), 3)
            && OUTPUT.set(own.into()).is_ok()
        {
            let _ = stdio::dup2_stdout(stdio::stderr());
        }
    }

    pub(super) fn end() {
        // What revisions printed without the end of a line.
        let _ = stdout().flush();
        if let Some(own) = output() {
            let _ = stdio::dup2_stdout(own);
        }
    }
}
