//! The module of an area that has no entities yet, for editing afterwards.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    CodegenError, Files, Folders,
    names::{Names, ident},
    sentences,
};

/// Writes `<area>/mod.rs` and the file of sentences under `entity/src` and lists the area in `lib.rs`, unless they are there.
pub fn make(source: &Path, area: &str, folders: &Folders, to_describe: &str) -> Result<(), CodegenError> {
    let path = source.join(area).join("mod.rs");
    if path.exists() {
        return Ok(());
    }
    let failed = |path: &Path, source| CodegenError::File { path: path.display().to_string(), source };
    let mut text = "//! What the area is about, in a sentence.\n\n".to_owned();
    let mut models = Names::pascal(&[]);
    let filled = folders.iter().filter(|(_, files)| !files.is_empty());
    for (folder, files) in filled {
        let _ = writeln!(
            text,
            "#[allow(missing_docs, reason = \"what is derived of an entity has none\")]\npub mod {folder};\n"
        );
        for table in tables(files) {
            let _ = writeln!(
                text,
                "#[doc(inline)]\npub use {folder}::{}::{{self, Model as {}}};",
                ident(table),
                models.give(table)
            );
        }
    }
    fs::write(&path, text).map_err(|source| failed(&path, source))?;
    let list = source.join("lib.rs");
    let mut listed = fs::read_to_string(&list).map_err(|source| failed(&list, source))?;
    if let Some(at) = listed.find("\npub use ") {
        listed.insert_str(at, &format!("pub mod {area};\n"));
        fs::write(&list, listed).map_err(|source| failed(&list, source))?;
    }
    let path = source.join(area).join(sentences::FILE);
    fs::write(&path, to_describe).map_err(|source| failed(&path, source))?;
    println!("entity/src/{area}/{}: new, for you to fill in", sentences::FILE);
    println!("entity/src/{area}/mod.rs: new, for you to edit; the area is listed in entity/src/lib.rs");
    Ok(())
}

/// The files of tables.
fn tables(files: &Files) -> impl Iterator<Item = &str> {
    let modules = files.keys().filter_map(|name| name.strip_suffix(".rs"));
    modules.filter(|name| !matches!(*name, "mod" | "revision" | "sea_orm_active_enums"))
}
