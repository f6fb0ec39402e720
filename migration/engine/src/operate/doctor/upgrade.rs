//! What stops an upgrade of TimescaleDB, and what it leaves worse than before: `ALTER EXTENSION timescaledb UPDATE` drops
//! tables and views of its own and makes them anew.
//!
//! # How to add a reason
//!
//! A `Reason` in [`REASONS`], with the versions whose upgrade it concerns.

use migration_timescale::{Capability, Version, internals::PACKED_CHUNKS};
use sea_orm::DbErr;

use super::{first, ok};
use crate::{
    Runner,
    operate::doctor::{Diagnosis, Health},
};

const ABOUT: &str = "upgrade of TimescaleDB";

/// Something that is in the way while an older version is installed.
struct Reason {
    /// The first version whose upgrade it no longer concerns.
    before: Option<Version>,
    /// The first version that can be asked.
    from: Option<Version>,
    /// What is in the way.
    what: &'static str,
    /// Names it, as one text, or gives null.
    question: &'static str,
    /// What happens, and what to do.
    advice: &'static str,
}

const REASONS: &[Reason] = &[
    Reason {
        from: None,
        before: None,
        what: "made on the extension's own tables and views",
        question: include_str!("dependents.sql"),
        advice: "an upgrade that replaces these fails; drop yours before, and make them again after it",
    },
    Reason {
        from: None,
        before: None,
        what: "published FOR ALL TABLES, the extension's among them",
        question: "SELECT string_agg(pubname, ', ') AS answer FROM pg_publication WHERE puballtables",
        advice: "an upgrade fails when it writes to one without a key, and a table that is published becomes no hypertable; publish \
                 tables by name",
    },
    Reason {
        from: Some(Version::new(2, 22, 0)),
        before: Some(Version::new(2, 27, 0)),
        what: "bloom filters on smallint columns",
        question: "SELECT string_agg(DISTINCT s.hypertable::text, ', ') AS answer FROM timescaledb_information.chunk_columnstore_settings s \
                   CROSS JOIN LATERAL jsonb_array_elements(s.index) i \
                   JOIN pg_attribute a ON a.attrelid = s.chunk AND a.atttypid = 'smallint'::regtype \
                   AND CASE jsonb_typeof(i -> 'column') WHEN 'array' THEN i -> 'column' ? a.attname::text ELSE i ->> 'column' = a.attname END \
                   WHERE i ->> 'type' = 'bloom' AND i ->> 'source' = 'config'",
        advice: "the upgrade to 2.27 stops until they are dropped, and says how",
    },
    Reason {
        from: None,
        before: Some(Version::new(2, 25, 0)),
        what: "continuous aggregates of the old format",
        question: "SELECT string_agg(format('%I.%I', view_schema, view_name), ', ') AS answer \
                   FROM timescaledb_information.continuous_aggregates WHERE NOT finalized",
        advice: "the upgrade to 2.25 stops until cagg_migrate has converted them",
    },
    Reason {
        from: None,
        before: Some(Version::new(2, 22, 0)),
        what: "tables of the access method hypercore",
        question: "SELECT string_agg(c.oid::regclass::text, ', ') AS answer FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'hypercore'",
        advice: "the upgrade to 2.22 stops until they are heap again",
    },
];

/// Asks them all.
pub(super) async fn upgrade(runner: &Runner, installed: Version) -> Result<Diagnosis, DbErr> {
    let mut stops = Vec::new();
    for reason in REASONS {
        let concerns = reason.before.is_none_or(|before| installed < before);
        if concerns && reason.from.is_none_or(|from| installed >= from) {
            let found = first(runner, reason.question).await?;
            stops.extend(found.map(|found| format!("{} ({found}): {}", reason.what, reason.advice)));
        }
    }
    let old = old_chunks(runner, runner.server()).await?;
    let newer = newer(runner, installed).await?;
    let series = first(runner, POSTGRES).await?.map(|text| format!("; {text}")).unwrap_or_default();
    let state = match &newer {
        Some(newer) => format!("{installed} is installed, the server has {newer}{series}"),
        None => format!("{installed} is installed, and the newest that the server has{series}"),
    };
    if stops.is_empty() && old.is_none() {
        return Ok(ok(ABOUT, format!("{state}; nothing is in the way")));
    }
    let health = if newer.is_some() && !stops.is_empty() { Health::Problem } else { Health::Note };
    let finding = std::iter::once(state).chain(stops).chain(old).collect::<Vec<_>>().join("; ");
    Ok(Diagnosis { about: ABOUT, health, finding })
}

const POSTGRES: &str = "SELECT CASE WHEN current_setting('server_version_num')::integer < 160000 \
     THEN '2.29 and later take PostgreSQL 16 or newer' END AS answer";

/// The version an upgrade would bring.
async fn newer(runner: &Runner, installed: Version) -> Result<Option<Version>, DbErr> {
    let offered =
        "SELECT default_version::text AS answer FROM pg_catalog.pg_available_extensions WHERE name = 'timescaledb'";
    let offered = first(runner, offered).await?.and_then(|version| version.parse::<Version>().ok());
    Ok(offered.filter(|offered| *offered > installed))
}

/// Chunks whose columns tell that a version before 2.24 packed them.
async fn old_chunks(runner: &Runner, server: Capability) -> Result<Option<String>, DbErr> {
    if !server.has_columnstore() {
        return Ok(None);
    }
    let packed = match PACKED_CHUNKS.on(server) {
        Ok(packed) => packed,
        Err(not_known) => return Ok(Some(format!("chunks of an older format: {not_known}"))),
    };
    let question = format!(
        "SELECT format('%s (%s, %s for example)', count(*), string_agg(DISTINCT i.inhparent::regclass::text, ', '), min(k.chunk::regclass::text)) AS answer \
         FROM {packed} k JOIN pg_inherits i ON i.inhrelid = k.chunk WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.packed \
         AND NOT a.attisdropped AND (a.attname = '_ts_meta_sequence_num' OR a.attname LIKE '\\_ts\\_meta\\_v2\\_bloom1\\_%')) HAVING count(*) > 0"
    );
    Ok(first(runner, &question).await?.map(|chunks| {
        format!(
            "chunks packed in a format of before 2.24 ({chunks}): from 2.24 on their bloom filters are not used, and chunks are not \
             merged into them; after the upgrade decompress_chunk and compress_chunk them again"
        )
    }))
}
