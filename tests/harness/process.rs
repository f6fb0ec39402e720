//! Runs the project's programs as processes, the way people do.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// What a finished process said.
#[derive(Debug)]
pub struct Finished {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// It ended with this code, or the test fails with what it printed.
    #[track_caller]
    pub fn ended_with(&self, code: i32) {
        assert_eq!(self.code, code, "{self:#?}");
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A program with no database in its environment and nothing on standard input, in `folder`.
pub fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (area, _) in crate::areas() {
        command.env_remove(format!("DATABASE_URL_{}", area.to_uppercase()));
    }
    command
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env_remove("DATABASE_MAX_CONNECTIONS")
        .env_remove("DATABASE_SCHEMA")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
///
/// # Panics
///
/// When it cannot be started.
pub fn run(command: &mut Command) -> Finished {
    command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")).into()
}

/// The path of an example of core-server-adapter.
///
/// # Panics
///
/// When it is not built.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    // target/<profile>/deps/<test> → target/<profile>/examples/<name>
    let folder = test.parent().and_then(Path::parent).expect("a profile folder");
    let path = folder.join("examples").join(name);
    assert!(path.exists(), "{} is not built: run `cargo build -p core-server-adapter --examples`", path.display());
    path
}
