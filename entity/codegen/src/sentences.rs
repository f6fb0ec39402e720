//! What `cargo doc` says of entities: a sentence for each table, column and enum of an area.

use std::collections::BTreeMap;

/// Name of the file in the folder of an area.
pub const FILE: &str = "sentences.txt";

/// Of one area, by `table`, `table.column`, `enum` and `enum.label`. That of `*.column` is for each table that has none of its
/// own for a column of this name.
#[derive(Default)]
pub struct Sentences {
    /// The file they are from, for errors; none where nothing needs one.
    pub(crate) path: String,
    by_name: BTreeMap<String, String>,
}

impl Sentences {
    /// Lines of the form `name: sentence`, among empty ones and those that begin with `#`.
    pub fn read(path: &str, text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let named = lines.filter_map(|line| line.split_once(':'));
        let by_name = named.map(|(name, sentence)| (name.trim().to_owned(), sentence.trim().to_owned())).collect();
        Self { path: path.to_owned(), by_name }
    }

    /// Of a table or an enum, or of a label where there is one.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str).filter(|sentence| !sentence.is_empty())
    }

    /// Of a column.
    pub fn of_column(&self, table: &str, column: &str) -> Option<&str> {
        self.of(&format!("{table}.{column}")).or_else(|| self.of(&any(column)))
    }

    /// What is missing and what is too much, when these are all names that there are.
    pub fn differences(&self, names: &[Name<'_>]) -> Vec<String> {
        if self.path.is_empty() {
            return vec![];
        }
        let is_missing = |name: &&Name<'_>| match name {
            Name::Item(item) => self.of(item).is_none(),
            Name::Column(table, column) => self.of_column(table, column).is_none(),
            Name::Label(..) => false,
        };
        let mut found: Vec<String> =
            names.iter().filter(is_missing).map(|name| format!("no sentence for {}", name.shown())).collect();
        // A sentence for any table is used by one that has none of its own.
        let mut known: Vec<String> = names.iter().map(Name::shown).collect();
        known.extend(names.iter().filter_map(|name| match name {
            Name::Column(table, column) => self.of(&format!("{table}.{column}")).is_none().then(|| any(column)),
            Name::Item(_) | Name::Label(..) => None,
        }));
        found.extend(self.by_name.keys().filter(|name| !known.contains(name)).map(|name| format!("nothing is {name}")));
        found
    }
}

fn any(column: &str) -> String {
    format!("*.{column}")
}

/// What may have a sentence.
pub enum Name<'a> {
    /// A table, a view or an enum.
    Item(&'a str),
    /// Of a table or a view.
    Column(&'a str, &'a str),
    /// Of an enum; it needs none.
    Label(&'a str, &'a str),
}

impl Name<'_> {
    fn shown(&self) -> String {
        match self {
            Self::Item(item) => (*item).to_owned(),
            Self::Column(of, part) | Self::Label(of, part) => format!("{of}.{part}"),
        }
    }
}

/// A file to be filled in.
pub fn empty(names: &[Name<'_>]) -> String {
    let wanted = names.iter().filter(|name| !matches!(name, Name::Label(..)));
    let lines = wanted.map(|name| format!("{}:\n", name.shown()));
    format!("{HEAD}\n{}", lines.collect::<String>())
}

const HEAD: &str = "# What `cargo doc` says of the entities of this area: `table: …`, `table.column: …`, `enum: …`, `enum.label: …`.\n\
    # `*.column: …` is for each table that has none of its own. `make entities` reads it, and names what is missing.\n";

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [Name<'static>; 6] = [
        Name::Item("pumps"),
        Name::Column("pumps", "id"),
        Name::Column("pumps", "state"),
        Name::Column("valves", "id"),
        Name::Item("state"),
        Name::Label("state", "on"),
    ];

    fn differences(text: &str) -> Vec<String> {
        Sentences::read("it", text).differences(&NAMES)
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_named() {
        let all = "# A remark: not read.\n\npumps: A pump.\n*.id: Its number: from 1 on.\npumps.state: How it is.\nstate: How.\n";
        assert!(differences(all).is_empty(), "{:?}", differences(all));
        let sentences = Sentences::read("it", all);
        assert_eq!(sentences.of_column("valves", "id"), Some("Its number: from 1 on."));
        assert_eq!(sentences.of("state.on"), None);
        assert_eq!(differences(&format!("{all}state.on: It runs.\n")), [""; 0]);

        assert_eq!(differences(&all.replace("pumps: A pump.", "pumps:")), ["no sentence for pumps"]);
        assert_eq!(
            differences(&all.replace("*.id", "pumps.id")),
            ["no sentence for valves.id"],
            "a sentence of one table is no other's"
        );
        let own = "pumps.id: Its number.\nvalves.id: Its number.\npumps.gone: What was there.\n";
        assert_eq!(differences(&format!("{all}{own}")), ["nothing is *.id", "nothing is pumps.gone"]);
        assert!(Sentences::default().differences(&NAMES).is_empty(), "an area that is new needs none");
    }

    #[test]
    fn the_file_of_a_new_area_asks_for_every_sentence() {
        let wanted = differences(&empty(&NAMES));
        let expected = ["pumps", "pumps.id", "pumps.state", "valves.id", "state"];
        assert_eq!(wanted, expected.map(|name| format!("no sentence for {name}")));
    }
}
