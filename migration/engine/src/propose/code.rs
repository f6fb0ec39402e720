//! Steps as the code of a revision.

#![allow(clippy::format_collect, reason = "short texts; code that writes code is to be read first")]

use std::{collections::BTreeSet, fmt::Write};

use sea_orm::{
    DbBackend,
    sea_query::{ColumnDef, ColumnType, Expr, PgInterval, StringLen, Value},
};

use super::{
    model::{Column, Index, Reference, Table},
    step::{Kept, KeptRows, LabelChange, Step, What, action},
};
use crate::revision::columns::default_of;

const OF_LABELS: &str = "labels::{EnumColumn, EnumLabels}";

/// The text of the file.
pub(super) fn code(steps: &[Step], described: bool) -> syn::Result<String> {
    let mut file = Code::default();
    let up = file.body(steps);
    let back: Vec<Step> = steps.iter().rev().filter_map(Step::inverse).collect();
    let down = file.body(&back);
    let mut text = String::from("//! ");
    text.push_str(&summary(steps));
    text.push_str("\n\n");
    let of_labels = file.modules.contains(OF_LABELS);
    if of_labels && file.modules.remove("labels") {
        file.modules.remove(OF_LABELS);
        file.modules.insert("labels::{self, EnumColumn, EnumLabels}");
    }
    let modules: Vec<&str> = file.modules.iter().copied().collect();
    let describe = if described { "Describe, " } else { "" };
    match (modules.is_empty(), described) {
        (false, _) => {
            let _ = writeln!(text, "use migration_engine::{{{describe}revision::{{{}}}}};", modules.join(", "));
        }
        (true, true) => text.push_str("use migration_engine::Describe;\n"),
        (true, false) => {}
    }
    text.push_str("use sea_orm_migration::prelude::*;\n\n#[derive(DeriveMigrationName)]\npub struct Migration;\n\n");
    if described {
        text.push_str("impl Describe for Migration {}\n\n");
    }
    let alone = if steps.iter().all(Step::runs_in_transaction) {
        ""
    } else {
        "/// Each step is done once and in a transaction of its own: a run that was killed goes on where it ended.\n\
         fn use_transaction(&self) -> Option<bool> { Some(false) }\n"
    };
    let _ = write!(
        text,
        "#[async_trait::async_trait]\nimpl MigrationTrait for Migration {{\n{alone}\
         async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{ {up} }}\n\
         async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{ {down} }}\n}}\n"
    );
    for function in &file.functions {
        text.push('\n');
        text.push_str(function);
    }
    formatted(&text)
}

/// Formats it, with an empty line between items.
fn formatted(text: &str) -> syn::Result<String> {
    let mut file = syn::parse_file(text)?;
    let items = std::mem::take(&mut file.items);
    let mut formatted = prettyplease::unparse(&file);
    let mut before_is_use = false;
    for item in items {
        let is_use = matches!(item, syn::Item::Use(_));
        if !(is_use && before_is_use) {
            formatted.push('\n');
        }
        before_is_use = is_use;
        let item = prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![item] });
        let (mut previous, mut is_call) = ("", false);
        for line in item.lines() {
            // Between methods too.
            if previous == "    }" && line.starts_with("    ") {
                formatted.push('\n');
            }
            // The arguments of a call that is awaited stand as rustfmt has them.
            let inner = is_call.then(|| line.strip_prefix("    ")).flatten();
            formatted.push_str(inner.unwrap_or(line));
            formatted.push('\n');
            match line.trim_start() {
                text if text.starts_with(".await") => is_call = false,
                text if line.len() - text.len() == 8 && text.ends_with('(') => is_call = true,
                _ => {}
            }
            previous = line;
        }
    }
    Ok(formatted)
}

/// What it does, on one line.
fn summary(steps: &[Step]) -> String {
    let said = |step: &&Step| {
        !matches!(step, Step::CreateIndex { is_new: true, .. } | Step::Fill { .. } | Step::FillKept { .. })
    };
    let words: Vec<String> = steps.iter().filter(said).map(Step::words).collect();
    let mut text = if words.len() > 4 { format!("{}, and more", words[..3].join(", ")) } else { words.join(", ") };
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text + "."
}

#[derive(Default)]
struct Code {
    modules: BTreeSet<&'static str>,
    functions: Vec<String>,
}

impl Code {
    /// The statements, the last of them as what the function gives.
    fn body(&mut self, steps: &[Step]) -> String {
        let calls: Vec<String> = steps.iter().flat_map(|step| self.calls(step)).collect();
        match calls.split_last() {
            Some((last, others)) => {
                let others: String = others.iter().map(|call| format!("{call}.await?;\n")).collect();
                format!("{others}{last}.await")
            }
            None => "Ok(())".to_owned(),
        }
    }

    fn calls(&mut self, step: &Step) -> Vec<String> {
        let call = match step {
            Step::CreateEnum { name, labels } => {
                self.modules.insert("labels");
                format!("labels::create(manager, {name:?}, &{labels:?})")
            }
            Step::DropEnum { name, .. } => {
                self.modules.insert("labels");
                format!("labels::drop(manager, {name:?})")
            }
            Step::Labels { change, back } => {
                format!("{}().{}(manager)", self.labels(change), if *back { "down" } else { "up" })
            }
            Step::CreateTable { table } if table.is_commented() => {
                let table = self.table(table);
                self.helper("tables", &format!("create(manager, {table})"))
            }
            Step::CreateTable { table } => format!("manager.create_table({})", self.table(table)),
            Step::CommentTable { table, to, .. } => {
                self.helper("tables", &format!("comment(manager, {table:?}, {to:?})"))
            }
            Step::DropTable { table } => {
                format!("manager.drop_table(Table::drop().table({:?}).if_exists().take())", table.name)
            }
            Step::SetAside { table } => self.helper("tables", &format!("set_aside(manager, {table:?})")),
            Step::BringBack { table } => self.helper("tables", &format!("bring_back(manager, {table:?})")),
            Step::RenameTable { from, to } => self.helper("tables", &format!("rename(manager, {from:?}, {to:?})")),
            Step::RenameColumn { table, from, to } => {
                self.helper("columns", &format!("rename(manager, {table:?}, {from:?}, {to:?})"))
            }
            Step::AddColumn { table, column, kept } => {
                let column = self.column(column);
                let add = self.helper("columns", &format!("add(manager, {table:?}, {column})"));
                let restore = kept.iter().map(|kept| format!("{}().restore(manager)", self.kept(kept)));
                return std::iter::once(add).chain(restore.collect::<Vec<_>>()).collect();
            }
            Step::DropColumn { table, column, kept } => match kept {
                Some(kept) => format!("{}().leave(manager)", self.kept(kept)),
                None => self.helper("columns", &format!("drop(manager, {table:?}, {:?})", column.name)),
            },
            Step::Fill { table, key, column, value } => {
                self.helper("columns", &format!("fill(manager, {table:?}, &{key:?}, {:?}, {value:?})", column.name))
            }
            Step::FillKept { kept, value } => format!("{}().fill(manager, {value:?})", self.kept(kept)),
            Step::Empty { kept, .. } => format!("{}().restore(manager)", self.kept(kept)),
            Step::ChangeColumn { table, from, to } => {
                let (from, to) = (self.column(from), self.column(to));
                self.helper("columns", &format!("change(manager, {table:?}, {from}, {to})"))
            }
            Step::CreateIndex { table, index, .. } => {
                let create = create_index(table, index);
                self.helper("index", &format!("create_index(manager, {table:?}, {:?}, {create}.take())", index.name))
            }
            Step::DropIndex { table, index, .. } => {
                self.helper("index", &format!("drop_index(manager, {table:?}, {:?})", index.name))
            }
            Step::AddReference { table, reference } => {
                self.helper("references", &format!("add(manager, {}.take())", foreign_key(table, reference)))
            }
            Step::DropReference { table, reference } => {
                self.helper("references", &format!("drop(manager, {}.take())", foreign_key(table, reference)))
            }
        };
        vec![call]
    }

    fn helper(&mut self, module: &'static str, call: &str) -> String {
        self.modules.insert(module);
        format!("{module}::{call}")
    }

    /// The name of the function that gives a change of labels.
    fn labels(&mut self, change: &LabelChange) -> String {
        self.modules.insert(OF_LABELS);
        let instead = change.instead();
        let (label, mut what) = match &change.what {
            What::Add(label) => (label, format!("adding({label:?})")),
            What::Rename(from, to) => (to, format!("renaming({from:?}, {to:?})")),
            What::Retire(label) => (label, format!("retiring({label:?})")),
        };
        what.extend(instead.iter().map(|one| format!(".instead({one:?})")));
        let name = ident(&format!("{}_{label}", change.name));
        let columns: String = change
            .columns
            .iter()
            .map(|one| {
                let nullable = if one.is_nullable { ".nullable()" } else { "" };
                let default = one.default.iter().map(|label| format!(".default({label:?})")).collect::<String>();
                let comment = one.comment.iter().map(|said| format!(".comment({said:?})")).collect::<String>();
                format!(
                    ".used_by(EnumColumn::of({:?}, {:?}){nullable}{default}{comment}.key(&{:?}){})",
                    one.table,
                    one.column,
                    one.key,
                    batched_by(one.batch.as_ref())
                )
            })
            .collect();
        let doc = match (&change.what, instead) {
            (What::Retire(label), Some(instead)) => {
                format!("/// Rows that have {label} are {instead}; they have it again with `down`.\n")
            }
            (What::Retire(_), None) => {
                "/// Rows that still have the label stop it: name the one that they get with `.instead(…)`.\n"
                    .to_owned()
            }
            (What::Add(label), Some(instead)) => {
                format!("/// Without {label}, rows that have it are {instead}; they have it again when it is back.\n")
            }
            (What::Add(_), None) => "/// Rows that have the label stop `down`.\n".to_owned(),
            (What::Rename(..), _) => String::new(),
        };
        let function = format!(
            "{doc}fn {name}() -> EnumLabels {{ EnumLabels::of({:?}, &{:?}){columns}.{what} }}\n",
            change.name, change.before
        );
        self.function(function);
        name
    }

    /// The name of the function that says what is kept of a column.
    fn kept(&mut self, kept: &Kept) -> String {
        self.modules.insert("kept::KeptColumns");
        let name = ident(&format!("kept_{}_{}", kept.table, kept.name()));
        let column = match &kept.of_enum {
            Some(of_enum) => format!(".enum_column({:?}, {of_enum:?})", kept.column),
            None => format!(".column({:?})", kept.column),
        };
        let batched = batched_by(kept.batch.as_ref());
        let (doc, rows) = match kept.rows {
            KeptRows::All => ("What the column held when it went comes back with it.", ""),
            KeptRows::WithValue => ("What the column held when it went comes back with it.", ".rows_with_value()"),
            KeptRows::WithoutValue => ("Rows that had nothing in it have nothing again.", ".rows_without_value()"),
        };
        self.function(format!(
            "/// {doc}\nfn {name}() -> KeptColumns {{ KeptColumns::of({:?}, {:?}).key(&{:?}){batched}{column}{rows} }}\n",
            kept.table,
            kept.name(),
            kept.key
        ));
        name
    }

    fn function(&mut self, function: String) {
        if !self.functions.contains(&function) {
            self.functions.push(function);
        }
    }

    fn table(&mut self, table: &Table) -> String {
        let mut code = format!("Table::create().table({:?}).if_not_exists()", table.name);
        for column in &table.columns {
            let _ = write!(code, ".col({})", self.column(column));
        }
        if table.primary.len() > 1 {
            let columns: String = table.primary.iter().map(|column| format!(".col({column:?})")).collect();
            let _ = write!(code, ".primary_key(Index::create(){columns})");
        }
        for reference in &table.references {
            let _ = write!(code, ".foreign_key({})", foreign_key(&table.name, reference));
        }
        if let Some(comment) = &table.comment {
            let _ = write!(code, ".comment({comment:?})");
        }
        code + ".take()"
    }

    fn column(&mut self, column: &Column) -> String {
        let definition = &column.definition;
        let mut code = match &column.of_enum {
            Some((name, labels)) => {
                self.modules.insert("labels");
                format!("labels::column(manager, {:?}, {name:?}, &{labels:?})", column.name)
            }
            None => match definition.get_column_type() {
                // Those without a builder.
                Some(
                    of @ (ColumnType::String(StringLen::Max) | ColumnType::VarBinary(StringLen::None | StringLen::Max)),
                ) => {
                    format!("ColumnDef::new_with_type({:?}, {})", column.name, value(of))
                }
                _ => format!("ColumnDef::new({:?}){}", column.name, data_type(definition)),
            },
        };
        let spec = definition.get_column_spec();
        if spec.nullable == Some(false) {
            code.push_str(".not_null()");
        }
        if let Some(value) = &spec.default {
            let _ = write!(code, ".default({})", default(definition, value));
        }
        if let Some(comment) = &spec.comment {
            let _ = write!(code, ".comment({comment:?})");
        }
        if spec.auto_increment {
            code.push_str(".auto_increment()");
        }
        if spec.primary_key {
            code.push_str(".primary_key()");
        }
        code
    }
}

fn batched_by(batch: Option<&(String, String)>) -> String {
    batch.map(|(segment, time)| format!(".batched_by({segment:?}, {time:?})")).unwrap_or_default()
}

fn create_index(table: &str, index: &Index) -> String {
    let columns: String = index.columns.iter().map(|column| format!(".col({column:?})")).collect();
    let unique = if index.is_unique { ".unique()" } else { "" };
    format!("Index::create().name({:?}).table({table:?}){columns}{unique}", index.name)
}

fn foreign_key(table: &str, reference: &Reference) -> String {
    let Reference { name, columns, target, target_columns, on_delete, on_update, .. } = reference;
    let mut code = format!("ForeignKey::create().name({name:?})");
    if let ([column], [other]) = (columns.as_slice(), target_columns.as_slice()) {
        let _ = write!(code, ".from({table:?}, {column:?}).to({target:?}, {other:?})");
    } else {
        let _ = write!(code, ".from_tbl({table:?}).to_tbl({target:?})");
        for (column, other) in columns.iter().zip(target_columns) {
            let _ = write!(code, ".from_col({column:?}).to_col({other:?})");
        }
    }
    for (when, said) in [("delete", on_delete), ("update", on_update)] {
        if let Some(action) = said.as_deref().and_then(action) {
            let _ = write!(code, ".on_{when}(ForeignKeyAction::{})", action.variant_name());
        }
    }
    code
}

fn default(column: &ColumnDef, value: &Expr) -> String {
    match value {
        Expr::Value(Value::Bool(Some(value))) => value.to_string(),
        Expr::Value(Value::TinyInt(Some(value))) => value.to_string(),
        Expr::Value(Value::SmallInt(Some(value))) => value.to_string(),
        Expr::Value(Value::Int(Some(value))) => value.to_string(),
        Expr::Value(Value::BigInt(Some(value))) => format!("{value}_i64"),
        Expr::Value(Value::String(Some(value))) => format!("{value:?}"),
        Expr::Value(Value::Double(Some(value))) => format!("{value:?}_f64"),
        Expr::Value(Value::Float(Some(value))) => format!("{value:?}_f32"),
        Expr::Keyword(sea_orm::sea_query::Keyword::CurrentTimestamp) => "Expr::current_timestamp()".to_owned(),
        // As PostgreSQL writes it, for which there is no other way.
        _ => format!("Expr::cust({:?})", default_of(DbBackend::Postgres, column).unwrap_or_default()),
    }
}

fn data_type(column: &ColumnDef) -> String {
    column.get_column_type().map(builder).unwrap_or_default()
}

/// The call of the builder that gives the type.
fn builder(data_type: &ColumnType) -> String {
    let plain = match data_type {
        ColumnType::Char(None) => "char",
        ColumnType::String(StringLen::None) => "string",
        ColumnType::Text => "text",
        ColumnType::Blob => "blob",
        ColumnType::TinyInteger => "tiny_integer",
        ColumnType::SmallInteger => "small_integer",
        ColumnType::Integer => "integer",
        ColumnType::BigInteger => "big_integer",
        ColumnType::TinyUnsigned => "tiny_unsigned",
        ColumnType::SmallUnsigned => "small_unsigned",
        ColumnType::Unsigned => "unsigned",
        ColumnType::BigUnsigned => "big_unsigned",
        ColumnType::Float => "float",
        ColumnType::Double => "double",
        ColumnType::Decimal(None) => "decimal",
        ColumnType::DateTime => "date_time",
        ColumnType::Timestamp => "timestamp",
        ColumnType::TimestampWithTimeZone => "timestamp_with_time_zone",
        ColumnType::Time => "time",
        ColumnType::Date => "date",
        ColumnType::Year => "year",
        ColumnType::Boolean => "boolean",
        ColumnType::Money(None) => "money",
        ColumnType::Json => "json",
        ColumnType::JsonBinary => "json_binary",
        ColumnType::Uuid => "uuid",
        ColumnType::Cidr => "cidr",
        ColumnType::Inet => "inet",
        ColumnType::MacAddr => "mac_address",
        ColumnType::LTree => "ltree",
        ColumnType::Char(Some(length)) => return format!(".char_len({length})"),
        ColumnType::String(StringLen::N(length)) => return format!(".string_len({length})"),
        ColumnType::Decimal(Some((precision, scale))) => return format!(".decimal_len({precision}, {scale})"),
        ColumnType::Money(Some((precision, scale))) => return format!(".money_len({precision}, {scale})"),
        ColumnType::Binary(length) => return format!(".binary_len({length})"),
        ColumnType::VarBinary(StringLen::N(length)) => return format!(".var_binary({length})"),
        ColumnType::Bit(length) => return format!(".bit({length:?})"),
        ColumnType::VarBit(length) => return format!(".varbit({length})"),
        ColumnType::Vector(size) => return format!(".vector({size:?})"),
        ColumnType::Custom(name) => return format!(".custom({:?})", name.to_string()),
        ColumnType::Array(element) => return format!(".array({})", value(element)),
        ColumnType::Interval(fields, precision) => {
            let fields =
                fields.as_ref().map_or_else(|| "None".to_owned(), |fields| format!("Some({})", interval(fields)));
            return format!(".interval({fields}, {precision:?})");
        }
        ColumnType::Enum { name, variants } => {
            let variants: Vec<String> = variants.iter().map(ToString::to_string).collect();
            return format!(".enumeration({:?}, {variants:?})", name.to_string());
        }
        // Without a builder; the enum may grow.
        other => return format!(".custom({:?})", format!("{other:?}")),
    };
    format!(".{plain}()")
}

fn interval(fields: &PgInterval) -> String {
    format!("PgInterval::{fields:?}")
}

/// The type as a value.
fn value(data_type: &ColumnType) -> String {
    match data_type {
        ColumnType::String(length) => format!("ColumnType::String(StringLen::{length:?})"),
        ColumnType::VarBinary(length) => format!("ColumnType::VarBinary(StringLen::{length:?})"),
        ColumnType::Custom(name) => format!("ColumnType::custom({:?})", name.to_string()),
        ColumnType::Array(element) => format!("ColumnType::Array(RcOrArc::new({}))", value(element)),
        other => format!("ColumnType::{other:?}"),
    }
}

/// A name that Rust takes.
fn ident(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("of_{name}") } else { name }
}
