//! Writes the entities of every area from a scratch database that carries the finished schema.
//!
//! The revisions are applied to an empty TimescaleDB with the full licence, and what the catalogue says of the result becomes
//! Rust: what runs in production and what the entities say cannot differ. `make entities` starts such a database and
//! [writes](write()); the suite [compares](differences).
//!
//! Which areas there are, the migrations say. Of one that is new here the module `entity/src/<area>` is written once, with its
//! line in `entity/src/lib.rs`: it is for editing. Views and continuous aggregates go to `entity/src/<area>/views`, see the
//! module `views`; the newest revision, which the adapter's gate asks for, to `generated/revision.rs`.
//!
//! Every row of a schema can be read with its entities. Names that are none in Rust get one (`names`), with the database's
//! in an attribute; a type that SeaORM does not read is read as text (`types`); what has no key has no entity. Standard error
//! has a line for each of the last two. Everything is made in memory before the first file is written.
//!
//! What the documentation says of them is in `entity/src/<area>/sentences.txt`, a line for each table, column and enum; one
//! that is missing, and one of what is not there, is an error.

mod catalogue;
mod code;
mod entities;
mod lists;
mod names;
mod new_area;
mod sentences;
mod types;
mod views;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use migration_engine::{
    EngineError, Project, Runner, Target, ledger,
    revision::kept,
    session::{Patience, connect},
};
use migration_timescale::Capability;
use sea_orm::DbErr;

pub use entities::{Entities, entities};
pub use sentences::Sentences;

struct Area {
    /// Module under `entity/src`.
    module: &'static str,
    /// PostgreSQL schema the revisions work in.
    schema: &'static str,
    project: Project,
}

/// The areas of the command line; the default works where the URL leads.
fn areas() -> impl Iterator<Item = Area> {
    let areas = migration::platform().into_projects().enumerate();
    areas.filter_map(|(number, (name, project))| {
        let module = name?;
        Some(Area { module, schema: if number == 0 { "public" } else { module }, project })
    })
}

/// Folder of an area with the entities of its tables.
const TABLES: &str = "generated";
/// Folder of an area with the entities of its views.
const VIEWS: &str = "views";

/// Why no entities could be generated.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// The engine's.
    #[error("{}", .0.on_one_line())]
    Engine(#[from] EngineError),
    /// The server lacks what the areas need.
    #[error(
        "the scratch database is {0}; continuous aggregates need TimescaleDB with its full licence: run `make entities`"
    )]
    NoTimescale(Capability),
    /// The scratch database is not empty.
    #[error("the scratch database is not empty: it has {0}; entities are generated from a database of their own")]
    NotEmpty(String),
    /// The catalogue could not be read.
    #[error("the schema {schema} could not be read")]
    Discovery {
        /// The schema.
        schema: String,
        /// Why.
        source: DbErr,
    },
    /// The sentences of an area are not those that it needs.
    #[error("{path}: {}; correct it and run `make entities` again", .differences.join(", "))]
    Sentences {
        /// Their file.
        path: String,
        /// What is missing, and what is too much.
        differences: Vec<String>,
    },
    /// A file could not be read or written.
    #[error("{path}")]
    File {
        /// The file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// rustfmt is missing or failed.
    #[error("rustfmt failed on the generated code of schema {0}; install it with `rustup component add rustfmt`")]
    Format(String),
}

/// Writes the entities of every area from the empty scratch database of this URL.
pub async fn write(url: &str) -> Result<(), CodegenError> {
    for Generated { area, folders, notes, to_describe } in generate_all(url).await? {
        for note in notes {
            eprintln!("note: {note}");
        }
        for (name, files) in folders.iter().filter(|(_, files)| !files.is_empty()) {
            write_folder(&folder(&format!("{area}/{name}")), files)?;
            println!("entity/src/{area}/{name}: {} files", files.len());
        }
        new_area::make(&folder(""), area, &folders, &to_describe)?;
    }
    Ok(())
}

/// What differs between the files that are there and what the empty scratch database of this URL gives, as a unified diff;
/// empty when nothing does.
pub async fn differences(url: &str) -> Result<String, CodegenError> {
    let mut found = String::new();
    for Generated { area, folders, .. } in generate_all(url).await? {
        for (name, files) in &folders {
            let shown = format!("{area}/{name}");
            found += &compare(&shown, &folder(&shown), files)?;
        }
    }
    Ok(found)
}

/// What belongs under `entity/src/<area>`.
struct Generated {
    area: &'static str,
    folders: Folders,
    /// What standard error is told.
    notes: Vec<String>,
    /// Sentences to be filled in.
    to_describe: String,
}

/// Folders of an area, and their files.
type Folders = [(&'static str, Files); 2];

async fn generate_all(url: &str) -> Result<Vec<Generated>, CodegenError> {
    let mut all = Vec::new();
    for area in areas() {
        all.push(generate(area, url).await?);
    }
    Ok(all)
}

fn folder(shown: &str) -> PathBuf {
    // entity/codegen → entity/src
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src").join(shown)
}

/// File names and their formatted contents.
pub type Files = BTreeMap<String, String>;

/// The folders of an area and their files.
async fn generate(area: Area, url: &str) -> Result<Generated, CodegenError> {
    let Area { module, schema, project } = area;
    let newest = project.revision_names().pop().unwrap_or_default();
    let bookkeeping = project.bookkeeping_table();
    let no_entity = [ledger::own_table(&bookkeeping), bookkeeping];
    let target = Target::parse(url, "DATABASE_URL").map_err(EngineError::from)?.with_schema(schema);
    let runner = Runner::connect(project, target, &connect::Settings::default(), Patience::default()).await?;
    let before = runner.tables().await?;
    if !before.is_empty() {
        return Err(CodegenError::NotEmpty(before.join(", ")));
    }
    runner.up(None).await?;
    let server = runner.server();
    if !server.has_continuous_aggregates() {
        return Err(CodegenError::NoTimescale(server));
    }

    let is_entity = |name: &str| !no_entity.iter().any(|other| other == name) && !name.starts_with(kept::PREFIX);
    let sentences = sentences(module)?;
    let found = entities(runner.connection(), schema, "crate", &sentences, is_entity).await?;
    runner.close().await;
    let Entities { tables, views, notes, to_describe } = found;
    let folders = [(TABLES, with_revision(tables, &newest)), (VIEWS, views)];
    Ok(Generated { area: module, folders, notes, to_describe })
}

/// Those of an area; none of one that is new.
fn sentences(area: &str) -> Result<Sentences, CodegenError> {
    let path = folder(area).join(sentences::FILE);
    let shown = format!("entity/src/{area}/{}", sentences::FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Sentences::read(&shown, &text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sentences::default()),
        Err(source) => Err(CodegenError::File { path: shown, source }),
    }
}

/// The files, and the newest revision.
fn with_revision(mut files: Files, newest: &str) -> Files {
    if let Some(list) = files.get_mut("mod.rs") {
        let (head, modules) = list.rsplit_once("\n\n").unwrap_or_default();
        let mut modules: Vec<&str> = modules.lines().chain(["pub mod revision;"]).collect();
        modules.sort_unstable();
        *list = format!("{head}\n\n{}\n", modules.join("\n"));
        let revision = format!(
            "// @generated by `make entities`\n\n//! The newest revision.\n\n/// The revision of which these entities are.\n\
             pub const NEWEST: &str = \"{newest}\";\n"
        );
        files.insert("revision.rs".to_owned(), revision);
    }
    files
}

/// Runs rustfmt over the files with the workspace's configuration.
fn format(schema: &str, files: Files) -> Result<Files, CodegenError> {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rustfmt.toml");
    let mut formatted = Files::new();
    for (name, content) in files {
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024", "--config-path"])
            .arg(&config)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .map_err(|_| CodegenError::Format(schema.to_owned()))?;
        if let Some(mut input) = rustfmt.stdin.take() {
            io::Write::write_all(&mut input, content.as_bytes())
                .map_err(|_| CodegenError::Format(schema.to_owned()))?;
        }
        let output = rustfmt.wait_with_output().map_err(|_| CodegenError::Format(schema.to_owned()))?;
        if !output.status.success() {
            return Err(CodegenError::Format(schema.to_owned()));
        }
        formatted.insert(name, with_slashes(&String::from_utf8_lossy(&output.stdout)));
    }
    Ok(formatted)
}

/// Documentation as people write it: behind slashes, in lines of the configured width.
fn with_slashes(code: &str) -> String {
    let mut text = String::with_capacity(code.len());
    for line in code.lines() {
        let bare = line.trim_start();
        let attribute = bare.strip_prefix("#[doc = \" ").and_then(|doc| doc.strip_suffix("\"]"));
        if let Some(doc) = attribute {
            let indent = &line[..line.len() - bare.len()];
            comment(&mut text, &format!("{indent}///"), &doc.replace("\\\"", "\"").replace("\\\\", "\\"));
        } else if let Some(doc) = line.strip_prefix("//! ") {
            comment(&mut text, "//!", doc);
        } else {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// `max_width` of rustfmt.toml.
const WIDTH: usize = 120;

fn comment(text: &mut String, begin: &str, sentence: &str) {
    let mut line = begin.to_owned();
    for word in sentence.split(' ') {
        if line.len() > begin.len() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(text, "{line}");
            begin.clone_into(&mut line);
        }
        line = format!("{line} {word}");
    }
    let _ = writeln!(text, "{line}");
}

fn write_folder(folder: &Path, files: &Files) -> Result<(), CodegenError> {
    let failed = |path: &Path, source| CodegenError::File { path: path.display().to_string(), source };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    for path in existing(folder)? {
        fs::remove_file(&path).map_err(|source| failed(&path, source))?;
    }
    for (name, content) in files {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

fn existing(folder: &Path) -> Result<Vec<PathBuf>, CodegenError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.filter_map(Result::ok).map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        Err(source) => Err(CodegenError::File { path: folder.display().to_string(), source }),
    }
}

fn compare(shown: &str, folder: &Path, files: &Files) -> Result<String, CodegenError> {
    let mut differences = String::new();
    for path in existing(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !files.contains_key(&name) {
            let _ = writeln!(differences, "entity/src/{shown}/{name}: not generated any more");
        }
    }
    for (name, wanted) in files {
        let found = fs::read_to_string(folder.join(name)).unwrap_or_default();
        if found != *wanted {
            let difference = similar::TextDiff::from_lines(&found, wanted);
            let difference = difference.unified_diff().context_radius(2).to_string();
            let _ = write!(differences, "--- entity/src/{shown}/{name}\n+++ generated from the schema\n{difference}");
        }
    }
    Ok(differences)
}
