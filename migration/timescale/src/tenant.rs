//! Rows that belong to a tenant, whom the session names.

use crate::{
    Capability, Dialect, RenderError, Unsupported,
    quote::{identifier, literal},
};

/// Gives each row of a table to a tenant, and shows a session the rows of its own alone: row security by a setting.
///
/// The column [`COLUMN`](Self::COLUMN) is filled from the session's setting [`SETTING`](Self::SETTING), so nothing that
/// writes has to name it. A session without the setting works with the rows of no tenant, whose column is empty: all of
/// them, where nobody sets it.
///
/// Row security does not hold for superusers and the owner of the table, who see every row: jobs, revisions and
/// `maintain`. It keeps queries apart, not users who run SQL of their own: those may set what they like.
///
/// Only on PostgreSQL. TimescaleDB takes either row security or the columnstore of a table, and passes the rights on a
/// hypertable on to its chunks, on which the policy does not hold.
///
/// ```
/// use migration_timescale::{Capability, TenantPolicy};
///
/// let policy = TenantPolicy::on("snapshots");
/// assert_eq!(policy.add_sql(Capability::postgres())?.last().unwrap(), r#"ALTER TABLE "snapshots" ENABLE ROW LEVEL SECURITY"#);
/// assert!(policy.add_sql(Capability::sqlite()).is_err());
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantPolicy {
    table: String,
}

impl TenantPolicy {
    /// Name of the column, and of the policy.
    pub const COLUMN: &str = "tenant";
    /// Name of the setting.
    pub const SETTING: &str = "app.tenant";

    /// On this table.
    pub fn on(table: &str) -> Self {
        Self { table: table.to_owned() }
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The statements that add the column and the policy; said again they change nothing. No row is rewritten: those that are
    /// there are no tenant's.
    pub fn add_sql(&self, server: Capability) -> Result<Vec<String>, RenderError> {
        if server.dialect() != Dialect::Postgres || server.has_hypertables() {
            let feature = "row security by tenant";
            return Err(Unsupported { feature, needs: "PostgreSQL without TimescaleDB", server }.into());
        }
        let (table, column) = (identifier(&self.table), identifier(Self::COLUMN));
        // After the end of a transaction that set it, a setting is empty and not absent.
        let tenant = format!("coalesce(current_setting({}, true), '')", literal(Self::SETTING));
        Ok(vec![
            format!("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} text NOT NULL DEFAULT ''"),
            format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {tenant}"),
            format!("DROP POLICY IF EXISTS {column} ON {table}"),
            // What is written is checked by the same condition.
            format!("CREATE POLICY {column} ON {table} USING ({column} = {tenant})"),
            format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
        ])
    }

    /// The statements that remove them, whose rows are whose with them; said again they change nothing.
    pub fn remove_sql(&self) -> [String; 3] {
        let (table, column) = (identifier(&self.table), identifier(Self::COLUMN));
        [
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("DROP POLICY IF EXISTS {column} ON {table}"),
            format!("ALTER TABLE {table} DROP COLUMN IF EXISTS {column}"),
        ]
    }
}
