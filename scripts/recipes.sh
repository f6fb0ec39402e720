#!/usr/bin/env bash
# Follows the README's recipes for a column, for an area, and for a project that writes its entities by hand, on a copy of
# this checkout, with the README's own code, and tries what comes of them. Part of `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/target
copy=$target/recipes
# Its own: cargo tells packages of two copies apart by nothing but the path within. Libraries that are compiled already
# are taken over.
export CARGO_TARGET_DIR=$copy/target
bin=$CARGO_TARGET_DIR/debug
database="sqlite://$copy/alarms.sqlite"

# The first block of a language in the section of the column.
block() { # language
    awk -v open='```'"$1" '
        /^### /{ section = ($0 == "### A column, from revision to query") }
        section && !done && $1 == open { indent = index($0, "`") - 1; inside = 1; next }
        inside && $1 == "```" { inside = 0; done = 1 }
        inside { print substr($0, indent + 1) }' README.md
}
build() { cargo build --locked --quiet --workspace "$@"; }

rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar --null -T - -c | tar -x -C "$copy"
mkdir -p "$bin/deps"
if [ -d "$target/debug/.fingerprint" ]; then
    cp -a "$target/debug/.fingerprint" "$target/debug/build" "$bin/"
    find "$target/debug/deps" -maxdepth 1 -name '*.d' -exec cp -a -t "$bin/deps" {} +
    # Links: the compiler writes a library beside the old one and renames it.
    find "$target/debug/deps" -maxdepth 1 \( -name '*.rlib' -o -name '*.rmeta' -o -name '*.so' \) -exec cp -al -t "$bin/deps" {} +
fi
ln -s "$PWD/scripts/timescaledb/node_modules" "$copy/scripts/timescaledb/node_modules"
cd "$copy"

# Of this checkout, as it was built by the tests: no revision is asked for here.
migration=$target/debug/migration
[ -x "$migration" ] || (cd "$target/.." && CARGO_TARGET_DIR=$target build --bins)
(cd migration && "$migration" new add_alarm_site --area alarms)
block rust >"$(ls migration/src/areas/alarms/m*_add_alarm_site.rs)"
(cd migration && "$migration" new create_machines --area recipe)
cat >"$(ls migration/src/areas/recipe/m*_create_machines.rs)" <<'REVISION'
//! Machines.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(Table::create().table("machines").col(pk_auto("id")).col(string("name")).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("machines").take()).await
    }
}
REVISION

# Entities of the adopted project: a column, one with another name, an enum, a table with a foreign key.
adopted=tests/adopted-project
sed -i -e 's/    pub title: String,/    #[sea_orm(renamed_from = "title")]\n    pub heading: String,/' \
    -e 's/    pub views: Option<i64>,/&\n    pub author: Option<String>,\n    #[sea_orm(default_value = "draft")]\n    pub state: State,/' \
    "$adopted/src/post.rs"
cat >>"$adopted/src/post.rs" <<'ENTITY'

#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "post_state")]
pub enum State {
    #[sea_orm(string_value = "draft")]
    Draft,
    #[sea_orm(string_value = "open")]
    Open,
}
ENTITY
cat >"$adopted/src/comment.rs" <<'ENTITY'
use sea_orm_migration::sea_orm::{self, entity::prelude::*};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub post_id: i32,
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::post::Entity", from = "Column::PostId", to = "super::post::Column::Id")]
    Post,
}

impl ActiveModelBehavior for ActiveModel {}
ENTITY
sed -i 's/^pub mod post;/pub mod comment;\n&/' "$adopted/src/lib.rs"
sed -i 's/entities!\[adopted_project::post\]/entities![adopted_project::comment, adopted_project::post]/' "$adopted/src/main.rs"

# Of the workspace's programs those that the recipes run: the others need not be linked.
# The example brings the features of dev-dependencies, with which the libraries were built.
build --bin migration --bin entity-codegen --bin adopted-project --example list_alarms
posts="sqlite://$copy/posts.sqlite?mode=rwc"
(cd "$adopted" && "$bin/adopted-project" -u "$posts" up && "$bin/adopted-project" -u "$posts" new grow --from-entities)
"$bin/migration" lint --since m20261126_000000_create_alarm_actions
"$bin/migration" -u "$database?mode=rwc" up
"$bin/migration" -u "$database" verify
# A column without a sentence is named.
if said=$(node scripts/timescaledb/with.mjs "$bin/entity-codegen" 2>&1) || [[ $said != *'no sentence for alarms.site'* ]]; then
    echo "no sentence was asked for: $said" >&2
    exit 1
fi
block text >>entity/src/alarms/sentences.txt
node scripts/timescaledb/with.mjs "$bin/entity-codegen"
grep -q 'pub site: Option<String>' entity/src/alarms/generated/alarms.rs
grep -q 'Where the sensor is' entity/src/alarms/generated/alarms.rs
grep -q 'create_machines' entity/src/recipe/generated/revision.rs
grep -q '^machines.name:$' entity/src/recipe/sentences.txt

block diff | git apply --directory="${copy#"$(git rev-parse --show-toplevel)"/}" -
cat >core-server-adapter/examples/recipe.rs <<'EXAMPLE'
//! An alarm is found by its site.

use chrono::Utc;
use core_server_adapter::{
    Database, DatabaseConfig, PageRequest,
    alarms::{AlarmFilter, AlarmSeverity, NewAlarm},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("no URL")?;
    let database = Database::connect(&DatabaseConfig::new(&url)?).await?;
    let alarm = |site: &str| NewAlarm::threshold("pump-1", AlarmSeverity::Info, Utc::now()).site(site);
    database.alarms().raise(&alarm("Ulm")).await?;
    database.alarms().raise_many(&[alarm("Bonn"), alarm("Bonn")]).await?;
    let page = database.alarms().list(&AlarmFilter::new().site("Bonn"), &PageRequest::first(10)).await?;
    let sites: Vec<_> = page.items.iter().map(|alarm| alarm.site.as_deref()).collect();
    if sites != [Some("Bonn"), Some("Bonn")] {
        return Err(format!("found {sites:?}").into());
    }
    Ok(())
}
EXAMPLE
build --bin adopted-project --example recipe
(cd "$adopted" && "$bin/adopted-project" -u "$posts" up && "$bin/adopted-project" -u "$posts" new --from-entities --check)
"$bin/adopted-project" -u "$posts" down
"$bin/examples/recipe" "$database"
"$bin/migration" -u "$database" down
"$bin/migration" -u "$database" up
echo 'the recipes work'
rm -rf "$CARGO_TARGET_DIR"
