//! What is printed. A reader that has gone (`| head`) never stops a run: the exit code tells what happened.

use std::io::Write;

/// Prints a text on standard output.
pub(super) fn out(text: &str) {
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
