//! Lists a new revision in the file that lists the others.
//!
//! The file is read as Rust, so that what stands in a comment or in a text is not taken for code, and only grows: nothing
//! of it is written anew. Where the list is not found, nothing is written.
//!
//! # How to add a form of list
//!
//! A function like [`vec_of_boxes`], and its line in [`Listing::read`].

use std::ops::Range;

use syn::{
    Expr, ExprMethodCall, File, Item, ItemMod, Macro, Token, Visibility,
    parse::Parser,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

/// Which list a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `revisions! { … }`, which describes them too.
    Revisions,
    /// `vec![Box::new(…::Migration)]`, as SeaORM has it.
    Boxes,
}

/// Where a file lists revisions.
pub(super) struct Listing<'t> {
    text: &'t str,
    pub(super) form: Form,
    /// The last module of a revision.
    module: Range<usize>,
    /// The last entry of the list, and its module's name.
    entry: Range<usize>,
    name: String,
    /// All entries, each with its module's name and what is in its box.
    entries: Vec<Entry>,
    /// The `.describe(…)`, each with the module's name.
    descriptions: Vec<(Range<usize>, String)>,
    /// The last `Project::new(…)` or `Project::of(…)`.
    project: Option<Range<usize>>,
}

/// A revision in the list.
#[derive(Clone)]
struct Entry {
    range: Range<usize>,
    name: String,
    /// The value, as its own file would write it.
    value: String,
}

impl<'t> Listing<'t> {
    /// What `text` has; `None` when it is not Rust, or when it does not have both a module and a list of revisions.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        // Of these the places that are given do not count the first bytes.
        if text.starts_with('\u{feff}') || (text.starts_with("#!") && !text.starts_with("#![")) {
            return None;
        }
        let file = syn::parse_file(text).ok()?;
        let module = modules(&file).last()?;
        // Without its attributes, which say something about it alone.
        let (start, whole) = (module.mod_token.span().byte_range().start, module.span().byte_range());
        let start =
            if matches!(module.vis, Visibility::Inherited) { start } else { module.vis.span().byte_range().start };
        let module = start..whole.end;
        let (form, entries) = match revisions_macro(&file) {
            Some(found) => (Form::Revisions, found),
            None => (Form::Boxes, vec_of_boxes(&file, text)?),
        };
        let Entry { range: entry, name, .. } = entries.last()?.clone();
        let mut found = Descriptions::default();
        found.visit_file(&file);
        found.all.sort_by_key(|(range, _)| range.end);
        Some(Self { text, form, module, entry, name, entries, descriptions: found.all, project: found.project })
    }

    /// The text with the revision in it; described too, where the list does not do that.
    pub(super) fn with(&self, revision: &str, described: bool) -> Option<String> {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let again = |range: &Range<usize>, name: &str| self.text[range.clone()].replace(name, revision);
        let last_module = self.text[self.module.clone()].split_whitespace().last()?.trim_end_matches(';').to_owned();
        let mut added = vec![
            (self.module.end, format!("{newline}{}{}", self.indent(&self.module), again(&self.module, &last_module))),
            (self.entry.end, format!(",{}{}", self.gap(&self.entry, newline), again(&self.entry, &self.name))),
        ];
        if described && self.form == Form::Boxes {
            added.push(self.description_of(revision, newline)?);
        }
        added.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut text = self.text.to_owned();
        for (at, what) in added {
            text.insert_str(at, &what);
        }
        // What was written is read again: a list that does not have the revision now is not the one that was meant.
        let now = Listing::read(&text)?;
        let listed = now.name == revision && now.text[now.module.clone()].contains(revision);
        listed.then_some(text)
    }

    /// Whether there is a place for a description, or none is needed.
    pub(super) fn can_describe(&self) -> bool {
        self.form == Form::Revisions || !self.descriptions.is_empty() || self.project.is_some()
    }

    /// Where a description goes, and its text.
    fn description_of(&self, revision: &str, newline: &str) -> Option<(usize, String)> {
        let gap = match (self.descriptions.last(), &self.project) {
            (Some((last, _)), _) => (last.end, self.gap(last, newline)),
            (None, Some(project)) => (project.end, String::new()),
            (None, None) => return None,
        };
        Some((gap.0, format!("{}.describe({revision}::Migration)", gap.1.strip_prefix(' ').unwrap_or(&gap.1))))
    }

    /// The value of a listed revision, as a file beside the list writes it.
    pub(super) fn entry_of(&self, revision: &str) -> Option<String> {
        self.entries.iter().find(|entry| entry.name == revision).map(|entry| entry.value.clone())
    }

    /// The text with a revision in place of others, the modules of which stay.
    pub(super) fn in_place_of(&self, revision: &str, others: &[String]) -> Option<String> {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let last_module = self.text[self.module.clone()].split_whitespace().last()?.trim_end_matches(';').to_owned();
        let module = self.text[self.module.clone()].replace(&last_module, revision);
        let mut edits =
            vec![(self.module.end..self.module.end, format!("{newline}{}{module}", self.indent(&self.module)))];
        let last = others.last()?;
        for entry in self.entries.iter().filter(|entry| others.contains(&entry.name)) {
            if entry.name == *last {
                edits.push((entry.range.clone(), self.text[entry.range.clone()].replace(&entry.name, revision)));
            } else {
                edits.push((self.with_comma(&entry.range)?, String::new()));
            }
        }
        if self.form == Form::Boxes {
            let gone: Vec<_> = self.descriptions.iter().filter(|(_, name)| others.contains(name)).collect();
            if let Some(((range, _), rest)) = gone.split_first() {
                edits.push((range.clone(), format!(".describe({revision}::Migration)")));
                for (range, _) in rest {
                    let before = self.text[..range.start].trim_end().len();
                    edits.push((before..range.end, String::new()));
                }
            } else {
                let (at, what) = self.description_of(revision, newline)?;
                edits.push((at..at, what));
            }
        }
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let mut text = self.text.to_owned();
        for (range, what) in edits {
            text.replace_range(range, &what);
        }
        let now = Listing::read(&text)?;
        let names = |entries: &[Entry]| entries.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
        let expected = names(&self.entries).into_iter().filter(|name| name == last || !others.contains(name));
        let expected: Vec<String> =
            expected.map(|name| if name == *last { revision.to_owned() } else { name }).collect();
        (names(&now.entries) == expected).then_some(text)
    }

    /// An entry with the comma behind it; with its line, where nothing else stands there.
    fn with_comma(&self, entry: &Range<usize>) -> Option<Range<usize>> {
        let rest = &self.text[entry.end..];
        let comma = rest.find(',').filter(|comma| rest[..*comma].trim().is_empty())?;
        let end = entry.end + comma + 1;
        let line = self.text[..entry.start].rfind('\n').map_or(0, |newline| newline + 1);
        let after = self.text[end..].find('\n').map_or(self.text.len(), |newline| end + newline + 1);
        if self.text[line..entry.start].trim().is_empty() && self.text[end..after].trim().is_empty() {
            return Some(line..after);
        }
        let blanks = self.text[end..].len() - self.text[end..].trim_start_matches(' ').len();
        Some(entry.start..end + blanks)
    }

    /// The white space before it on its line, when nothing else stands there.
    fn indent(&self, range: &Range<usize>) -> &'t str {
        let line = self.text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &self.text[line..range.start];
        if before.trim().is_empty() { before } else { "" }
    }

    /// What stands before the next of its kind: a line of its own where this one has it.
    fn gap(&self, range: &Range<usize>, newline: &str) -> String {
        let line = self.text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        if self.text[line..range.start].trim().is_empty() {
            format!("{newline}{}", &self.text[line..range.start])
        } else {
            " ".to_owned()
        }
    }
}

/// The text of a file that lists no revision yet, with this one as its first: in the empty `vec![]` that a function
/// `migrations` ends with, and as a module behind what the file uses. `None` when the file has no such list, or several.
pub(super) fn with_first(text: &str, revision: &str) -> Option<String> {
    struct Empty(Vec<usize>);
    impl<'ast> Visit<'ast> for Empty {
        fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
            if function.sig.ident != "migrations" {
                return;
            }
            let list = match function.block.stmts.last() {
                Some(syn::Stmt::Expr(Expr::Macro(list), None)) => &list.mac,
                Some(syn::Stmt::Macro(list)) if list.semi_token.is_none() => &list.mac,
                _ => return,
            };
            if list.path.is_ident("vec") && list.tokens.is_empty() {
                self.0.push(list.delimiter.span().close().byte_range().start);
            }
        }
    }
    let file = syn::parse_file(text).ok()?;
    let mut empty = Empty(Vec::new());
    empty.visit_file(&file);
    let &[list] = empty.0.as_slice() else { return None };
    let module = file.items.iter().rev().find(|item| matches!(item, Item::Use(_)))?.span().byte_range().end;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut listed = text.to_owned();
    listed.insert_str(list, &format!("Box::new({revision}::Migration)"));
    listed.insert_str(module, &format!("{newline}{newline}mod {revision};"));
    // What was written is read again, as in `Listing::with`.
    (Listing::read(&listed)?.name == revision).then_some(listed)
}

/// The modules in files of their own that are named as revisions are.
fn modules(file: &File) -> impl Iterator<Item = &ItemMod> {
    let is_revision = |name: &str| name.starts_with('m') && name[1..].starts_with(|digit: char| digit.is_ascii_digit());
    file.items.iter().filter_map(move |item| match item {
        Item::Mod(module) if module.content.is_none() && is_revision(&module.ident.to_string()) => Some(module),
        _ => None,
    })
}

/// The names in `revisions! { … }`, which stand behind a colon.
fn revisions_macro(file: &File) -> Option<Vec<Entry>> {
    let list = file.items.iter().rev().find_map(|item| match item {
        Item::Macro(found) if found.mac.path.segments.last().is_some_and(|last| last.ident == "revisions") => {
            Some(&found.mac)
        }
        _ => None,
    })?;
    let is_colon =
        |token: &proc_macro2::TokenTree| matches!(token, proc_macro2::TokenTree::Punct(mark) if mark.as_char() == ':');
    let names = list.tokens.clone().into_iter().skip_while(|token| !is_colon(token)).filter_map(|token| match token {
        proc_macro2::TokenTree::Ident(name) => Some(Entry {
            range: name.span().byte_range(),
            name: name.to_string(),
            value: format!("super::{name}::Migration"),
        }),
        _ => None,
    });
    Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
}

/// Each `Box::new(…::Migration)` of the `vec![]` in a function `migrations`.
fn vec_of_boxes(file: &File, text: &str) -> Option<Vec<Entry>> {
    struct Lists<'t> {
        text: &'t str,
        found: Vec<Vec<Entry>>,
    }
    impl<'ast> Visit<'ast> for Lists<'_> {
        fn visit_item_mod(&mut self, module: &'ast ItemMod) {
            let is_test = |attribute: &syn::Attribute| attribute.path().is_ident("cfg");
            if !module.attrs.iter().any(is_test) {
                visit::visit_item_mod(self, module);
            }
        }

        fn visit_macro(&mut self, list: &'ast Macro) {
            if !list.path.is_ident("vec") {
                return;
            }
            let entries = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.tokens.clone());
            let entries: Vec<Expr> = entries.map(|entries| entries.into_iter().collect()).unwrap_or_default();
            if entries.last().and_then(boxed_revision).is_some() {
                self.found.push(entries.iter().filter_map(|entry| boxed(entry, self.text)).collect());
            }
        }
    }
    let mut lists = Lists { text, found: Vec::new() };
    lists.visit_file(file);
    // Of several lists nobody knows which is meant.
    if lists.found.len() == 1 { lists.found.pop() } else { None }
}

/// An entry, and what is in its box.
fn boxed(entry: &Expr, text: &str) -> Option<Entry> {
    let name = boxed_revision(entry)?;
    let Expr::Call(call) = entry else { return None };
    let value = &text[call.args.first()?.span().byte_range()];
    let from_root = ["crate::", "::", "super::"].iter().any(|root| value.starts_with(root));
    let value = if from_root { value.to_owned() } else { format!("super::{}", value.trim_start_matches("self::")) };
    Some(Entry { range: entry.span().byte_range(), name, value })
}

/// The module of `Box::new(module::Migration)`.
fn boxed_revision(entry: &Expr) -> Option<String> {
    let Expr::Call(call) = entry else { return None };
    let path = match call.args.first()? {
        Expr::Path(path) => &path.path,
        Expr::Struct(value) => &value.path,
        _ => return None,
    };
    let mut segments = path.segments.iter().rev();
    segments.next()?;
    Some(segments.next()?.ident.to_string())
}

/// Each `.describe(module::Migration)`, and the last `Project::new(…)`.
#[derive(Default)]
struct Descriptions {
    all: Vec<(Range<usize>, String)>,
    project: Option<Range<usize>>,
}

impl<'ast> Visit<'ast> for Descriptions {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "describe" {
            let at = call.dot_token.span().byte_range().start..call.span().byte_range().end;
            let name = match call.args.first() {
                Some(Expr::Path(path)) => path.path.segments.iter().rev().nth(1).map(|module| module.ident.to_string()),
                _ => None,
            };
            self.all.push((at, name.unwrap_or_default()));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = call.func.as_ref() {
            let mut segments = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
            let is_made = segments.next().is_some_and(|last| last == "new" || last == "of");
            if is_made && segments.next().is_some_and(|kind| kind == "Project") {
                self.project = Some(call.span().byte_range());
            }
        }
        visit::visit_expr_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Option<String> {
        Listing::read(text)?.with("m2_b", false)
    }

    #[test]
    fn every_form_grows_by_two_lines() {
        for (before, after) in [
            (
                "mod m1_a;\nrevisions! {\n    pub Migrator:\n    m1_a,\n}\n",
                "mod m1_a;\nmod m2_b;\nrevisions! {\n    pub Migrator:\n    m1_a,\n    m2_b,\n}\n",
            ),
            (
                "pub mod m1_a; // first\nfn migrations() { vec![Box::new(m1_a::Migration {})] }\n",
                "pub mod m1_a;\npub mod m2_b; // first\nfn migrations() { vec![Box::new(m1_a::Migration {}), Box::new(m2_b::Migration {})] }\n",
            ),
            (
                "mod m1_a;\r\nfn migrations() {\r\n    vec![\r\n        Box::new(\r\n            m1_a::Migration),\r\n        // Box::new(m0_z::Migration),\r\n    ]\r\n}\r\n",
                "mod m1_a;\r\nmod m2_b;\r\nfn migrations() {\r\n    vec![\r\n        Box::new(\r\n            m1_a::Migration),\r\n        Box::new(\r\n            m2_b::Migration),\r\n        // Box::new(m0_z::Migration),\r\n    ]\r\n}\r\n",
            ),
            (
                "mod m1_a;\nfn migrations() { vec![Box::new(m1_a::Migration)] }\n#[cfg(test)]\nmod tests { fn f() { vec![Box::new(other::Migration)]; } }\n",
                "mod m1_a;\nmod m2_b;\nfn migrations() { vec![Box::new(m1_a::Migration), Box::new(m2_b::Migration)] }\n#[cfg(test)]\nmod tests { fn f() { vec![Box::new(other::Migration)]; } }\n",
            ),
            (
                "    mod m0_z;\n    mod m1_a;\nfn migrations() { vec![Box::new(m0_z::Migration), Box::new(m1_a::Migration), /* Box::new(m9::Migration) */] }\n",
                "    mod m0_z;\n    mod m1_a;\n    mod m2_b;\nfn migrations() { vec![Box::new(m0_z::Migration), Box::new(m1_a::Migration), Box::new(m2_b::Migration), /* Box::new(m9::Migration) */] }\n",
            ),
            (
                "// größer\nmod m1_a;\nfn migrations() {\n    vec![\n        Box::new(m1_a::Migration), // \"Öl\"\n        // Box::new(m9::Migration),\n    ]\n}\n",
                "// größer\nmod m1_a;\nmod m2_b;\nfn migrations() {\n    vec![\n        Box::new(m1_a::Migration),\n        Box::new(m2_b::Migration), // \"Öl\"\n        // Box::new(m9::Migration),\n    ]\n}\n",
            ),
            // What is said of one module is not said of the next.
            (
                "/// The first.\n#[path = \"x/first.rs\"]\npub(crate) mod m1_a;\nfn migrations() { vec![Box::new(m1_a::Migration)] }\n",
                "/// The first.\n#[path = \"x/first.rs\"]\npub(crate) mod m1_a;\npub(crate) mod m2_b;\nfn migrations() { vec![Box::new(m1_a::Migration), Box::new(m2_b::Migration)] }\n",
            ),
        ] {
            assert_eq!(with(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn an_empty_list_gets_its_first_revision() {
        let before = "use a::*;\n\npub mod entity;\n\nimpl MigratorTrait for Migrator {\n    fn migrations() -> Vec<M> {\n        vec![]\n    }\n}\n";
        let after = "use a::*;\n\nmod m2_b;\n\npub mod entity;\n\nimpl MigratorTrait for Migrator {\n    fn migrations() -> Vec<M> {\n        vec![Box::new(m2_b::Migration)]\n    }\n}\n";
        assert_eq!(with_first(before, "m2_b").as_deref(), Some(after));
        for text in [
            "use a::*;\nimpl T for M { fn migrations() -> V { vec![of_another_crate()] } }",
            "use a::*;\nimpl T for M { fn others() -> V { vec![] } }",
            "use a::*;\nimpl T for M { fn migrations() -> V { vec![] } }\nimpl T for N { fn migrations() -> V { vec![] } }",
            "\u{feff}use a::*;\nimpl T for M { fn migrations() -> V { vec![] } }",
        ] {
            assert_eq!(with_first(text, "m2_b"), None, "{text}");
        }
    }

    #[test]
    fn in_doubt_nothing_is_written() {
        for text in [
            "fn migrations() { vec![] }",
            "mod m1_a;\nfn migrations() { list() }",
            "mod m1_a;\n/* vec![Box::new(m1_a::Migration)] */",
            "mod m1_a;\nfn a() { vec![Box::new(m1_a::Migration)] } fn b() { vec![Box::new(m1_a::Migration)] }",
            "mod m1_a; this is no Rust",
            "\u{feff}mod m1_a;\nfn migrations() { vec![Box::new(m1_a::Migration)] }",
            "#!/usr/bin/env rust\nmod m1_a;\nfn migrations() { vec![Box::new(m1_a::Migration)] }",
        ] {
            assert_eq!(with(text), None, "{text}");
        }
    }

    #[test]
    fn one_takes_the_place_of_others() {
        let others = ["m1_a".to_owned(), "m2_b".to_owned()];
        for (before, after) in [
            (
                "mod m1_a;\nmod m2_b;\nmod m3_c;\nrevisions! {\n    /// All: of them.\n    pub Migrator:\n    m1_a,\n    m2_b,\n    m3_c,\n}\n",
                "mod m1_a;\nmod m2_b;\nmod m3_c;\nmod m2_s;\nrevisions! {\n    /// All: of them.\n    pub Migrator:\n    m2_s,\n    m3_c,\n}\n",
            ),
            (
                "mod m1_a;\nmod m2_b;\nfn l() { vec![Box::new(m1_a::Migration), Box::new(m2_b::Migration)] }\nfn p() -> P { Project::new(Migrator) }\n",
                "mod m1_a;\nmod m2_b;\nmod m2_s;\nfn l() { vec![Box::new(m2_s::Migration)] }\nfn p() -> P { Project::new(Migrator).describe(m2_s::Migration) }\n",
            ),
            (
                "mod m1_a;\nmod m2_b;\nfn l() {\n    vec![\n        Box::new(m1_a::Migration {}), // first\n        Box::new(m2_b::Migration),\n    ]\n}\nfn p() {\n    P::new(M)\n        .describe(m1_a::Migration)\n        .describe(m2_b::Migration)\n        .embedded(\"x\")\n}\n",
                "mod m1_a;\nmod m2_b;\nmod m2_s;\nfn l() {\n    vec![\n        // first\n        Box::new(m2_s::Migration),\n    ]\n}\nfn p() {\n    P::new(M)\n        .describe(m2_s::Migration)\n        .embedded(\"x\")\n}\n",
            ),
        ] {
            let listing = Listing::read(before).unwrap();
            assert_eq!(listing.in_place_of("m2_s", &others).as_deref(), Some(after), "{before}");
        }
        let values = Listing::read("mod m1_a;\nfn l() { vec![Box::new(m1_a::Migration {})] }\n").unwrap();
        assert_eq!(values.entry_of("m1_a").as_deref(), Some("super::m1_a::Migration {}"));
        assert!(!values.can_describe() && values.entry_of("m2_b").is_none());
    }

    #[test]
    fn a_merge_is_described_where_the_others_are() {
        let text = "mod m1_a;\nfn l() { vec![Box::new(m1_a::Migration)] }\nfn p() {\n    Project::new(Migrator)\n        .describe(m1_a::Migration)\n}\n";
        let listed = Listing::read(text).unwrap().with("m2_b", true).unwrap();
        assert!(
            listed.contains("\n        .describe(m1_a::Migration)\n        .describe(m2_b::Migration)\n"),
            "{listed}"
        );
        let plain = "mod m1_a;\nfn l() { vec![Box::new(m1_a::Migration)] }\n";
        assert!(Listing::read(plain).unwrap().with("m2_b", true).is_none());
    }
}
