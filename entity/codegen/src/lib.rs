//! Writes the entities of every area from a scratch database that carries the finished schema.
//!
//! The revisions are applied to an empty TimescaleDB with the full licence, the tables are read back, and sea-orm-codegen
//! turns them into Rust: what runs in production and what the entities say cannot differ. `make entities` starts such a
//! database and [writes](write()); the suite [compares](differences).
//!
//! Which areas there are, the migrations say. Of one that is new here the module `entity/src/<area>` is written once, with its
//! line in `entity/src/lib.rs`: it is for editing. Views and continuous aggregates go to `entity/src/<area>/views`, see the
//! module `views`; the newest revision, which the adapter's gate asks for, to `generated/revision.rs`.

mod new_area;
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
use sea_orm::{DatabaseConnection, DbErr};
use sea_orm_codegen::{
    BannerVersion, BigIntegerType, DateTimeCrate, EntityFormat, EntityTransformer, EntityWriterContext, WithPrelude,
    WithSerde,
};
use sea_schema::postgres::discovery::SchemaDiscovery;

pub use views::ViewError;

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
/// Folder of an area with the entities of its views; also the end of the name of the schema they are mirrored in.
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
    /// The tables could not be read.
    #[error("area {area}: the schema could not be read")]
    Discovery {
        /// The area.
        area: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A view could not be read.
    #[error("area {area}")]
    View {
        /// The area.
        area: &'static str,
        /// Why.
        source: ViewError,
    },
    /// sea-orm-codegen gave up.
    #[error("area {area}: sea-orm-codegen refused the schema")]
    Transform {
        /// The area.
        area: &'static str,
        /// Why.
        source: sea_orm_codegen::Error,
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
    #[error("rustfmt failed on the generated code of area {0}; install it with `rustup component add rustfmt`")]
    Format(&'static str),
}

/// Writes the entities of every area from the empty scratch database of this URL.
pub async fn write(url: &str) -> Result<(), CodegenError> {
    for Generated { area, folders } in generate_all(url).await? {
        for (name, files) in folders.iter().filter(|(_, files)| !files.is_empty()) {
            write_folder(&folder(&format!("{area}/{name}")), files)?;
            println!("entity/src/{area}/{name}: {} files", files.len());
        }
        new_area::make(&folder(""), area, &folders)?;
    }
    Ok(())
}

/// What differs between the files that are there and what the empty scratch database of this URL gives, as a unified diff;
/// empty when nothing does.
pub async fn differences(url: &str) -> Result<String, CodegenError> {
    let mut found = String::new();
    for Generated { area, folders } in generate_all(url).await? {
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
}

/// Folders of an area, and their files.
type Folders = [(&'static str, Files); 2];

async fn generate_all(url: &str) -> Result<Vec<Generated>, CodegenError> {
    let mut all = Vec::new();
    for area in areas() {
        all.push(Generated { area: area.module, folders: generate(area, url).await? });
    }
    Ok(all)
}

fn folder(shown: &str) -> PathBuf {
    // entity/codegen → entity/src
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src").join(shown)
}

/// File names and their formatted contents.
type Files = BTreeMap<String, String>;

/// The folders of an area and their files.
async fn generate(area: Area, url: &str) -> Result<Folders, CodegenError> {
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

    let db = runner.connection();
    let of_extensions = views::extension_tables(db).await;
    let of_extensions =
        of_extensions.map_err(|source| CodegenError::Discovery { area: module, source: source.into() })?;
    let is_entity = |name: &str| {
        !no_entity.iter().chain(&of_extensions).any(|other| other == name) && !name.starts_with(kept::PREFIX)
    };
    let tables = entities(module, db, schema, is_entity).await?;
    let mirror = format!("{schema}_{VIEWS}");
    let found = views::mirror(db, &mirror).await.map_err(|source| CodegenError::View { area: module, source })?;
    let of_views = if found > 0 { entities(module, db, &mirror, |_| true).await? } else { Files::new() };
    runner.close().await;
    // After formatting, when the code reads as it is written here.
    let replaced = |files: Files, what: &[(&str, &str)]| -> Files {
        let all = |content: String| what.iter().fold(content, |content, (from, to)| content.replace(from, to));
        files.into_iter().map(|(name, content)| (name, all(content))).collect()
    };
    let mut tables = replaced(format(module, with_revision(tables, &newest))?, &[TEXT_LIST]);
    if let Some(enums) = tables.get_mut(ENUMS) {
        *enums = with_labels_in_json(enums);
    }
    let of_views = replaced(format(module, of_views)?, &[TEXT_LIST, READ_ONLY]);
    Ok([(TABLES, tables), (VIEWS, of_views)])
}

/// The files, and the newest revision.
fn with_revision(mut files: Files, newest: &str) -> Files {
    if let Some(list) = files.get_mut("mod.rs") {
        list.push_str("pub mod revision;\n");
        let revision = format!(
            "//! @generated by `make entities`\n\n/// The revision of which these entities are.\n\
             pub const NEWEST: &str = \"{newest}\";\n"
        );
        files.insert("revision.rs".to_owned(), revision);
    }
    files
}

/// Where sea-orm-codegen writes the enums.
const ENUMS: &str = "sea_orm_active_enums.rs";

/// The enums, with each label spelled in JSON as in the database, be it in capitals or not.
fn with_labels_in_json(enums: &str) -> String {
    let mut text = String::new();
    for line in enums.lines() {
        text += line;
        text.push('\n');
        if let Some(label) = line.strip_prefix("    #[sea_orm(string_value = ") {
            let _ = writeln!(text, "    #[serde(rename = {}]", label.trim_end_matches(']'));
        }
    }
    text
}

/// What sea-orm-codegen writes, and what stands there for a view.
const READ_ONLY: (&str, &str) = ("impl ActiveModelBehavior for ActiveModel {}", "crate::read_only!();");
/// A list of texts is an array on PostgreSQL alone.
const TEXT_LIST: (&str, &str) = (": Vec<String>", ": crate::TextList");

/// The entities of the tables of a schema.
async fn entities(
    area: &'static str,
    db: &DatabaseConnection,
    schema: &str,
    is_entity: impl Fn(&str) -> bool,
) -> Result<Files, CodegenError> {
    let discovered = SchemaDiscovery::new(db.get_postgres_connection_pool().clone(), schema).discover().await;
    let discovered = discovered
        .map_err(|error| CodegenError::Discovery { area, source: Box::new(DbErr::Custom(error.to_string())) })?;
    let tables =
        discovered.tables.into_iter().filter(|table| is_entity(&table.info.name)).map(|table| table.write()).collect();
    let writer = EntityTransformer::transform(tables).map_err(|source| CodegenError::Transform { area, source })?;
    Ok(writer.generate(&context()).files.into_iter().map(|file| (file.name, file.content)).collect())
}

/// How the entities look: compact models with serde, enums that are `Copy` and `Hash`.
fn context() -> EntityWriterContext {
    let strings = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    EntityWriterContext::new(
        EntityFormat::Compact,
        WithPrelude::None,
        WithSerde::Both,
        true,
        DateTimeCrate::Chrono,
        BigIntegerType::I64,
        None,
        false,
        false,
        false,
        vec![],
        vec![],
        strings(&["Hash"]),
        vec![],
        vec![],
        false,
        true,
        BannerVersion::Minor,
    )
}

/// Runs rustfmt over the files with the workspace's configuration.
fn format(area: &'static str, files: Files) -> Result<Files, CodegenError> {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rustfmt.toml");
    let mut formatted = Files::new();
    for (name, content) in files {
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024", "--config-path"])
            .arg(&config)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .map_err(|_| CodegenError::Format(area))?;
        if let Some(mut input) = rustfmt.stdin.take() {
            io::Write::write_all(&mut input, content.as_bytes()).map_err(|_| CodegenError::Format(area))?;
        }
        let output = rustfmt.wait_with_output().map_err(|_| CodegenError::Format(area))?;
        if !output.status.success() {
            return Err(CodegenError::Format(area));
        }
        formatted.insert(name, String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Ok(formatted)
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
