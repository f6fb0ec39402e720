//! Extensions that a revision makes itself.

use sea_orm::DbBackend;
use sqlparser::ast;

use crate::sql::parsed;

/// The extensions that a text creates and that must not be there before: without `IF NOT EXISTS`.
pub(crate) fn extensions_made(sql: &str) -> Vec<String> {
    created(sql).into_iter().filter(|create| !create.if_not_exists).map(name).collect()
}

/// Whether a text creates that extension, unless it is there.
pub(crate) fn creates_extension(sql: &str, extension: &str) -> bool {
    created(sql).into_iter().any(|create| name(create) == extension)
}

fn created(sql: &str) -> Vec<ast::CreateExtension> {
    let parsed = parsed::parse(DbBackend::Postgres, sql);
    let created = parsed.iter().flat_map(|one| &one.statements).filter_map(|statement| match statement {
        ast::Statement::CreateExtension(create) => Some(create.clone()),
        _ => None,
    });
    created.collect()
}

fn name(create: ast::CreateExtension) -> String {
    let name = create.name;
    if name.quote_style.is_some() { name.value } else { name.value.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::extensions_made;

    #[test]
    fn only_those_that_must_not_be_there() {
        assert_eq!(extensions_made("-- search\ncreate extension PG_TRGM; SELECT 1"), ["pg_trgm"]);
        assert_eq!(extensions_made("CREATE EXTENSION \"uuid-ossp\" WITH SCHEMA app CASCADE"), ["uuid-ossp"]);
        assert_eq!(extensions_made("CREATE EXTENSION IF NOT EXISTS pg_trgm; SELECT 'CREATE EXTENSION x'"), [""; 0]);
    }
}
