//! The entities of a schema, from what the catalogue says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use sea_orm::DatabaseConnection;

use crate::{
    CodegenError, Files,
    catalogue::{Catalogue, Column, ForeignKey, Relation, Type},
    code::{self, Entity, Field, Kind},
    names::{Names, ident},
    sentences::{self, Name, Sentences},
    types::{self, Reading},
    views::Proofs,
};

/// The entities of a schema.
pub struct Entities {
    /// Of its tables.
    pub tables: Files,
    /// Of its views, materialized views and continuous aggregates.
    pub views: Files,
    /// A line about each object that has no entity, and each column that is read as text: what, why, and what to do.
    pub notes: Vec<String>,
    /// A file of sentences that has none yet.
    pub to_describe: String,
}

/// Where the enums are.
pub const ENUMS: &str = "sea_orm_active_enums";
/// Modules of a folder that are not of a table.
const MODULES: [&str; 3] = ["mod", "revision", ENUMS];
/// What a file of an entity calls so, be it by its prelude or its derives.
const TYPES: [&str; 34] = [
    "ActiveModel",
    "ActiveModelEx",
    "Blob",
    "Box",
    "Column",
    "ColumnType",
    "Date",
    "DateTime",
    "DateTimeUtc",
    "DateTimeWithTimeZone",
    "DbErr",
    "Decimal",
    "Deserialize",
    "Entity",
    "EnumIter",
    "Err",
    "Expr",
    "Iterable",
    "Json",
    "Linked",
    "Model",
    "ModelEx",
    "None",
    "Ok",
    "Option",
    "PrimaryKey",
    "Related",
    "Relation",
    "RelationDef",
    "Self",
    "Serialize",
    "Some",
    "String",
    "Vec",
];

/// The entities of a schema that the connection finds without its name, with its tables that `is_entity` takes.
///
/// Code that all entities share, as `read_only!`, is in the crate `root`.
///
/// # Errors
///
/// The catalogue cannot be read, a sentence is missing or too much, or rustfmt is missing.
pub async fn entities(
    db: &DatabaseConnection,
    schema: &str,
    root: &str,
    sentences: &Sentences,
    is_entity: impl Fn(&str) -> bool,
) -> Result<Entities, CodegenError> {
    let failed = |source| CodegenError::Discovery { schema: schema.to_owned(), source };
    let catalogue = Catalogue::read(db).await.map_err(failed)?;
    let mut proofs = Proofs::new(&catalogue);
    let mut notes = Vec::new();
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut partitions = 0;
    for relation in catalogue.relations.iter().filter(|relation| relation.schema == schema && !relation.of_extension) {
        if relation.is_partition {
            partitions += 1;
        } else if is_entity(&relation.name) {
            match Found::new(relation, &mut proofs) {
                Ok(entity) => {
                    notes.extend(entity.notes());
                    found.push(entity);
                }
                Err(note) => notes.push(note),
            }
        }
    }
    if partitions > 0 {
        notes.push(format!(
            "schema {schema}: {partitions} partitions have no entity; read their rows with those of the table"
        ));
    }
    // As it is: `crate` is a keyword.
    let root = Ident::new(root, Span::call_site());
    let root = quote!(#root);
    let names = all_names(&found);
    let differences = sentences.differences(&names);
    if !differences.is_empty() {
        return Err(CodegenError::Sentences { path: sentences.path.clone(), differences });
    }
    let to_describe = sentences::empty(&names);
    let (views, tables): (Vec<_>, Vec<_>) = found.into_iter().partition(|entity| entity.relation.is_view());
    let folder = |found: &[Found<'_>]| folder(schema, &root, sentences, found);
    Ok(Entities { tables: folder(&tables)?, views: folder(&views)?, notes, to_describe })
}

/// Of tables, columns and enums, each once.
fn all_names<'a>(found: &[Found<'a>]) -> Vec<Name<'a>> {
    let mut names = Vec::new();
    for Found { relation, columns, .. } in found {
        names.push(Name::Item(&relation.name));
        names.extend(columns.iter().map(|found| Name::Column(&relation.name, &found.column.name)));
    }
    for (name, known) in enums(found) {
        names.push(Name::Item(name));
        names.extend(known.labels.iter().flatten().map(|label| Name::Label(name, label)));
    }
    names
}

/// Enums of the columns, by name.
fn enums<'a>(found: &[Found<'a>]) -> BTreeMap<&'a str, &'a Type> {
    let columns = found.iter().flat_map(|entity| &entity.columns);
    columns.filter_map(|column| column.reading.of_enum()).map(|known| (known.name.as_str(), known)).collect()
}

/// A relation that gets an entity.
struct Found<'a> {
    relation: &'a Relation,
    key: Vec<String>,
    columns: Vec<FoundColumn<'a>>,
}

struct FoundColumn<'a> {
    column: &'a Column,
    reading: Reading<'a>,
    nullable: bool,
    field: String,
    variant: String,
}

impl<'a> Found<'a> {
    /// Or why it gets none.
    fn new(relation: &'a Relation, proofs: &mut Proofs<'a>) -> Result<Self, String> {
        let shown = relation.shown();
        let known = proofs.of(relation);
        let Some(key) = known.key else {
            return Err(if relation.is_view() {
                let index = if relation.kind == 'm' { ", make a unique index on such columns" } else { "" };
                format!(
                    "{shown} has no entity: nothing proves its key; select the key of its one table, or all that it groups by, \
                     and what coalesce makes not null{index}, or read it into a struct that derives FromQueryResult"
                )
            } else {
                format!("{shown} has no entity: it has no primary key, and SeaORM needs one; add it")
            });
        };
        let (mut fields, mut variants) = (Names::snake(&[]), Names::pascal(&[]));
        let columns = relation.columns.iter().map(|column| FoundColumn {
            reading: types::reading(column, &relation.checks),
            nullable: !known.not_null.contains(&column.name),
            field: fields.give(&column.name),
            variant: variants.give(&column.name),
            column,
        });
        Ok(Self { relation, key, columns: columns.collect() })
    }

    fn notes(&self) -> impl Iterator<Item = String> {
        let Relation { schema, name: table, .. } = self.relation;
        self.columns.iter().filter_map(move |FoundColumn { column: Column { name, shown, .. }, reading, .. }| {
            match reading {
                Reading::Text(why) => Some(format!("{schema}.{table}.{name} is {shown} and read as text: {why}")),
                Reading::Native(..) | Reading::Enum(_) | Reading::List(_) => None,
            }
        })
    }

    fn variants(&self, names: &[String]) -> Option<Vec<String>> {
        let one = |name: &String| {
            let column = self.columns.iter().find(|found| found.column.name == *name);
            column.map(|found| ident(&found.variant).to_string())
        };
        names.iter().map(one).collect()
    }
}

/// The files of a folder.
fn folder(schema: &str, root: &TokenStream, sentences: &Sentences, found: &[Found<'_>]) -> Result<Files, CodegenError> {
    let mut names = Names::snake(&MODULES);
    let modules: Vec<String> = found.iter().map(|entity| names.give(&entity.relation.name)).collect();
    let mut enum_names = Names::pascal(&TYPES);
    let enums = enums(found);
    // The derive makes types of these names too.
    let names: HashMap<&str, String> =
        enums.keys().map(|&name| (name, enum_names.give_with(name, &["Enum", "Variant"]))).collect();

    let mut files = Files::new();
    for (entity, module) in found.iter().zip(&modules) {
        let relations = relations(entity, module, found, &modules);
        files.insert(format!("{module}.rs"), code::entity(&described(entity, relations, root, sentences, &names)));
    }
    let mut list: BTreeSet<&str> = modules.iter().map(String::as_str).collect();
    if !enums.is_empty() {
        let enums =
            enums.iter().filter_map(|(name, known)| Some((*name, names.get(name)?.clone(), known.labels.as_deref()?)));
        files.insert(format!("{ENUMS}.rs"), code::enums(root, sentences, enums));
        list.insert(ENUMS);
    }
    if !list.is_empty() {
        files.insert("mod.rs".to_owned(), code::modules(list.into_iter()));
    }
    crate::format(schema, files)
}

fn described<'a>(
    entity: &'a Found<'a>,
    relations: Vec<code::Relation>,
    root: &TokenStream,
    sentences: &'a Sentences,
    enums: &HashMap<&str, String>,
) -> Entity<'a> {
    let relation = entity.relation;
    let fields = entity.columns.iter().map(|FoundColumn { column, reading, nullable, field, variant }| {
        let (column_type, save_as) = match reading {
            Reading::Native(_, column_type) => (column_type.clone(), None),
            Reading::Text(_) => (Some(format!("custom({:?})", column.cast)), Some(column.cast.as_str())),
            Reading::Enum(_) | Reading::List(_) => (None, None),
        };
        let own_keys = || relation.keys.iter().filter(|key| !key.primary && !relation.is_view());
        Field {
            column: &column.name,
            doc: sentences.of_column(&relation.name, &column.name),
            name: field.clone(),
            variant: variant.clone(),
            rust: rust(reading, root, enums),
            column_type,
            save_as,
            nullable: *nullable,
            primary: entity.key.contains(&column.name),
            auto_increment: column.auto_increment,
            unique: own_keys().any(|key| key.columns == [column.name.as_str()]),
            unique_key: own_keys()
                .find(|key| key.columns.len() > 1 && key.columns.contains(&column.name))
                .map(|key| key.name.as_str()),
        }
    });
    let used: BTreeSet<&str> =
        entity.columns.iter().filter_map(|column| column.reading.of_enum()).map(|known| known.name.as_str()).collect();
    Entity {
        table: &relation.name,
        doc: sentences.of(&relation.name),
        fields: fields.collect(),
        enums: used.iter().filter_map(|name| enums.get(name).cloned()).collect(),
        is_eq: entity.columns.iter().all(|column| column.reading.is_eq()),
        relations,
        read_only: relation.is_view().then(|| root.clone()),
    }
}

fn rust(reading: &Reading<'_>, root: &TokenStream, enums: &HashMap<&str, String>) -> TokenStream {
    match reading {
        Reading::Native(rust, _) => rust.clone(),
        Reading::Text(_) => quote!(String),
        Reading::Enum(known) => {
            let name = format_ident!("{}", enums.get(known.name.as_str()).map_or("String", String::as_str));
            quote!(#name)
        }
        Reading::List(item) => {
            let item = rust(item, root, enums);
            // A list of texts is an array on PostgreSQL alone.
            if item.to_string() == "String" { quote!(#root::TextList) } else { quote!(Vec<#item>) }
        }
    }
}

/// Its foreign keys, and those of others to it.
fn relations(entity: &Found<'_>, module: &str, all: &[Found<'_>], modules: &[String]) -> Vec<code::Relation> {
    let mut relations = Vec::new();
    for (other, other_module) in all.iter().zip(modules) {
        let is_self = module == other_module;
        let (mine, theirs) = (keys_to(entity, other), keys_to(other, entity));
        let is_only = !is_self && mine.len() + theirs.len() == 1;
        for key in &mine {
            let (Some(from), Some(to)) = (entity.variants(&key.from), other.variants(&key.to)) else { continue };
            let by = if is_only {
                other.relation.name.clone()
            } else {
                format!("{}_by_{}", other.relation.name, key.from.join("_"))
            };
            relations.push((
                by,
                (!is_self).then(|| other_module.clone()),
                is_only,
                Kind::BelongsTo { from, to, on_update: action(key.on_update), on_delete: action(key.on_delete) },
            ));
        }
        // The other way is derived from the one that there is.
        if let ([], [key], false) = (&mine[..], &theirs[..], is_self) {
            let is_one =
                other.relation.keys.iter().any(|unique| unique.columns.iter().all(|column| key.from.contains(column)));
            let kind = if is_one { Kind::HasOne } else { Kind::HasMany };
            relations.push((other.relation.name.clone(), Some(other_module.clone()), true, kind));
        }
    }
    relations.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let mut names = Names::pascal(&[]);
    let relations = relations.into_iter().map(|(by, module, is_only, kind)| code::Relation {
        name: names.give(&by),
        module,
        kind,
        is_only,
    });
    relations.collect()
}

fn keys_to<'a>(from: &'a Found<'_>, to: &Found<'_>) -> Vec<&'a ForeignKey> {
    let leads_there = |key: &&ForeignKey| key.schema == to.relation.schema && key.table == to.relation.name;
    from.relation.foreign_keys.iter().filter(leads_there).collect()
}

/// `pg_constraint.confupdtype` and `confdeltype`, as sea-orm calls them.
fn action(code: char) -> &'static str {
    match code {
        'r' => "Restrict",
        'c' => "Cascade",
        'n' => "SetNull",
        'd' => "SetDefault",
        _ => "NoAction",
    }
}
