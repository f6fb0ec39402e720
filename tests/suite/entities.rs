//! The entities are what the migrated schema gives; and of schemas as people have them, every row is read.
//!
//! `entities/schema.sql` has every type, and names that are none in Rust. What is generated from it is compiled with the suite
//! as `entities/generated` and `entities/views`; `WRITE_SCHEMA=1` writes it anew.

#[allow(
    unreachable_patterns,
    reason = "columns that differ in punctuation alone are one in a FromStr that sea-orm derives"
)]
#[allow(clippy::struct_field_names, reason = "fields are columns of the database")]
mod generated;
mod views;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use entity_codegen::Sentences;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel, Iterable, JoinType, QueryFilter, QuerySelect, RelationTrait,
};
use tests::{Backend, TestDatabase, on_every_backend, rows_as_text, scalar, workspace};

use generated::{every_type, lists, sea_orm_active_enums::Mood};

on_every_backend!(
    only: [postgres], "its types and extensions are those of PostgreSQL";
    equals_the_checked_in_entities_of_every_type,
    every_row_is_read_and_written_as_it_was,
    relations_lead_to_the_other_table,
    a_type_that_sea_orm_lacks_is_compared_as_what_it_is,
    labels_are_the_same_in_rust_in_json_and_in_the_database,
    lists_are_lists_where_checks_keep_them_flat,
    every_type_of_the_server_is_read_or_named,
    views_are_read_with_what_is_nullable,
);

#[tokio::test]
async fn equals_the_checked_in_entities() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let differences = entity_codegen::differences(database.url()).await.unwrap();
    assert!(differences.is_empty(), "run `make entities` and review:\n{differences}");
}

/// The database with every type and its rows.
async fn every_type(database: &TestDatabase) -> DatabaseConnection {
    let db = database.connect().await;
    for script in [include_str!("entities/schema.sql"), include_str!("entities/rows.sql")] {
        db.execute_unprepared(script).await.unwrap();
    }
    db
}

async fn generate(db: &DatabaseConnection) -> entity_codegen::Entities {
    entity_codegen::entities(db, "public", "entity", &Sentences::default(), |_| true).await.unwrap()
}

async fn equals_the_checked_in_entities_of_every_type(database: TestDatabase) {
    let entities = generate(&every_type(&database).await).await;
    let notes = BTreeMap::from([("notes.txt".to_owned(), entities.notes.join("\n") + "\n")]);
    for (name, files) in [("generated", entities.tables), ("views", entities.views), (".", notes)] {
        let folder: PathBuf = workspace().join("tests/suite/entities").join(name);
        if std::env::var_os("WRITE_SCHEMA").is_some() {
            for left in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if is_code(&left) {
                    fs::remove_file(left).unwrap();
                }
            }
            for (name, content) in &files {
                fs::write(folder.join(name), content).unwrap();
            }
        }
        for (name, content) in &files {
            let found = fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert_eq!(found, *content, "{name}: `make schema` writes it anew");
        }
        let there = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = there.filter(|there| is_code(there.as_ref()) && !files.contains_key(there)).collect();
        assert!(left.is_empty(), "{name}: not generated any more: {left:?}");
    }
}

fn is_code(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Reads all rows and writes them back: each is the same as before.
async fn rewritten<E>(db: &DatabaseConnection, table: &str)
where
    E: EntityTrait<Model: IntoActiveModel<E::ActiveModel>, ActiveModel: Send>,
{
    let rows = format!("SELECT t::text FROM {table} t ORDER BY 1");
    let before = rows_as_text(db, &rows).await;
    let models = E::find().all(db).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    assert_eq!(models.len(), before.len(), "{table}");
    assert!(!models.is_empty(), "{table}: nothing to read");
    db.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    for model in models {
        let written = model.clone().into_active_model().reset_all();
        E::insert(written).exec_without_returning(db).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    assert_eq!(rows_as_text(db, &rows).await, before, "{table}");
}

async fn every_row_is_read_and_written_as_it_was(database: TestDatabase) {
    let db = every_type(&database).await;
    // So that rows can be deleted one table after the other.
    db.execute_unprepared(
        "ALTER TABLE \"match\" DROP CONSTRAINT match_from_fkey, DROP CONSTRAINT match_to_fkey;
        ALTER TABLE a_b DROP CONSTRAINT a_b_id_fkey; ALTER TABLE \"a-b\" DROP CONSTRAINT \"a-b_one_two_fkey\";
        ALTER TABLE gen DROP CONSTRAINT gen_parent_fkey",
    )
    .await
    .unwrap();
    rewritten::<every_type::Entity>(&db, "every_type").await;
    rewritten::<lists::Entity>(&db, "lists").await;
    rewritten::<generated::names::Entity>(&db, "names").await;
    rewritten::<generated::r#gen::Entity>(&db, "gen").await;
    rewritten::<generated::r#match::Entity>(&db, "\"match\"").await;
    rewritten::<generated::a_b::Entity>(&db, "\"a-b\"").await;
    rewritten::<generated::a_b_2::Entity>(&db, "a_b").await;
    rewritten::<generated::self_::Entity>(&db, "\"Self\"").await;
    rewritten::<generated::crate_::Entity>(&db, "crate").await;
    rewritten::<generated::mod_2::Entity>(&db, "mod").await;
    rewritten::<generated::revision_2::Entity>(&db, "revision").await;
    rewritten::<generated::sea_orm_active_enums_2::Entity>(&db, "sea_orm_active_enums").await;
    rewritten::<generated::n_2fa::Entity>(&db, "\"2fa\"").await;
    rewritten::<generated::parted::Entity>(&db, "parted").await;
}

async fn relations_lead_to_the_other_table(database: TestDatabase) {
    let db = every_type(&database).await;
    let composite = generated::a_b::Entity::find().inner_join(generated::r#gen::Entity).all(&db).await.unwrap();
    assert_eq!(composite.iter().map(|row| row.id).collect::<Vec<_>>(), [1]);
    let one_of_two = generated::r#match::Relation::GenByTo.def();
    let rows = generated::r#match::Entity::find().join(JoinType::InnerJoin, one_of_two).all(&db).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [2]);
    let parent = generated::r#gen::Relation::GenByParent.def();
    assert_eq!(parent.from_tbl, parent.to_tbl);
    let one = generated::a_b::Entity::find_by_id(1).find_also_related(generated::a_b_2::Entity).one(&db).await.unwrap();
    assert_eq!(one.unwrap().1.unwrap().id, 1);
}

async fn a_type_that_sea_orm_lacks_is_compared_as_what_it_is(database: TestDatabase) {
    let db = every_type(&database).await;
    let found = async |condition| every_type::Entity::find().filter(condition).all(&db).await.unwrap().len();
    assert_eq!(found(every_type::Column::Citext.eq("CITEXT")).await, 1, "without case");
    assert_eq!(found(every_type::Column::Inet.eq("192.168.0.1/24")).await, 1);
    assert_eq!(found(every_type::Column::Interval.gt("1 day")).await, 1, "by time, not by letter");
    assert_eq!(found(every_type::Column::Numeric405.is_in(["12345678901234567890123456789012345.543210"])).await, 1);
    let mut row = every_type::Entity::find_by_id(1).one(&db).await.unwrap().unwrap().into_active_model();
    row.bits = Set(Some("{000}".to_owned()));
    row.mood = Set(Some(Mood::U007bU007d));
    let updated = row.update(&db).await.unwrap();
    assert_eq!((updated.bits.as_deref(), updated.inet.as_deref()), (Some("{000}"), Some("192.168.0.1/24")));
}

async fn labels_are_the_same_in_rust_in_json_and_in_the_database(database: TestDatabase) {
    let db = every_type(&database).await;
    let labels = rows_as_text(&db, "SELECT unnest(enum_range(NULL::mood))::text").await;
    let values: Vec<Mood> = Mood::iter().collect();
    assert_eq!(values.len(), labels.len());
    for (value, label) in values.into_iter().zip(&labels) {
        assert_eq!(value.to_value().value, *label);
        assert_eq!(serde_json::to_value(value).unwrap(), serde_json::json!(label));
        let row = every_type::Entity::find()
            .filter(every_type::Column::Id.gt(100))
            .filter(every_type::Column::Mood.eq(value));
        let row = row.one(&db).await.unwrap().unwrap_or_else(|| panic!("{label:?} is not found"));
        assert_eq!(row.mood, Some(value));
    }
}

async fn lists_are_lists_where_checks_keep_them_flat(database: TestDatabase) {
    let db = every_type(&database).await;
    let row = lists::Entity::find_by_id(1).one(&db).await.unwrap().unwrap();
    assert_eq!(row.texts, entity::TextList::from(["a", "b c", ""]));
    assert_eq!((row.ints, row.floats), (Some(vec![1, -2]), vec![0.1]));
    assert_eq!(row.moods, [Mood::Empty, Mood::ItS, Mood::InProgress]);
    assert_eq!(row.inets, "{10.0.0.1}");
    let row = every_type::Entity::find_by_id(1).one(&db).await.unwrap().unwrap();
    assert_eq!(row.texts.as_deref(), Some("{{a,b},{c,NULL}}"));
    assert_eq!(row.int4s.as_deref(), Some("{1,NULL,3}"));
}

async fn every_type_of_the_server_is_read_or_named(database: TestDatabase) {
    let db = every_type(&database).await;
    let types = rows_as_text(
        &db,
        "SELECT format_type(oid, -1) FROM pg_type WHERE typtype IN ('b', 'r', 'm', 'e', 'd') AND typrelid = 0 \
         AND typnamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace) AND typelem <> 'pg_attribute'::regtype \
         AND typname NOT LIKE '\\_pg\\_%' AND typname NOT LIKE '%cstring' ORDER BY oid",
    )
    .await;
    assert!(types.len() > 150, "{}", types.len());
    let columns: Vec<String> = types.iter().enumerate().map(|(number, of)| format!("c{number} {of}")).collect();
    db.execute_unprepared(&format!("CREATE TABLE all_types (id int PRIMARY KEY, {})", columns.join(", ")))
        .await
        .unwrap();
    db.execute_unprepared("INSERT INTO all_types VALUES (1)").await.unwrap();
    let entities = generate(&db).await;
    let code = &entities.tables["all_types.rs"];
    let native = [
        "bool",
        "i16",
        "i32",
        "i64",
        "f32",
        "f64",
        "String",
        "Vec<u8>",
        "Date",
        "Time",
        "DateTime",
        "DateTimeWithTimeZone",
        "Uuid",
        "Json",
        "Mood",
        "MoodEnum2",
        "Model2",
        "Decimal",
    ];
    for (number, of) in types.iter().enumerate() {
        let name = format!("c{number}");
        let (before, after) =
            code.split_once(&format!("    pub {name}: Option<")).unwrap_or_else(|| panic!("{of} has no field"));
        let attribute = before.rsplit("    pub ").next().unwrap();
        let field = after.split(">,").next().unwrap();
        let is_named = entities.notes.iter().any(|note| note.starts_with(&format!("public.all_types.{name} is ")));
        let is_text = attribute.contains(&format!("save_as = {of:?}"));
        assert!(native.contains(&field), "{of} is {field}");
        assert_eq!(is_text, is_named, "{of}: text exactly when it is named");
        assert!(is_text || field != "String" || ["text", "character varying", "bpchar"].contains(&of.as_str()), "{of}");
        // What the entity asks.
        assert_eq!(
            scalar(&db, &format!("SELECT count(*)::text FROM all_types WHERE CAST({name} AS text) IS NULL"))
                .await
                .unwrap(),
            "1"
        );
    }
}

async fn views_are_read_with_what_is_nullable(database: TestDatabase) {
    let db = every_type(&database).await;
    let rows = views::of_key::Entity::find().all(&db).await.unwrap();
    assert_eq!(rows.len(), rows_as_text(&db, "SELECT 1::text FROM of_key").await.len());
    assert_eq!((rows[0].no, rows[0].x.as_deref()), (1, Some("y")));
    let mut rows = views::by_quality::Entity::find().all(&db).await.unwrap();
    rows.sort_by_key(|row| row.r#type);
    let means: Vec<Option<&str>> = rows.iter().map(|row| row.mean.as_deref()).collect();
    assert_eq!(means, [None, Some("3.0000000000000000")]);
    assert_eq!(views::by_sensor::Entity::find_by_id("a").one(&db).await.unwrap().unwrap().value, 2);
    assert_eq!(views::above::Entity::find().all(&db).await.unwrap().len(), 2);
    assert_eq!(views::indexed::Entity::find_by_id((2, "a".to_owned())).all(&db).await.unwrap().len(), 1);
    assert_eq!(views::stored::Entity::find().all(&db).await.unwrap().len(), 2);
    let saved = views::stored::ActiveModel { sensor: Set("c".to_owned()), total: Set(1) }.insert(&db).await;
    assert!(saved.unwrap_err().to_string().contains("can only be read"));
}
