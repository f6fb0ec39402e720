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
const MERGE: &str = include_str!("scaffold/merge.rs.txt");

/// Writes revision `name`, stamped `at`, into the migration crate at `crate_dir`. Gives the path of the new file.
///
/// `area` chooses the folder where there are several.
pub fn generate(crate_dir: &Path, name: &str, area: Option<&str>, at: NaiveDateTime) -> Result<PathBuf, EngineError> {
    let place = Place::find(crate_dir, name, area, at)?;
    let listed = place.listed()?;
    place.write(TEMPLATE, &listed)
}

/// Writes a revision that joins `parents` and does nothing else, lists it, and describes it where the project describes
/// its others. Gives the path of the new file.
pub fn merge(
    crate_dir: &Path,
    name: &str,
    area: Option<&str>,
    at: NaiveDateTime,
    parents: &[&str],
) -> Result<PathBuf, EngineError> {
    let place = Place::find(crate_dir, name, area, at)?;
    let described = describe(&place.listed()?, &place.stem)
        .ok_or_else(|| EngineError::NoDescriptions { path: place.list.display().to_string() })?;
    let quoted: Vec<String> = parents.iter().map(|parent| format!("\"{parent}\"")).collect();
    place.write(&MERGE.replace("{parents}", &quoted.join(", ")), &described)
}

/// Where a new revision goes.
struct Place {
    /// The file that lists it.
    list: PathBuf,
    /// Its name.
    stem: String,
}

impl Place {
    fn find(crate_dir: &Path, name: &str, area: Option<&str>, at: NaiveDateTime) -> Result<Self, EngineError> {
        let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !valid {
            return Err(EngineError::InvalidRevisionName { name: name.to_owned() });
        }
        let stem = format!("m{}_{name}", at.format("%Y%m%d_%H%M%S"));
        Ok(Self { list: list_file(crate_dir, area)?, stem })
    }

    /// The text of the list, with the new revision in it.
    fn listed(&self) -> Result<String, EngineError> {
        let text = fs::read_to_string(&self.list).map_err(|source| failed("cannot read", &self.list, source))?;
        register(&text, &self.stem).ok_or_else(|| EngineError::NoRevisionList { path: self.list.display().to_string() })
    }

    fn write(&self, revision: &str, list: &str) -> Result<PathBuf, EngineError> {
        let path = self.list.with_file_name(format!("{}.rs", self.stem));
        // The file first and only if it is new: a list that names a missing file would not compile.
        let mut file = fs::File::create_new(&path).map_err(|source| failed("cannot create", &path, source))?;
        std::io::Write::write_all(&mut file, revision.as_bytes())
            .map_err(|source| failed("cannot write", &path, source))?;
        fs::write(&self.list, list).map_err(|source| failed("cannot write", &self.list, source))?;
        Ok(path)
    }
}

/// Adds `.describe(<stem>::Migration)` after the last of its kind, on a line of its own where that one has it.
fn describe(text: &str, stem: &str) -> Option<String> {
    let end = end_of_last(text, ".describe(")?;
    let line = &text[text[..end].rfind('\n').map_or(0, |newline| newline + 1)..end];
    let indent = &line[..line.len() - line.trim_start().len()];
    let alone = line.trim_start().starts_with(".describe(");
    let separator = if alone { format!("\n{indent}") } else { String::new() };
    Some(format!("{}{separator}.describe({stem}::Migration){}", &text[..end], &text[end..]))
}

/// Where the last `<before>…::Migration)` ends.
fn end_of_last(text: &str, before: &str) -> Option<usize> {
    const NAME: &str = "::Migration)";
    text.rmatch_indices(before).find_map(|(start, _)| {
        let length = text[start..].find(NAME)? + NAME.len();
        let argument = &text[start + before.len()..start + length - NAME.len()];
        argument.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).then_some(start + length)
    })
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
    let end = end_of_last(&text, "Box::new(")?;
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
    fn a_merge_is_listed_and_described() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let list = dir.path().join("src/lib.rs");
        let before =
            "mod m1_a;\n\nvec![Box::new(m1_a::Migration)]\n\nProject::new(Migrator)\n    .describe(m1_a::Migration)\n";
        fs::write(&list, before).unwrap();
        let path = merge(dir.path(), "join", None, at(), &["m2_b", "m3_c"]).unwrap();
        assert!(fs::read_to_string(path).unwrap().contains("Parents::Named(&[\"m2_b\", \"m3_c\"])"));
        let text = fs::read_to_string(&list).unwrap();
        let described = "    .describe(m1_a::Migration)\n    .describe(m20261121_102030_join::Migration)\n";
        assert!(text.ends_with(described) && text.contains("mod m20261121_102030_join;"), "{text}");

        fs::write(&list, "mod m1_a;\nvec![Box::new(m1_a::Migration)]\n").unwrap();
        let error = merge(dir.path(), "again", None, at(), &["m2_b"]).unwrap_err().on_one_line();
        assert!(error.contains(".describe("), "{error}");
        assert!(!dir.path().join("src/m20261121_102030_again.rs").exists(), "nothing half-written");
    }

    #[test]
    fn names_that_are_no_module_are_refused() {
        for name in ["", "Add", "add-site", "1st", "../x"] {
            assert!(matches!(generate(Path::new("."), name, None, at()), Err(EngineError::InvalidRevisionName { .. })));
        }
    }
}
