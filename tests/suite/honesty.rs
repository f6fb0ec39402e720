//! No test ends green without having tested: what a backend lacks is said to the runner, which then counts it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{FnArg, Item, ItemFn, ReturnType, Type};

/// Every source file of the suite.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A test, or what a test is made of: it takes the database of its own and gives nothing back.
fn is_test(function: &ItemFn) -> bool {
    let marked = function
        .attrs
        .iter()
        .any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "test"));
    let takes_database = function.sig.inputs.iter().any(|argument| match argument {
        FnArg::Typed(argument) => {
            matches!(&*argument.ty, Type::Path(path) if path.path.is_ident("TestDatabase"))
        }
        FnArg::Receiver(_) => false,
    });
    marked || takes_database && matches!(function.sig.output, ReturnType::Default)
}

/// What has been seen of a body so far.
#[derive(Default)]
struct Seen {
    asserted: bool,
    ended: bool,
}

/// Whether a body may end before it has asserted anything, or before its last assertion.
fn gives_up(body: TokenStream, seen: &mut Seen) -> bool {
    let asserts = |word: &str| word.starts_with("assert");
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "return" => {
                // `return assert!(…)` is the whole test of a backend.
                let tests = tokens.peek().is_some_and(|next| asserts(&next.to_string()));
                if tests {
                    tokens.next();
                } else if !seen.asserted {
                    return true;
                } else {
                    seen.ended = true;
                }
            }
            TokenTree::Ident(word) => {
                let word = word.to_string();
                if asserts(&word) && seen.ended {
                    return true;
                }
                // Behind the loop that found what it looked for, `panic!` is what happens when it did not.
                seen.asserted |= asserts(&word) || word == "panic";
            }
            TokenTree::Group(group) => {
                if gives_up(group.stream(), seen) {
                    return true;
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    false
}

fn complaints(source: &str) -> Vec<String> {
    let file = syn::parse_file(source).expect("Rust");
    let tests = file.items.into_iter().filter_map(|item| match item {
        Item::Fn(function) if is_test(&function) => Some(function),
        _ => None,
    });
    tests
        .filter(|test| {
            let block = &test.block;
            gives_up(quote::quote!(#block), &mut Seen::default())
        })
        .map(|test| test.sig.ident.to_string())
        .collect()
}

#[test]
fn no_test_returns_before_its_last_assertion() {
    let mut files = Vec::new();
    sources(&tests::workspace().join("tests/suite"), &mut files);
    assert!(files.len() > 50, "the suite is found");
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| complaints(&fs::read_to_string(path).unwrap()).into_iter().map(move |test| (path, test)))
        .map(|(path, test)| format!("{}: {test}", path.display()))
        .collect();
    assert!(
        found.is_empty(),
        "these tests can end without having tested; say `needs:` or `only:` in on_every_backend!, or #[ignore = \"why\"]:\n{}",
        found.join("\n")
    );
}

#[test]
fn an_early_end_is_found() {
    let early = "async fn a(database: TestDatabase) { if database.has_one_session() { return; } assert!(true); }";
    let option = "#[tokio::test] async fn b() { let Some(x) = y() else { return }; assert!(x); }";
    let late = "async fn c(database: TestDatabase) { assert_eq!(1, 1); if x { return; } assert!(true); }";
    let helper = "async fn d(database: &TestDatabase) -> u32 { if x { return 1; } 2 }";
    assert_eq!(complaints(early), ["a"]);
    assert_eq!(complaints(option), ["b"]);
    let searches = "async fn e(database: TestDatabase) { loop { if x { assert!(true); return; } } panic!(); }";
    let arm = "async fn f(database: TestDatabase) { if x { return assert_eq!(1, 1); } assert!(true); }";
    assert_eq!(complaints(late), ["c"]);
    for source in [helper, searches, arm] {
        assert_eq!(complaints(source), [""; 0], "{source}");
    }
}
