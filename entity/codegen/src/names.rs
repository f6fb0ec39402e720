//! Names of Rust for names of the database: readable, valid, and each given once.

use std::collections::HashSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};
use unicode_normalization::UnicodeNormalization;

/// Names given so far, in one place of the code.
pub struct Names {
    taken: HashSet<String>,
    /// What stands before a digit.
    before_digit: &'static str,
    style: fn(&str) -> String,
    separator: &'static str,
}

impl Names {
    /// Fields and modules. sea-orm makes a column's variant of a field, so no field begins with an underscore.
    pub fn snake(reserved: &[&str]) -> Self {
        Self::new(reserved, "n_", "_", ToSnakeCase::to_snake_case)
    }

    /// Types and variants.
    pub fn pascal(reserved: &[&str]) -> Self {
        Self::new(reserved, "_", "", ToUpperCamelCase::to_upper_camel_case)
    }

    fn new(reserved: &[&str], before_digit: &'static str, separator: &'static str, style: fn(&str) -> String) -> Self {
        let taken = reserved.iter().map(|&name| name.to_owned()).collect();
        Self { taken, before_digit, style, separator }
    }

    /// The name for `text`, which nothing else got or gets here.
    pub fn give(&mut self, text: &str) -> String {
        self.give_with(text, &[])
    }

    /// As [`give`](Self::give), with names that end in one of `endings` kept for what a macro makes of it.
    pub fn give_with(&mut self, text: &str, endings: &[&str]) -> String {
        let plain = self.plain(text);
        let mut name = plain.clone();
        // Without the underscore that keeps it from being a keyword.
        let stem = plain.trim_end_matches('_');
        let mut number = 1;
        while self.is_taken(&name, endings) {
            number += 1;
            name = format!("{stem}{}{number}", self.separator);
        }
        self.taken.extend(endings.iter().map(|ending| format!("{name}{ending}")));
        self.taken.insert(name.clone());
        name
    }

    fn is_taken(&self, name: &str, endings: &[&str]) -> bool {
        self.taken.contains(name) || endings.iter().any(|ending| self.taken.contains(&format!("{name}{ending}")))
    }

    fn plain(&self, text: &str) -> String {
        let words: String = text.nfc().map(word).collect();
        let mut name = (self.style)(&words);
        if name.is_empty() {
            // Nothing but separators: they are all there is to tell it from another.
            name = (self.style)(&text.chars().map(code).collect::<String>());
        }
        if name.is_empty() {
            name = (self.style)("empty");
        }
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.insert_str(0, self.before_digit);
        }
        if is_ident(&name) || is_ident(&format!("r#{name}")) { name } else { name + "_" }
    }
}

/// What a character is in a name: itself, a gap, or its code.
fn word(letter: char) -> String {
    match letter {
        // heck sees words at these.
        '_' | '-' | ' ' | '.' | ',' | ':' | ';' | '/' | '\'' => " ".to_owned(),
        _ if letter.is_whitespace() => " ".to_owned(),
        _ if is_ident(&format!("a{letter}a")) && letter.is_alphanumeric() => letter.to_string(),
        _ => code(letter),
    }
}

fn code(letter: char) -> String {
    format!(" U{:04X} ", u32::from(letter))
}

fn is_ident(text: &str) -> bool {
    syn::parse_str::<Ident>(text).is_ok()
}

/// The name in code: raw when it is a keyword.
pub fn ident(name: &str) -> Ident {
    // `gen` is a keyword since the edition of 2024, which syn does not know.
    if is_ident(name) && name != "gen" {
        Ident::new(name, Span::call_site())
    } else {
        Ident::new_raw(name, Span::call_site())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(mut names: Names, texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| names.give(text)).collect()
    }

    #[test]
    fn labels_are_variants_and_no_two_the_same() {
        let labels = [
            "HIGH",
            "in_progress",
            "In Progress",
            "in-progress",
            "0-foo",
            "3D",
            "N/A",
            "NA",
            "",
            " ",
            "Self",
            "it's",
            "its",
            "größe",
            "gro\u{308}ße",
            "🔥",
            "<5",
            ">5",
            "/",
            "//",
            "a²",
            "empty",
            "__",
        ];
        let variants = [
            "High",
            "InProgress",
            "InProgress2",
            "InProgress3",
            "_0Foo",
            "_3d",
            "NA",
            "Na",
            "Empty",
            "U0020",
            "Self_",
            "ItS",
            "Its",
            "Größe",
            "Größe2",
            "U1f525",
            "U003c5",
            "U003e5",
            "U002f",
            "U002fU002f",
            "AU00b2",
            "Empty2",
            "U005fU005f",
        ];
        let given = given(Names::pascal(&[]), &labels);
        assert_eq!(given, variants);
        for name in &given {
            syn::parse_str::<syn::Variant>(&ident(name).to_string()).unwrap();
        }
    }

    #[test]
    fn columns_are_fields_that_sea_orm_makes_variants_of() {
        let columns =
            ["2xl_16", "type", "gen", "crate", "self", "super", "_", "a-b", "a_b", "A B", "größe", "💥", "r#x"];
        let given = given(Names::snake(&[]), &columns);
        assert_eq!(
            given,
            [
                "n_2xl_16",
                "type",
                "gen",
                "crate_",
                "self_",
                "super_",
                "u005f",
                "a_b",
                "a_b_2",
                "a_b_3",
                "größe",
                "u1f4a5",
                "r_u0023_x"
            ]
        );
        for name in &given {
            // What its derive does.
            let _ = Ident::new(&name.to_upper_camel_case(), Span::call_site());
            let field = ident(name);
            syn::parse2::<syn::FieldsNamed>(quote::quote!({ pub #field: i32 })).unwrap();
        }
    }

    #[test]
    fn what_macros_make_of_a_name_is_not_given() {
        let mut names = Names::pascal(&["Model"]);
        let enums = ["mood", "mood_enum", "mood_variant", "model", "x_enum", "x"];
        let given: Vec<String> = enums.iter().map(|name| names.give_with(name, &["Enum", "Variant"])).collect();
        assert_eq!(given, ["Mood", "MoodEnum2", "MoodVariant2", "Model2", "XEnum", "X2"]);
    }
}
