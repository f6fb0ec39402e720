//! `diagram`: the schema and its history as pictures.

use std::{fs, path::PathBuf};

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{EngineError, Runner, cli::parts::text::each, diagram};

/// Draw the live schema and the graph of the revisions, as Mermaid and SVG
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  migration diagram\n  migration diagram --format mermaid --out docs/diagrams")]
pub(in crate::cli) struct Verb {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "diagrams")]
    out: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Both)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Mermaid, which GitHub and others draw
    Mermaid,
    /// SVG pictures
    Svg,
    /// Both
    Both,
}

/// Pictures that were written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagrams {
    /// Their paths.
    pub paths: Vec<String>,
}

impl OnDatabase for Verb {
    fn works_in_memory(&self) -> bool {
        true
    }

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let project = runner.project();
        let mut paths = Vec::new();
        for picture in [diagram::schema(runner).await?, diagram::revisions(project)?] {
            let files = [(Format::Mermaid, "mmd", &picture.mermaid), (Format::Svg, "svg", &picture.svg)];
            for (_, ending, text) in
                files.into_iter().filter(|(form, ..)| matches!(self.format, Format::Both) || *form == self.format)
            {
                let path = self.out.join(format!("{}.{ending}", picture.file(project)));
                let shown = path.display().to_string();
                let failed = |source| EngineError::File { action: "cannot write", path: shown.clone(), source };
                fs::create_dir_all(&self.out).and_then(|()| fs::write(&path, text)).map_err(failed)?;
                paths.push(shown);
            }
        }
        Ok(Report::Diagrams(Diagrams { paths }))
    }
}

impl Outcome for Diagrams {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        each(&self.paths, |path| format!("{path}\n"))
    }
}
