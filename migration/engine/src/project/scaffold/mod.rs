//! `generate`: writes a new revision from the template and lists it.
//!
//! Two layouts are known: SeaORM's own (`src/m….rs`, listed in `src/lib.rs`) and one folder per area
//! (`src/areas/<area>/m….rs`, listed in that folder's `mod.rs`). An area that is not there yet is made.

mod area;
mod listing;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{NaiveDateTime, TimeDelta};

use crate::{EngineError, error::SquashError};
use listing::{Form, Listing};

const TEMPLATE: &str = include_str!("revision.rs.txt");
const MERGE: &str = include_str!("merge.rs.txt");
/// What a revision says about itself, where every one has to.
const DESCRIBE: (&str, &str) = ("use migration_engine::Describe;\n", "impl Describe for Migration {}\n\n");

/// Writes revision `name`, stamped `at`, into the migration crate at `crate_dir`. Gives the path of the new file.
///
/// `area` chooses the folder where there are several; one that is not there is made, and listed beside the others.
pub fn generate(crate_dir: &Path, name: &str, area: Option<&str>, at: NaiveDateTime) -> Result<PathBuf, EngineError> {
    valid(name)?;
    if let Some(new) = area::to_be_made(crate_dir, area)? {
        return new.make(&stem(name, at), &template(Form::Revisions));
    }
    written(crate_dir, name, area, at, |described| Ok(template(if described { Form::Revisions } else { Form::Boxes })))
}

/// The same with code of its own, which is told whether the revision has to describe itself.
pub(crate) fn written(
    crate_dir: &Path,
    name: &str,
    area: Option<&str>,
    at: NaiveDateTime,
    code: impl FnOnce(bool) -> Result<String, EngineError>,
) -> Result<PathBuf, EngineError> {
    valid(name)?;
    let place = Place::find(crate_dir, name, area, at)?;
    let (listed, form) = place.listed(false)?;
    place.write(&code(form == Form::Revisions)?, &listed)
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
    valid(name)?;
    let place = Place::find(crate_dir, name, area, at)?;
    let (listed, _) = place.listed(true)?;
    let quoted: Vec<String> = parents.iter().map(|parent| format!("\"{parent}\"")).collect();
    place.write(&MERGE.replace("{parents}", &quoted.join(", ")), &listed)
}

/// Writes revision `stem`, and lists it in place of these. `files` makes its text, and the names and texts of the files in a
/// folder of its name, from how the list writes the others. Gives the paths.
pub fn squash(
    crate_dir: &Path,
    area: Option<&str>,
    stem: &str,
    replaces: &[String],
    files: impl FnOnce(&[String]) -> (String, Vec<(String, String)>),
) -> Result<Vec<PathBuf>, EngineError> {
    let list = list_file(crate_dir, area)?;
    let path = || list.display().to_string();
    let text = fs::read_to_string(&list).map_err(|source| failed("cannot read", &list, source))?;
    let not_listed = |revision: &str| SquashError::NotListed { path: path(), revision: revision.to_owned() };
    let newest = replaces.last().map_or("", String::as_str);
    let listing = Listing::read(&text).ok_or_else(|| not_listed(newest))?;
    let missing = replaces.iter().find(|name| listing.entry_of(name).is_none());
    if let Some(missing) = missing {
        return Err(not_listed(missing).into());
    }
    let entries: Vec<String> = replaces.iter().filter_map(|name| listing.entry_of(name)).collect();
    if !listing.can_describe() {
        return Err(EngineError::NoDescriptions { path: path() });
    }
    let listed = listing.in_place_of(stem, replaces).ok_or_else(|| not_listed(newest))?;
    let (revision, files) = files(&entries);
    let place = Place { list, stem: stem.to_owned() };
    let folder = place.list.with_file_name(stem);
    fs::create_dir(&folder).map_err(|source| failed("cannot create", &folder, source))?;
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        create(&path, &text)?;
        written.push(path);
    }
    written.insert(0, place.write(&revision, &listed)?);
    Ok(written)
}

/// Whether revisions are listed in the crate at this folder, or will be: its list may still be empty.
pub fn has_revisions(crate_dir: &Path) -> bool {
    let is_list = |text: &str| {
        Listing::read(text).is_some() || listing::with_first(text, &stem("a", NaiveDateTime::default())).is_some()
    };
    let list = || fs::read_to_string(crate_dir.join("src/lib.rs")).is_ok_and(|text| is_list(&text));
    crate_dir.join("src/areas").is_dir() || list()
}

/// An error when it cannot be the name of a module.
fn valid(name: &str) -> Result<(), EngineError> {
    let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if valid { Ok(()) } else { Err(EngineError::InvalidRevisionName { name: name.to_owned() }) }
}

/// The whole name of a revision.
pub(crate) fn stem(name: &str, at: NaiveDateTime) -> String {
    format!("m{}_{name}", at.format("%Y%m%d_%H%M%S"))
}

fn template(form: Form) -> String {
    let (import, describe) = match form {
        Form::Revisions => DESCRIBE,
        Form::Boxes => ("", ""),
    };
    TEMPLATE.replace("{import}", import).replace("{describe}", describe)
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
        let list = list_file(crate_dir, area)?;
        // Two in one second follow each other.
        let free = |at: &NaiveDateTime| !list.with_file_name(format!("{}.rs", stem(name, *at))).exists();
        let at = (0..60).map(|seconds| at + TimeDelta::seconds(seconds)).find(free).unwrap_or(at);
        Ok(Self { stem: stem(name, at), list })
    }

    /// The text of the list with the new revision in it, and its form.
    fn listed(&self, described: bool) -> Result<(String, Form), EngineError> {
        let path = || self.list.display().to_string();
        let text = fs::read_to_string(&self.list).map_err(|source| failed("cannot read", &self.list, source))?;
        let unknown = || EngineError::NoRevisionList { path: path(), revision: self.stem.clone() };
        let Some(listing) = Listing::read(&text) else {
            let first = listing::with_first(&text, &self.stem).filter(|_| !described);
            return first.map(|text| (text, Form::Boxes)).ok_or_else(unknown);
        };
        match listing.with(&self.stem, described) {
            Some(text) => Ok((text, listing.form)),
            None if described => Err(EngineError::NoDescriptions { path: path() }),
            None => Err(unknown()),
        }
    }

    fn write(&self, revision: &str, list: &str) -> Result<PathBuf, EngineError> {
        let path = self.list.with_file_name(format!("{}.rs", self.stem));
        // The file first and only if it is new: a list that names a missing file would not compile.
        create(&path, revision)?;
        fs::write(&self.list, list).map_err(|source| failed("cannot write", &self.list, source))?;
        Ok(path)
    }
}

fn create(path: &Path, text: &str) -> Result<(), EngineError> {
    let mut file = fs::File::create_new(path).map_err(|source| failed("cannot create", path, source))?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(|source| failed("cannot write", path, source))
}

fn list_file(crate_dir: &Path, area: Option<&str>) -> Result<PathBuf, EngineError> {
    let areas = crate_dir.join("src/areas");
    if !areas.is_dir() {
        return Ok(crate_dir.join("src/lib.rs"));
    }
    let known = area::folders(&areas)?;
    let chosen = match area {
        Some(area) => known.iter().find(|name| *name == area),
        None if known.len() == 1 => known.first(),
        None => None,
    };
    let there_are = || io::Error::other(format!("there are {}", known.join(", ")));
    let name = chosen.ok_or_else(|| failed("choose a folder with --area in", &areas, there_are()))?;
    Ok(areas.join(name).join("mod.rs"))
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> EngineError {
    EngineError::File { action, path: path.display().to_string(), source }
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
        let text = "mod m1_a;\n\nfn list() {\n    vec![Box::new(m1_a::Migration)]\n}\n";
        fs::write(&list, text).unwrap();
        let path = generate(dir.path(), "add_site", None, at()).unwrap();
        assert!(path.ends_with("src/m20261121_102030_add_site.rs") && path.exists());
        assert_eq!(
            fs::read_to_string(&list).unwrap(),
            "mod m1_a;\nmod m20261121_102030_add_site;\n\nfn list() {\n    \
             vec![Box::new(m1_a::Migration), Box::new(m20261121_102030_add_site::Migration)]\n}\n"
        );
        let second = generate(dir.path(), "add_site", None, at()).unwrap();
        assert!(second.ends_with("src/m20261121_102031_add_site.rs"), "the next second: {}", second.display());
    }

    /// `cargo run` in it once took another crate, above it.
    #[test]
    fn a_project_without_a_revision_gets_its_first() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let list = dir.path().join("src/lib.rs");
        fs::write(&list, "use a::*;\nimpl T for M {\n    fn migrations() -> V {\n        vec![]\n    }\n}\n").unwrap();
        assert!(has_revisions(dir.path()));
        let path = generate(dir.path(), "create_post", None, at()).unwrap();
        assert!(!fs::read_to_string(path).unwrap().contains("Describe"));
        generate(dir.path(), "add_site", None, at()).unwrap();
        let text = fs::read_to_string(&list).unwrap();
        let listed =
            "vec![Box::new(m20261121_102030_create_post::Migration), Box::new(m20261121_102030_add_site::Migration)]";
        assert!(text.contains(listed), "{text}");
    }

    #[test]
    fn where_nothing_is_written_the_lines_to_add_are_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let list = dir.path().join("src/lib.rs");
        for text in ["fn migrations() {\n    vec![]\n}\n", "mod m1_a;\nfn migrations() { all() }\n"] {
            fs::write(&list, text).unwrap();
            let error = generate(dir.path(), "add_site", None, at()).unwrap_err().on_one_line();
            for line in ["`mod m20261121_102030_add_site;`", "`Box::new(m20261121_102030_add_site::Migration)`"] {
                assert!(error.contains(line), "{error}");
            }
            assert_eq!(fs::read_to_string(&list).unwrap(), text);
            assert_eq!(fs::read_dir(dir.path().join("src")).unwrap().count(), 1);
        }
    }

    #[test]
    fn area_layout() {
        let dir = tempfile::tempdir().unwrap();
        for area in ["alarms", "twin"] {
            fs::create_dir_all(dir.path().join("src/areas").join(area)).unwrap();
        }
        let list = dir.path().join("src/areas/twin/mod.rs");
        fs::write(&list, "mod m1_a;\nfn l() {\n    vec![\n        Box::new(m1_a::Migration),\n    ]\n}\n").unwrap();
        generate(dir.path(), "add_site", Some("twin"), at()).unwrap();
        assert_eq!(
            fs::read_to_string(&list).unwrap(),
            "mod m1_a;\nmod m20261121_102030_add_site;\nfn l() {\n    vec![\n        Box::new(m1_a::Migration),\n        \
             Box::new(m20261121_102030_add_site::Migration),\n    ]\n}\n"
        );
        let error = generate(dir.path(), "add_site", None, at()).unwrap_err().on_one_line();
        assert!(error.contains("--area") && error.contains("alarms, twin"), "{error}");
    }

    #[test]
    fn a_merge_is_listed_and_described() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let list = dir.path().join("src/lib.rs");
        let before = "mod m1_a;\n\nfn l() {\n    vec![Box::new(m1_a::Migration)]\n}\nfn p() {\n    Project::new(Migrator)\n    .describe(m1_a::Migration)\n}\n";
        fs::write(&list, before).unwrap();
        let path = merge(dir.path(), "join", None, at(), &["m2_b", "m3_c"]).unwrap();
        assert!(fs::read_to_string(path).unwrap().contains("Parents::Named(&[\"m2_b\", \"m3_c\"])"));
        let text = fs::read_to_string(&list).unwrap();
        let described = "    .describe(m1_a::Migration)\n    .describe(m20261121_102030_join::Migration)\n}\n";
        assert!(text.ends_with(described) && text.contains("mod m20261121_102030_join;"), "{text}");

        fs::write(&list, "mod m1_a;\nfn l() {\n    vec![Box::new(m1_a::Migration)]\n}\n").unwrap();
        let error = merge(dir.path(), "again", None, at(), &["m2_b"]).unwrap_err().on_one_line();
        assert!(error.contains("migration_engine::Project::new(Migrator)"), "{error}");
        assert!(!dir.path().join("src/m20261121_102030_again.rs").exists(), "nothing half-written");
    }

    #[test]
    fn an_area_that_is_not_there_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let areas = dir.path().join("src/areas");
        fs::create_dir_all(areas.join("alarms")).unwrap();
        let list = "pub mod alarms;\n\nmigration_engine::areas!(pub platform: alarms);\n";
        fs::write(areas.join("mod.rs"), list).unwrap();
        let path = generate(dir.path(), "create_twin", Some("twin"), at()).unwrap();
        assert!(path.ends_with("src/areas/twin/m20261121_102030_create_twin.rs"));
        assert!(fs::read_to_string(&path).unwrap().contains("impl Describe for Migration {}"));
        let of_area = fs::read_to_string(areas.join("twin/mod.rs")).unwrap();
        assert!(
            of_area.contains("mod m20261121_102030_create_twin;") && of_area.contains("\"twin.sqlite\""),
            "{of_area}"
        );
        let listed = fs::read_to_string(areas.join("mod.rs")).unwrap();
        assert_eq!(listed, "pub mod alarms;\npub mod twin;\n\nmigration_engine::areas!(pub platform: alarms, twin);\n");
        // The next one goes there, and a slip of the pen is not a new area.
        let next = generate(dir.path(), "add_site", Some("twin"), at()).unwrap();
        assert!(
            fs::read_to_string(areas.join("twin/mod.rs")).unwrap().contains("m20261121_102030_add_site,"),
            "{}",
            next.display()
        );
        let error = generate(dir.path(), "add_site", Some("twins"), at()).unwrap_err().on_one_line();
        assert!(error.contains("twin") && !areas.join("twins").exists(), "{error}");
    }

    #[test]
    fn names_that_are_no_module_are_refused() {
        for name in ["", "Add", "add-site", "1st", "../x"] {
            assert!(matches!(generate(Path::new("."), name, None, at()), Err(EngineError::InvalidRevisionName { .. })));
        }
    }
}
