//! Why no revision could be written from entities.

use std::fmt;

/// What only the author of a revision can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// A table, column or label is gone, and others of its kind are new.
    Renamed {
        /// The table of a column, the enum of a label; `None` for a table.
        of: Option<String>,
        /// What is gone.
        from: String,
        /// What is new.
        to: Vec<String>,
    },
    /// A label of an enum is gone, and rows may have it.
    Label {
        /// The enum.
        of: String,
        /// The label.
        from: String,
        /// Labels that are new.
        new: Vec<String>,
        /// Those that were there and stay.
        stays: Vec<String>,
    },
    /// Rows that there are need a value in a new column.
    Fill {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// What has no place in a revision that is written automatically.
    ByHand {
        /// The table.
        table: String,
        /// The column, or several.
        column: String,
        /// What it is, and what to do.
        what: String,
    },
    /// `--rename` of what is not there, or to what no entity has.
    NoRename {
        /// The name that was given.
        from: String,
        /// The new one.
        to: String,
    },
    /// `--fill` with a value that the column cannot have.
    Misfit {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// What it can have.
        why: String,
    },
    /// `--fill` of a column that no entity has.
    NoFill {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl Undecided {
    /// The tables and columns that are new, or renamed.
    pub(crate) fn new_ones(&self) -> Vec<String> {
        match self {
            Self::Renamed { of: Some(of), to, .. } => to.iter().map(|to| format!("{of}.{to}")).collect(),
            Self::Renamed { of: None, to, .. } => to.clone(),
            Self::Label { .. }
            | Self::Fill { .. }
            | Self::ByHand { .. }
            | Self::NoRename { .. }
            | Self::Misfit { .. }
            | Self::NoFill { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed { of, from, to } => {
                let from = of.as_ref().map_or_else(|| from.clone(), |of| format!("{of}.{from}"));
                let flags = to.iter().map(|to| format!("--rename {from}:{to}")).collect::<Vec<_>>().join(" or ");
                write!(f, "{from} is gone and {} is new: {flags}, or --allow-drop if it is another", to.join(", "))
            }
            Self::Label { of, from, new, stays } => {
                let flags =
                    |to: &[String]| to.iter().map(|to| format!("--rename {of}.{from}:{to}")).collect::<Vec<_>>();
                write!(f, "the label {from} of the enum {of} is gone: ")?;
                if !new.is_empty() {
                    write!(f, "{} if it has another name now, ", flags(new).join(" or "))?;
                }
                if !stays.is_empty() {
                    write!(f, "{} for the label that its rows get, ", flags(stays).join(" or "))?;
                }
                write!(f, "or --allow-drop if no row has it")
            }
            Self::Fill { table, column } => write!(
                f,
                "{table}.{column} is not null and has no default: --fill {table}.{column}=VALUE for the rows that there are"
            ),
            Self::ByHand { table, column, what } => write!(f, "{table}.{column}: {what}"),
            Self::NoRename { from, to } => {
                write!(f, "--rename {from}:{to}: the revisions make no {from}, or no entity has {to}")
            }
            Self::Misfit { table, column, value, why } => write!(f, "--fill {table}.{column}={value}: {why}"),
            Self::NoFill { table, column } => write!(f, "--fill {table}.{column}: no entity has this column"),
        }
    }
}

/// What keeps a revision from being written.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// The project did not hand over any.
    #[error(
        "the project names no entities; add them: `Project::new(Migrator).entities(migration_engine::entities![entity::post])`"
    )]
    NoEntities,
    /// `--rename` or `--fill` of another form.
    #[error("{text}")]
    Argument {
        /// What is wrong, and what is right.
        text: String,
    },
    /// Questions are open.
    #[error("nothing was written, these are to be decided: {}", said(open))]
    Undecided {
        /// Each of them.
        open: Vec<Undecided>,
    },
    /// More would go than the entities say.
    #[error(
        "nothing was written: {} would go with it, which no entity says; write that part of the revision by hand",
        objects.join(", ")
    )]
    Loses {
        /// What would go.
        objects: Vec<String>,
    },
    /// The schema would still differ.
    #[error("nothing was written: the revision would leave a difference, {}; write that part by hand", lines.join(", "))]
    Unsettled {
        /// What would differ.
        lines: Vec<String>,
    },
    /// The code that was made is no Rust.
    #[error(
        "nothing was written: the code made for the revision cannot be read as Rust; name the tables and columns in an issue"
    )]
    NoRust {
        /// What is wrong with it.
        #[source]
        source: syn::Error,
    },
}

fn said(open: &[Undecided]) -> String {
    open.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
