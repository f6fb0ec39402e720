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
    /// The last `.describe(…)`.
    description: Option<Range<usize>>,
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
        let (form, (entry, name)) = match revisions_macro(&file) {
            Some(found) => (Form::Revisions, found),
            None => (Form::Boxes, vec_of_boxes(&file)?),
        };
        let mut descriptions = Descriptions::default();
        descriptions.visit_file(&file);
        Some(Self { text, form, module, entry, name, description: descriptions.last })
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
            let last = self.description.as_ref()?;
            let gap = self.gap(last, newline);
            added
                .push((last.end, format!("{}.describe({revision}::Migration)", gap.strip_prefix(' ').unwrap_or(&gap))));
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

/// The modules in files of their own that are named as revisions are.
fn modules(file: &File) -> impl Iterator<Item = &ItemMod> {
    let is_revision = |name: &str| name.starts_with('m') && name[1..].starts_with(|digit: char| digit.is_ascii_digit());
    file.items.iter().filter_map(move |item| match item {
        Item::Mod(module) if module.content.is_none() && is_revision(&module.ident.to_string()) => Some(module),
        _ => None,
    })
}

/// The last name in `revisions! { … }`.
fn revisions_macro(file: &File) -> Option<(Range<usize>, String)> {
    let list = file.items.iter().rev().find_map(|item| match item {
        Item::Macro(found) if found.mac.path.segments.last().is_some_and(|last| last.ident == "revisions") => {
            Some(&found.mac)
        }
        _ => None,
    })?;
    let tokens = list.tokens.clone().into_iter().collect::<Vec<_>>();
    tokens.iter().rev().find_map(|token| match token {
        proc_macro2::TokenTree::Ident(name) => Some((name.span().byte_range(), name.to_string())),
        _ => None,
    })
}

/// The last `Box::new(…::Migration)` of the `vec![]` in a function `migrations`.
fn vec_of_boxes(file: &File) -> Option<(Range<usize>, String)> {
    #[derive(Default)]
    struct Lists {
        found: Vec<(Range<usize>, String)>,
    }
    impl<'ast> Visit<'ast> for Lists {
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
            if let Some(last) = entries.ok().and_then(|entries| entries.into_iter().next_back())
                && let Some(name) = boxed_revision(&last)
            {
                self.found.push((last.span().byte_range(), name));
            }
        }
    }
    let mut lists = Lists::default();
    lists.visit_file(file);
    // Of several lists nobody knows which is meant.
    if lists.found.len() == 1 { lists.found.pop() } else { None }
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

/// The last `.describe(module::Migration)`.
#[derive(Default)]
struct Descriptions {
    last: Option<Range<usize>>,
}

impl<'ast> Visit<'ast> for Descriptions {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "describe" {
            let at = call.dot_token.span().byte_range().start..call.span().byte_range().end;
            if self.last.as_ref().is_none_or(|last| last.end < at.end) {
                self.last = Some(at);
            }
        }
        visit::visit_expr_method_call(self, call);
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
