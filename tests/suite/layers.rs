//! Inside a crate imports point one way: no top-level module uses another one that uses it, through however many others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, UseTree};
use tests::workspace;

const CRATES: [&str; 9] = [
    "database-target",
    "migration",
    "migration/engine",
    "migration/timescale",
    "entity",
    "entity/codegen",
    "core-server",
    "core-server-adapter",
    "tests/harness",
];

/// Which top-level modules each of them uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_module_is_imported_in_a_circle() {
    for name in CRATES {
        let folder = workspace().join(name);
        let source = if folder.join("lib.rs").exists() { folder } else { folder.join("src") };
        let uses = uses(&source);
        assert!(uses.len() > 1 || name == "entity/codegen", "{name}: nothing was found in {}", source.display());
        for module in uses.keys() {
            let circle = way(&uses, module, module);
            assert!(circle.is_none(), "{name}: {}", circle.unwrap_or_default().join(" uses "));
        }
    }
}

/// A circle is seen: this test can fail.
#[test]
fn a_circle_is_found() {
    let uses = Uses::from([
        ("a".into(), ["b".into()].into()),
        ("b".into(), ["c".into()].into()),
        ("c".into(), ["b".into()].into()),
    ]);
    assert_eq!(way(&uses, "a", "a"), None);
    assert_eq!(way(&uses, "b", "b").unwrap(), ["b", "c", "b"]);
    let names = |text: &str| {
        let mut found = BTreeSet::new();
        paths(text.parse().unwrap(), &mut found);
        found.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(names("use crate::{Named, a::{self, B}}; fn f() { crate::c::d() }"), ["Named", "a", "c"]);
}

fn uses(source: &Path) -> Uses {
    let names = re_exported(&fs::read_to_string(source.join("lib.rs")).unwrap());
    let mut uses = Uses::new();
    let mut folders = vec![source.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let module = path.strip_prefix(source).unwrap().components().next().unwrap();
            let module = Path::new(module.as_os_str()).with_extension("").display().to_string();
            if path.extension().is_none_or(|extension| extension != "rs") || module == "lib" || module == "main" {
                continue;
            }
            let mut found = BTreeSet::new();
            paths(fs::read_to_string(&path).unwrap().parse().unwrap(), &mut found);
            let found = found.into_iter().map(|name| names.get(&name).cloned().unwrap_or(name));
            let others = found.filter(|name| *name != module).collect::<Vec<_>>();
            uses.entry(module).or_default().extend(others);
        }
    }
    uses
}

/// The first names after `crate::`, wherever it stands.
fn paths(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => paths(group.stream(), found),
            TokenTree::Ident(name)
                if *name == "crate"
                    && !matches!(at.checked_sub(1).map(|before| &tokens[before]), Some(TokenTree::Punct(mark)) if mark.as_char() == '$') =>
            {
                match tokens.get(at + 3) {
                    Some(TokenTree::Ident(name)) => {
                        found.insert(name.to_string());
                    }
                    Some(TokenTree::Group(group)) => first_of_each(group.stream(), found),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The first names in `{a::b, c::{d, e}}`.
fn first_of_each(list: TokenStream, found: &mut BTreeSet<String>) {
    let mut first = true;
    for token in list {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ',' => first = true,
            TokenTree::Ident(name) if first => {
                found.insert(name.to_string());
                first = false;
            }
            _ => first = false,
        }
    }
}

/// Names that `lib.rs` gives another place, and the module they are in.
fn re_exported(lib: &str) -> BTreeMap<String, String> {
    fn names(tree: &UseTree, found: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => names(&path.tree, found),
            UseTree::Name(name) => found.push(name.ident.to_string()),
            UseTree::Rename(renamed) => found.push(renamed.rename.to_string()),
            UseTree::Group(group) => group.items.iter().for_each(|item| names(item, found)),
            UseTree::Glob(_) => {}
        }
    }
    let mut all = BTreeMap::new();
    for item in syn::parse_file(lib).unwrap().items {
        let Item::Use(item) = item else { continue };
        let UseTree::Path(path) = &item.tree else { continue };
        let mut found = Vec::new();
        names(&path.tree, &mut found);
        all.extend(found.into_iter().map(|name| (name, path.ident.to_string())));
    }
    all
}

/// A way from one to another, both named.
fn way(uses: &Uses, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in uses.get(way.last()?).into_iter().flatten() {
            let longer: Vec<String> = way.iter().chain([next]).cloned().collect();
            if next == to {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}
