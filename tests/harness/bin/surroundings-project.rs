//! A project whose revision writes what it finds around it: the time, a variable of the environment, the version, a map in
//! whatever order. Its way down panics on SQLite, as sea-query does at several changes in one `ALTER TABLE`.

use std::{collections::HashMap, process::ExitCode};

use migration_engine::sea_orm_migration::prelude::*;
use tests::inline::{Inline, project};

#[tokio::main]
async fn main() -> ExitCode {
    let notes = Inline::table("m1_notes", "notes").up_by(|manager| Box::pin(fill(manager))).down_by(|manager| {
        Box::pin(async move {
            let mut alter = Table::alter();
            alter.table("notes").drop_column("note").drop_column("version");
            manager.alter_table(alter).await
        })
    });
    migration_engine::cli::run(project(&[notes])).await
}

async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let texts = ["note varchar(99)", "version varchar(99)", "day varchar(99)"];
    for text in texts {
        db.execute_unprepared(&format!("ALTER TABLE notes ADD COLUMN {text}")).await?;
    }
    let now = chrono::Utc::now();
    let mut insert = Query::insert();
    insert.into_table("notes").columns(["id", "note", "version", "day"]).values_panic([
        now.timestamp().into(),
        std::env::var("SITE").ok().into(),
        env!("CARGO_PKG_VERSION").into(),
        now.format("%F").to_string().into(),
    ]);
    manager.execute(insert).await?;
    let severities = HashMap::from([("info", 1), ("warning", 2), ("critical", 3), ("fatal", 4)]);
    for (name, id) in severities {
        db.execute_unprepared(&format!("INSERT INTO notes (id, note) VALUES ({id}, '{name}')")).await?;
        db.execute_unprepared(&format!("CREATE INDEX notes_{name} ON notes (id) WHERE id > {id}")).await?;
    }
    Ok(())
}
