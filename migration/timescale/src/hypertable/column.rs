//! Columns of a hypertable added, dropped and changed.

use sea_orm::sea_query::{ColumnDef, Expr, IntoIden, Table, TableAlterStatement, Value};

use crate::Refused;

/// A change of one column of a table that may be a hypertable with columnstore, which takes less than a plain table.
///
/// ```
/// use migration_timescale::{HypertableColumn, Refused};
/// use sea_orm::sea_query::{ColumnDef, Expr};
///
/// let constant = HypertableColumn::add("readings", ColumnDef::new("quality").double().not_null().default(1.0).take());
/// assert!(constant.check_on_columnstore().is_ok());
/// let computed = HypertableColumn::add("readings", ColumnDef::new("seen_at").date_time().default(Expr::cust("now()")).take());
/// assert!(matches!(computed.check_on_columnstore(), Err(Refused::ComputedDefault { .. })));
/// ```
#[derive(Clone, Debug)]
pub struct HypertableColumn {
    table: String,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Add(ColumnDef),
    Drop(String),
    Type(ColumnDef),
}

impl HypertableColumn {
    /// Adds a column; the inverse is [`drop`](Self::drop).
    pub fn add(table: &str, column: ColumnDef) -> Self {
        Self { table: table.to_owned(), change: Change::Add(column) }
    }

    /// Drops a column, with what it holds.
    pub fn drop(table: &str, column: &str) -> Self {
        Self { table: table.to_owned(), change: Change::Drop(column.to_owned()) }
    }

    /// Gives a column another type; the inverse is to give it back the old one.
    pub fn change_type(table: &str, column: ColumnDef) -> Self {
        Self { table: table.to_owned(), change: Change::Type(column) }
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The column's name.
    pub fn column(&self) -> String {
        match &self.change {
            Change::Add(column) | Change::Type(column) => column.get_column_name(),
            Change::Drop(column) => column.clone(),
        }
    }

    /// Whether it adds a column.
    pub fn is_addition(&self) -> bool {
        matches!(self.change, Change::Add(_))
    }

    /// Whether it drops a column.
    pub fn is_removal(&self) -> bool {
        matches!(self.change, Change::Drop(_))
    }

    /// As a statement, for every backend.
    pub fn statement(&self) -> TableAlterStatement {
        let mut alter = Table::alter();
        alter.table(self.table.clone().into_iden());
        match &self.change {
            Change::Add(column) => alter.add_column(column.clone()),
            Change::Drop(column) => alter.drop_column(column.clone().into_iden()),
            Change::Type(column) => alter.modify_column(column.clone()),
        };
        alter
    }

    /// Whether a hypertable with columnstore takes it, as far as the change itself tells.
    pub fn check_on_columnstore(&self) -> Result<(), Refused> {
        let Change::Add(column) = &self.change else { return Ok(()) };
        let (table, name) = (self.table.clone(), column.get_column_name());
        let spec = column.get_column_spec();
        let extra = spec.extra.as_deref().unwrap_or_default().to_ascii_uppercase();
        let constrained = ["REFERENCES", "GENERATED", "IDENTITY", "UNIQUE", "PRIMARY KEY"];
        let keyed = spec.generated.is_some() || spec.auto_increment || spec.unique || spec.primary_key;
        if keyed || constrained.iter().any(|word| extra.contains(word)) {
            return Err(Refused::ConstrainedColumn { table, column: name });
        }
        match &spec.default {
            Some(default) if !is_constant(default) => Err(Refused::ComputedDefault { table, column: name }),
            None if spec.nullable == Some(false) && !extra.contains("DEFAULT") => {
                Err(Refused::RequiredColumn { table, column: name })
            }
            _ => Ok(()),
        }
    }
}

/// A literal without a cast.
fn is_constant(default: &Expr) -> bool {
    match default {
        Expr::Value(value) | Expr::Constant(value) => !matches!(value, Value::String(None)),
        Expr::Custom(text) => is_literal(text),
        _ => false,
    }
}

/// A number, a text in quotes, a truth value or null, without a cast.
fn is_literal(text: &str) -> bool {
    let text = text.trim();
    let quoted = text.len() > 1
        && text.starts_with('\'')
        && text.ends_with('\'')
        && !text[1..text.len() - 1].replace("''", "").contains('\'');
    quoted || text.parse::<f64>().is_ok() || ["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(column: &mut ColumnDef) -> Result<(), Refused> {
        HypertableColumn::add("t", column.take()).check_on_columnstore()
    }

    #[test]
    fn literals_are_taken_and_what_is_computed_is_not() {
        assert_eq!(added(ColumnDef::new("c").text().not_null().default("x")), Ok(()));
        assert_eq!(added(ColumnDef::new("c").text()), Ok(()));
        for literal in ["'it''s'", "12.5", "TRUE", "NULL"] {
            assert_eq!(added(ColumnDef::new("c").text().default(Expr::cust(literal))), Ok(()), "{literal}");
        }
        for computed in ["now()", "'{}'::jsonb", "'a' || 'b'", "CURRENT_TIMESTAMP"] {
            let outcome = added(ColumnDef::new("c").text().default(Expr::cust(computed)));
            assert!(matches!(outcome, Err(Refused::ComputedDefault { .. })), "{computed}");
        }
        assert!(added(ColumnDef::new("c").timestamp().default(Expr::current_timestamp())).is_err());
    }

    #[test]
    fn keys_identities_references_and_required_columns_are_refused() {
        assert!(matches!(added(ColumnDef::new("c").integer().not_null()), Err(Refused::RequiredColumn { .. })));
        for column in [
            ColumnDef::new("c").integer().auto_increment(),
            ColumnDef::new("c").integer().unique_key(),
            ColumnDef::new("c").integer().generated(Expr::cust("a * 2"), true),
            ColumnDef::new("c").integer().extra("REFERENCES sensors (id)"),
            ColumnDef::new("c").integer().extra("generated always as identity"),
        ] {
            assert!(matches!(added(column), Err(Refused::ConstrainedColumn { .. })));
        }
    }
}
