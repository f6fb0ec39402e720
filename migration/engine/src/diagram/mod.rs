//! `diagram`: pictures of a schema and of its history, as SVG and as Mermaid, without a browser or a network.
//!
//! What a picture shows comes from the catalogue (`read`) and from the revision graph. Every picture becomes a drawing of
//! cards and links (`schema`, `revisions`), gets its places (`place`) and is written (`svg`). The same schema always gives
//! the same bytes, so pictures can be checked in and compared.
//!
//! # How to show more of the schema
//!
//! Read it in `read`, with a field in `model`; say it in `schema` for SVG and in `mermaid`. Look at the picture afterwards.
//!
//! # How to add a diagram
//!
//! A file that makes a `Drawing`, a function in `mermaid`, and a public function here.

mod drawing;
mod mermaid;
mod model;
mod place;
mod read;
mod revisions;
mod schema;
mod svg;
mod text;

use graphlay::LayoutError;

use crate::{EngineError, Project, Runner, schema::scratch};

/// A diagram in both forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What it is of, the end of its file's name: `schema` or `revisions`.
    pub subject: &'static str,
    /// As Mermaid.
    pub mermaid: String,
    /// As SVG.
    pub svg: String,
}

impl Picture {
    /// The beginning of its file's name: `telemetry-schema`, or `schema` for a project without areas.
    pub fn file(&self, project: &Project) -> String {
        project.area().map(|area| format!("{area}-")).unwrap_or_default() + self.subject
    }
}

/// What is at the top of every file.
const NOTE: &str = "Written by `migration diagram`, never edited by hand.";

/// The live schema, or, where no revision is applied, what the revisions of the code make.
pub async fn schema(runner: &Runner) -> Result<Picture, EngineError> {
    let project = runner.project();
    let read = if runner.records().await?.applied.is_empty() {
        let revisions = runner.in_order().map(|name| project.revision(name)).collect::<Result<Vec<_>, _>>()?;
        // Boxed: the futures of revisions are large.
        Box::pin(scratch::read_of(runner, &revisions, async |manager| {
            read::read(manager.get_connection(), project).await
        }))
        .await?
    } else {
        let failed = EngineError::while_doing("reading the live schema");
        read::read(runner.connection(), project).await.map_err(failed)?
    };
    schema_picture(&read, title(project, "schema"))
}

/// The revisions of the code.
pub fn revisions(project: &Project) -> Result<Picture, EngineError> {
    let (graph, title) = (project.graph()?, title(project, "revisions"));
    let mermaid = mermaid::revisions(&graph, &title, NOTE);
    picture("revisions", &revisions::drawing(&graph, title), mermaid)
}

fn schema_picture(read: &model::Schema, title: String) -> Result<Picture, EngineError> {
    let mermaid = mermaid::schema(read, &title, NOTE);
    picture("schema", &schema::drawing(read, title), mermaid)
}

fn picture(subject: &'static str, drawing: &drawing::Drawing, mermaid: String) -> Result<Picture, EngineError> {
    let failed = |error: LayoutError| EngineError::NotDrawn { subject, reason: error.to_string() };
    let placed = place::place(drawing).map_err(failed)?;
    Ok(Picture { subject, mermaid, svg: svg::svg(drawing, &placed, NOTE) })
}

fn title(project: &Project, subject: &str) -> String {
    match project.area() {
        Some(area) => format!("{area}: {subject}"),
        None => subject.to_owned(),
    }
}
