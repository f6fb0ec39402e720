//! A squashed revision as Rust, and its files.

use std::fmt::Write;

use super::{Script, Squash};

/// The text of the revision, and the names and texts of the files in the folder beside it. `entries` are the revisions that
/// it replaces as the list writes them.
pub(super) fn files(squash: &Squash, entries: &[String]) -> (String, Vec<(String, String)>) {
    let (scripts, files) = scripts(squash);
    let name = &squash.revision;
    let lines = |names: &[String]| each(names, |name| format!("\n            {name:?},"));
    let parents = squash.parents.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let boxes = each(entries, |entry| format!("\n            Box::new({entry}),"));
    let described = squash.replaces.iter().zip(entries).filter(|(name, _)| squash.described.contains(name));
    let described =
        described.fold(String::new(), |text, (_, entry)| text + &format!("\n            .describe({entry})"));
    let mut more = String::new();
    if !squash.depends_on.is_empty() {
        let _ = write!(
            more,
            "\n    fn depends_on(&self) -> &'static [&'static str] {{\n        &[{}\n        ]\n    }}\n",
            lines(&squash.depends_on)
        );
    }
    if let Some(area) = squash.area {
        let _ = write!(more, "\n    fn area(&self) -> Option<&'static str> {{\n        Some({area:?})\n    }}\n");
    }
    if !squash.allows.is_empty() {
        let allows = each(&squash.allows, |one| {
            format!("\n            Allowed {{ rule: {:?}, reason: {:?} }},", one.rule, one.reason)
        });
        let _ =
            write!(more, "\n    fn allows(&self) -> &'static [Allowed] {{\n        &[{allows}\n        ]\n    }}\n");
    }
    if !squash.maintained.is_empty() {
        let of = squash.replaces.iter().zip(entries).filter(|(name, _)| squash.maintained.contains(name));
        let of = of.fold(String::new(), |text, (_, entry)| text + &format!("\n            {entry}.maintenance(),"));
        let _ = write!(
            more,
            "\n    /// To be written out here before the files of those revisions go.\n    fn maintenance(&self) -> Vec<migration_timescale::Maintenance> {{\n        [{of}\n        ]\n        .concat()\n    }}\n"
        );
    }
    let allowed = if squash.allows.is_empty() { "Parents" } else { "{Allowed, Parents}" };
    let count = squash.replaces.len();
    let outside = squash.outside;
    let enables = squash.enables_timescaledb;
    let replaces = lines(&squash.replaces);
    let (first, last) =
        (squash.replaces.first().map_or("", String::as_str), squash.replaces.last().map_or("", String::as_str));
    let text = format!(
        "//! In place of {count} revisions, from {first} to {last}: what they did, in the files of the folder beside this one.

use migration_engine::{{
    Describe, Project,
    project::describe::{allowed},
    revision::squashed::{{Script, Squashed}},
}};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQUASHED: Squashed = Squashed {{
    revision: {name:?},
    outside: {outside},
    enables_timescaledb: {enables},
    scripts: &[{scripts}
    ],
}};

impl Describe for Migration {{
    fn parents(&self) -> Parents {{
        Parents::Named(&[{parents}])
    }}

    /// May go once every database has run `up` with this revision.
    fn replaces(&self) -> &'static [&'static str] {{
        &[{replaces}
        ]
    }}

    /// May go, with the files of these revisions, once every database has run `up` with this one.
    fn replaced(&self) -> Option<Project> {{
        let revisions: Vec<Box<dyn MigrationTrait>> = vec![{boxes}
        ];
        Some(Project::of(revisions){described})
    }}
{more}}}

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    fn use_transaction(&self) -> Option<bool> {{
        SQUASHED.use_transaction()
    }}

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        SQUASHED.up(manager).await
    }}

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        SQUASHED.down(manager).await
    }}
}}
"
    );
    (text, files)
}

fn each<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect()
}

/// The scripts as Rust, and the names and texts of their files.
fn scripts(squash: &Squash) -> (String, Vec<(String, String)>) {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut scripts = String::new();
    let name = &squash.revision;
    // A file that is TimescaleDB's and PostgreSQL's is named after PostgreSQL.
    let mut in_order: Vec<&Script> = squash.scripts.iter().collect();
    in_order.sort_by_key(|script| script.backend.starts_with("timescaledb"));
    for script in in_order {
        let version = match script.since {
            (0, 0, 0) => String::new(),
            (major, minor, _) => format!("-{major}.{minor}"),
        };
        let mut file = |direction: &str, text: &str| {
            let known = files.iter().find(|(_, known)| known == text).map(|(file, _)| file.clone());
            let file = known.unwrap_or_else(|| {
                let file = format!("{}{version}.{direction}.sql", script.backend);
                files.push((file.clone(), text.to_owned()));
                file
            });
            format!("include_str!(\"{name}/{file}\")")
        };
        let up = file("up", &script.up);
        let down = match &script.down {
            Ok(text) => format!("Ok({})", file("down", text)),
            Err(why) => format!("Err({why:?})"),
        };
        let (backend, since) = (script.backend, script.since);
        let _ = write!(
            scripts,
            "\n        Script {{\n            backend: {backend:?},\n            since: {since:?},\n            up: {up},\n            down: {down},\n        }},"
        );
    }
    (scripts, files)
}
