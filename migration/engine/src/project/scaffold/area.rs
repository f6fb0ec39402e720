//! A new area: its folder with the first revision, and its place in the list of areas.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{create, failed, valid};
use crate::EngineError;

const AREA: &str = include_str!("area.rs.txt");
/// A name that is this much like that of an area is taken for a slip of the pen.
const ALIKE: f64 = 0.8;

/// An area that is not there yet.
pub(super) struct NewArea {
    name: String,
    areas: PathBuf,
    /// `src/areas/mod.rs` with the area in it.
    list: String,
}

/// The area, if it is to be made: it was named, there are areas, and it is none of them.
pub(super) fn to_be_made(crate_dir: &Path, area: Option<&str>) -> Result<Option<NewArea>, EngineError> {
    let areas = crate_dir.join("src/areas");
    let Some(name) = area.filter(|_| areas.is_dir()) else { return Ok(None) };
    let known = folders(&areas)?;
    if known.iter().any(|one| one == name) {
        return Ok(None);
    }
    valid(name)?;
    if known.iter().any(|one| strsim::jaro_winkler(one, name) >= ALIKE) {
        return Err(EngineError::UnknownArea { area: name.to_owned(), known: known.join(", ") });
    }
    let path = areas.join("mod.rs");
    let text = fs::read_to_string(&path).map_err(|source| failed("cannot read", &path, source))?;
    let no_list = || EngineError::NoAreaList { path: path.display().to_string(), area: name.to_owned() };
    let list = listed(&text, name).ok_or_else(no_list)?;
    Ok(Some(NewArea { name: name.to_owned(), areas, list }))
}

impl NewArea {
    /// Makes it with its first revision; gives the path of that.
    pub(super) fn make(&self, stem: &str, revision: &str) -> Result<PathBuf, EngineError> {
        let folder = self.areas.join(&self.name);
        fs::create_dir(&folder).map_err(|source| failed("cannot create", &folder, source))?;
        let path = folder.join(format!("{stem}.rs"));
        create(&path, revision)?;
        create(&folder.join("mod.rs"), &AREA.replace("{area}", &self.name).replace("{revision}", stem))?;
        let list = self.areas.join("mod.rs");
        fs::write(&list, &self.list).map_err(|source| failed("cannot write", &list, source))?;
        Ok(path)
    }
}

/// The folders of areas, in alphabetical order.
pub(super) fn folders(areas: &Path) -> Result<Vec<String>, EngineError> {
    let entries = fs::read_dir(areas).map_err(|source| failed("cannot read", areas, source))?;
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    let mut known: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    known.sort();
    Ok(known)
}

/// The text with `pub mod <area>;` after the last of its kind, and the area at the end of `areas!`.
fn listed(text: &str, area: &str) -> Option<String> {
    use syn::{Item, spanned::Spanned};
    let file = syn::parse_file(text).ok()?;
    let is_area = |item: &&Item| matches!(item, Item::Mod(module) if module.content.is_none());
    let module = file.items.iter().rfind(is_area)?.span().byte_range();
    let list = file.items.iter().find_map(|item| match item {
        Item::Macro(found) if found.mac.path.segments.last().is_some_and(|last| last.ident == "areas") => {
            found.mac.tokens.clone().into_iter().last()
        }
        _ => None,
    })?;
    let end = list.span().byte_range().end;
    let with_comma = matches!(list, proc_macro2::TokenTree::Punct(_));
    let mut text = text.to_owned();
    text.insert_str(end, &if with_comma { format!(" {area},") } else { format!(", {area}") });
    text.insert_str(module.end, &format!("\npub mod {area};"));
    Some(text)
}
