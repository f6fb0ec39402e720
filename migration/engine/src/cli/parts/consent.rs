//! A question before rows are deleted.

use std::io::{BufRead, IsTerminal};

use crate::{EngineError, Runner, cli::say, session::interrupt};

/// A question before rows are deleted.
#[derive(clap::Args)]
pub(in crate::cli) struct Consent {
    /// Do not ask, even if rows are deleted
    #[arg(short, long)]
    yes: bool,
}

impl Consent {
    /// Asks before rows are deleted: on a terminal the person, elsewhere for `--yes`.
    pub(in crate::cli) async fn ask(&self, runner: &Runner, what: &str) -> Result<(), EngineError> {
        self.ask_about(runner, what, Vec::new()).await
    }

    /// The same, with tables of other schemas that hold rows and go too.
    pub(in crate::cli) async fn ask_about(
        &self,
        runner: &Runner,
        what: &str,
        others: Vec<String>,
    ) -> Result<(), EngineError> {
        if self.yes {
            return Ok(());
        }
        let mut tables = runner.tables_with_rows().await?;
        tables.extend(others);
        if tables.is_empty() {
            return Ok(());
        }
        let what = format!("{what}, and these hold rows: {}", tables.join(", "));
        let refused = || EngineError::NotConfirmed { what: what.clone() };
        if !std::io::stdin().is_terminal() {
            return Err(refused());
        }
        say::err(&format!("{what}.\nDelete them? [y/N] "));
        // On a thread of its own, which ends with the program: a signal has to be heard meanwhile.
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut answer = String::new();
            let read = std::io::stdin().lock().read_line(&mut answer).map(|_| answer);
            // Where nobody listens any more, the program is at its end.
            let _ = tell.send(read.unwrap_or_default());
        });
        let answer = interrupt::unless_told_to_stop(async { Ok(told.await.unwrap_or_default()) }).await;
        interrupt::check()?;
        match answer {
            Ok(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
            _ => Err(refused()),
        }
    }
}
