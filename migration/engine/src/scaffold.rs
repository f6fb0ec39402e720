//! `generate`: writes a new revision from the template and lists it.
//!
//! Two layouts are known: SeaORM's own (`src/m….rs`, listed in `src/lib.rs`) and one folder per area
//! (`src/areas/<area>/m….rs`, listed in that folder's `mod.rs`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::NaiveDateTime;

use crate::EngineError;

const TEMPLATE: &str = include_str!("scaffold/revision.rs.txt");

/// Writes revision `name`, stamped `at`, into the migration crate at `crate_dir`. Gives the path of the new file.
///
/// `area` chooses the folder where there are several.
pub fn generate(crate_dir: &Path, name: &str, area: Option<&str>, at: NaiveDateTime) -> Result<PathBuf, EngineError> {
    let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !valid {
        return Err(EngineError::InvalidRevisionName { name: name.to_owned() });
    }
    let list = list_file(crate_dir, area)?;
    let stem = format!("m{}_{name}", at.format("%Y%m%d_%H%M%S"));
    let path = list.with_file_name(format!("{stem}.rs"));
    let text = fs::read_to_string(&list).map_err(|source| failed("cannot read", &list, source))?;
    let listed =
        register(&text, &stem).ok_or_else(|| EngineError::NoRevisionList { path: list.display().to_string() })?;
    // The file first and only if it is new: a list that names a missing file would not compile.
    let mut file = fs::File::create_new(&path).map_err(|source| failed("cannot create", &path, source))?;
    std::io::Write::write_all(&mut file, TEMPLATE.as_bytes())
        .map_err(|source| failed("cannot write", &path, source))?;
    fs::write(&list, listed).map_err(|source| failed("cannot write", &list, source))?;
    Ok(path)
}

fn list_file(crate_dir: &Path, area: Option<&str>) -> Result<PathBuf, EngineError> {
    let areas = crate_dir.join("src/areas");
    if !areas.is_dir() {
        return Ok(crate_dir.join("src/lib.rs"));
    }
    let entries = fs::read_dir(&areas).map_err(|source| failed("cannot read", &areas, source))?;
    let mut known: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    known.sort();
    let chosen = match area {
        Some(area) => known.iter().find(|name| *name == area),
        None if known.len() == 1 => known.first(),
        None => None,
    };
    match chosen {
        Some(name) => Ok(areas.join(name).join("mod.rs")),
        None => Err(failed(
            "choose a folder with --area in",
            &areas,
            std::io::Error::other(format!("there are {}", known.join(", "))),
        )),
    }
}

fn failed(action: &'static str, path: &Path, source: std::io::Error) -> EngineError {
    EngineError::File { action, path: path.display().to_string(), source }
}

/// Adds `mod <stem>;` and `Box::new(<stem>::Migration)` after the last of their kind.
fn register(text: &str, stem: &str) -> Option<String> {
    let last_mod = text.lines().rfind(|line| line.starts_with("mod m") && line.ends_with(';'))?;
    let text = text.replacen(last_mod, &format!("{last_mod}\nmod {stem};"), 1);
    let end = text.rfind("::Migration)")? + "::Migration)".len();
    let line_start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line_start..end];
    let alone = before.trim_start().starts_with("Box::new(") && before.matches("Box::new(").count() == 1;
    let separator = if alone {
        let indent = &before[..before.len() - before.trim_start().len()];
        format!(",\n{indent}")
    } else {
        ", ".to_owned()
    };
    Some(format!("{}{separator}Box::new({stem}::Migration){}", &text[..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> NaiveDateTime {
        "2026-11-21T10:20:30".parse().unwrap()
    }

    #[test]
    fn seaorm_layout() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let list = dir.path().join("src/lib.rs");
        fs::write(&list, "mod m1_a;\n\nfn list() {\n    vec![Box::new(m1_a::Migration)]\n}\n").unwrap();
        let path = generate(dir.path(), "add_site", None, at()).unwrap();
        assert!(path.ends_with("src/m20261121_102030_add_site.rs") && path.exists());
        assert_eq!(
            fs::read_to_string(&list).unwrap(),
            "mod m1_a;\nmod m20261121_102030_add_site;\n\nfn list() {\n    \
             vec![Box::new(m1_a::Migration), Box::new(m20261121_102030_add_site::Migration)]\n}\n"
        );
        assert!(generate(dir.path(), "add_site", None, at()).is_err(), "an existing file is never overwritten");
    }

    #[test]
    fn area_layout() {
        let dir = tempfile::tempdir().unwrap();
        for area in ["alarms", "twin"] {
            fs::create_dir_all(dir.path().join("src/areas").join(area)).unwrap();
        }
        let list = dir.path().join("src/areas/twin/mod.rs");
        fs::write(&list, "mod m1_a;\nvec![\n        Box::new(m1_a::Migration),\n    ]\n").unwrap();
        generate(dir.path(), "add_site", Some("twin"), at()).unwrap();
        assert_eq!(
            fs::read_to_string(&list).unwrap(),
            "mod m1_a;\nmod m20261121_102030_add_site;\nvec![\n        Box::new(m1_a::Migration),\n        \
             Box::new(m20261121_102030_add_site::Migration),\n    ]\n"
        );
        let error = generate(dir.path(), "add_site", None, at()).unwrap_err().on_one_line();
        assert!(error.contains("--area") && error.contains("alarms, twin"), "{error}");
    }

    #[test]
    fn names_that_are_no_module_are_refused() {
        for name in ["", "Add", "add-site", "1st", "../x"] {
            assert!(matches!(generate(Path::new("."), name, None, at()), Err(EngineError::InvalidRevisionName { .. })));
        }
    }
}
