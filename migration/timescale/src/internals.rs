//! What is used of TimescaleDB that its documentation does not promise, each with the versions it was looked at for.
//!
//! Everything else stands on the documented views (`timescaledb_information`) and functions. A version that nobody has
//! looked at yet is [`NotKnown`], and so are answers that need such an item: they say so and the others are given.
//!
//! # How to take in a new version
//!
//! Read what became of each item (TimescaleDB's `sql/pre_install/tables.sql` and `sql/updates`), raise [`UNSEEN`], give an
//! item that changed one more spelling, and run the suite on a server of that version.

use crate::{Capability, Version};

const OLDEST: Version = Version::OLDEST;
/// Release in which internal functions moved to a schema of their own.
const OWN_SCHEMA: Version = Version::new(2, 12, 0);
/// Release in which the table of chunks was rebuilt.
const CHUNKS_REBUILT: Version = Version::new(2, 29, 0);
/// The first version that nobody has looked at.
pub const UNSEEN: Version = Version::new(2, 30, 0);

/// The schema of chunks and of what aggregates store, unless a hypertable names another one, and of the views that
/// TimescaleDB makes for an aggregate.
pub const SCHEMA: &str = "_timescaledb_internal";

/// The identifier of a hypertable (`id`, `schema_name`, `table_name`).
pub const HYPERTABLES: Internal = Internal {
    what: "the identifier of a hypertable",
    spellings: &[Spelling { from: OLDEST, before: UNSEEN, sql: "_timescaledb_catalog.hypertable" }],
};

/// Chunks in the columnstore: `chunk`, `packed` (the relation with its rows, which inherits from nothing) and `rows`, so
/// many as were packed.
pub const PACKED_CHUNKS: Internal = Internal {
    what: "where the rows of the columnstore are",
    spellings: &[
        Spelling {
            from: OLDEST,
            before: CHUNKS_REBUILT,
            sql: "(SELECT to_regclass(format('%I.%I', k.schema_name, k.table_name))::oid AS chunk, \
                  to_regclass(format('%I.%I', q.schema_name, q.table_name))::oid AS packed, z.numrows_pre_compression AS rows \
                  FROM _timescaledb_catalog.chunk k JOIN _timescaledb_catalog.chunk q ON q.id = k.compressed_chunk_id \
                  LEFT JOIN _timescaledb_catalog.compression_chunk_size z ON z.chunk_id = k.id)",
        },
        Spelling {
            from: CHUNKS_REBUILT,
            before: UNSEEN,
            sql: "(SELECT s.relid::oid AS chunk, s.compress_relid::oid AS packed, z.numrows_pre_compression AS rows \
                  FROM _timescaledb_catalog.compression_settings s JOIN _timescaledb_catalog.chunk k ON k.relid = s.relid \
                  LEFT JOIN _timescaledb_catalog.compression_chunk_size z ON z.chunk_id = k.id WHERE s.compress_relid IS NOT NULL)",
        },
    ],
};

/// How each chunk in the columnstore was packed (`relid`, `segmentby`, `orderby`): `relid` is the chunk, or in earlier versions
/// the relation with its rows.
pub const PACKED_BY: Internal = Internal {
    what: "the settings that a chunk was packed by",
    spellings: &[Spelling {
        from: Version::new(2, 15, 0),
        before: UNSEEN,
        sql: "_timescaledb_catalog.compression_settings",
    }],
};

/// A function from the identifier of what an aggregate stores to its watermark, in the aggregate's own unit of time.
pub const WATERMARK_OF: Internal = Internal {
    what: "how far an aggregate is materialised",
    spellings: &[
        Spelling { from: OLDEST, before: OWN_SCHEMA, sql: "_timescaledb_internal.cagg_watermark" },
        Spelling { from: OWN_SCHEMA, before: UNSEEN, sql: "_timescaledb_functions.cagg_watermark" },
    ],
};

/// A function from that unit to a moment.
pub const TO_TIMESTAMP: Internal = Internal {
    what: "TimescaleDB's unit of time",
    spellings: &[
        Spelling { from: OLDEST, before: OWN_SCHEMA, sql: "_timescaledb_internal.to_timestamp" },
        Spelling { from: OWN_SCHEMA, before: UNSEEN, sql: "_timescaledb_functions.to_timestamp" },
    ],
};

/// The identifiers of aggregates and of what they read (`mat_hypertable_id`, `raw_hypertable_id`, `user_view_schema`).
pub const AGGREGATES: Internal = Internal {
    what: "the identifier of an aggregate",
    spellings: &[Spelling { from: OLDEST, before: UNSEEN, sql: "_timescaledb_catalog.continuous_agg" }],
};

/// The buckets of every aggregate.
pub const BUCKETS: Internal = Internal {
    what: "the buckets of an aggregate",
    spellings: &[Spelling {
        from: Version::new(2, 15, 0),
        before: UNSEEN,
        sql: "_timescaledb_catalog.continuous_aggs_bucket_function",
    }],
};

/// Stored watermarks.
pub const WATERMARKS: Internal = Internal {
    what: "the watermarks of aggregates",
    spellings: &[Spelling {
        from: Version::new(2, 11, 0),
        before: UNSEEN,
        sql: "_timescaledb_catalog.continuous_aggs_watermark",
    }],
};

/// Ranges of an aggregate that are not up to date.
pub const INVALID_RANGES: Internal = Internal {
    what: "the log of an aggregate's invalid ranges",
    spellings: &[Spelling {
        from: OLDEST,
        before: UNSEEN,
        sql: "_timescaledb_catalog.continuous_aggs_materialization_invalidation_log",
    }],
};

/// Ranges of a hypertable that its aggregates do not know of yet.
pub const CHANGED_RANGES: Internal = Internal {
    what: "the log of a hypertable's changed ranges",
    spellings: &[Spelling {
        from: OLDEST,
        before: UNSEEN,
        sql: "_timescaledb_catalog.continuous_aggs_hypertable_invalidation_log",
    }],
};

/// Ranges that a refresh has begun with; only some versions have them.
pub const BEGUN_RANGES: Internal = Internal {
    what: "the ranges that a refresh has begun with",
    spellings: &[Spelling {
        from: OLDEST,
        before: UNSEEN,
        sql: "_timescaledb_catalog.continuous_aggs_materialization_ranges",
    }],
};

/// Stops the workers of the current database.
pub const STOP_WORKERS: Internal = Internal {
    what: "how workers are stopped",
    spellings: &[
        Spelling { from: OLDEST, before: OWN_SCHEMA, sql: "SELECT _timescaledb_internal.stop_background_workers()" },
        Spelling { from: OWN_SCHEMA, before: UNSEEN, sql: "SELECT _timescaledb_functions.stop_background_workers()" },
    ],
};

/// Starts them: said to people, not run.
pub const START_WORKERS: Internal = Internal {
    what: "how workers are started",
    spellings: &[
        Spelling { from: OLDEST, before: OWN_SCHEMA, sql: "SELECT _timescaledb_internal.start_background_workers()" },
        Spelling { from: OWN_SCHEMA, before: UNSEEN, sql: "SELECT _timescaledb_functions.start_background_workers()" },
    ],
};

/// Something of TimescaleDB that its documentation does not promise.
#[derive(Debug)]
pub struct Internal {
    what: &'static str,
    spellings: &'static [Spelling],
}

/// SQL for it in some versions.
#[derive(Debug)]
struct Spelling {
    from: Version,
    /// The first version it does not hold for.
    before: Version,
    sql: &'static str,
}

/// An [`Internal`] on a version that it was not looked at for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not known on {server}: {what} is not documented, and was looked at for versions from {from} to before {before}"
)]
pub struct NotKnown {
    what: &'static str,
    server: Capability,
    from: Version,
    before: Version,
}

impl Internal {
    /// SQL for it on this server.
    pub fn on(&self, server: Capability) -> Result<&'static str, NotKnown> {
        let version = server.timescale_version();
        let holds = |one: &&Spelling| version.is_some_and(|version| one.from <= version && version < one.before);
        self.spellings.iter().find(holds).map(|one| one.sql).ok_or_else(|| NotKnown {
            what: self.what,
            server,
            from: self.spellings.first().map_or(OLDEST, |one| one.from),
            before: self.newest().map_or(UNSEEN, |one| one.before),
        })
    }

    /// SQL for it in the newest version it is known for: for what may fail, and for people to read.
    pub fn at_best(&self) -> &'static str {
        self.newest().map_or("", |one| one.sql)
    }

    fn newest(&self) -> Option<&Spelling> {
        self.spellings.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&Internal; 13] = [
        &HYPERTABLES,
        &PACKED_CHUNKS,
        &PACKED_BY,
        &WATERMARK_OF,
        &TO_TIMESTAMP,
        &AGGREGATES,
        &BUCKETS,
        &WATERMARKS,
        &INVALID_RANGES,
        &CHANGED_RANGES,
        &BEGUN_RANGES,
        &STOP_WORKERS,
        &START_WORKERS,
    ];

    #[test]
    fn what_was_looked_at_is_known_and_nothing_later() {
        for version in [(2, 15, 0), (2, 23, 0), (2, 28, 3), (2, 29, 2)] {
            let server = Capability::timescale_full(Version::new(version.0, version.1, version.2));
            for internal in ALL {
                assert!(internal.on(server).is_ok(), "{internal:?} {server}");
            }
        }
        for internal in ALL {
            let unseen = internal.on(Capability::timescale_full(UNSEEN)).unwrap_err();
            assert!(unseen.to_string().starts_with("not known on TimescaleDB 2.30.0: "), "{unseen}");
            assert!(internal.on(Capability::postgres()).is_err());
        }
    }

    #[test]
    fn spellings_follow_each_other_without_a_gap() {
        for internal in ALL {
            assert!(internal.spellings.windows(2).all(|pair| pair[0].before == pair[1].from), "{internal:?}");
        }
    }

    #[test]
    fn an_item_says_since_when_it_is_known() {
        let server = Capability::timescale_full(Version::new(2, 14, 0));
        let expected = "not known on TimescaleDB 2.14.0: the buckets of an aggregate is not documented, and was looked at for \
                        versions from 2.15.0 to before 2.30.0";
        assert_eq!(BUCKETS.on(server).unwrap_err().to_string(), expected);
    }

    /// No other file names them, but for examples, tests and comments.
    #[test]
    fn nothing_else_names_internals() {
        let mut found = Vec::new();
        for folder in [env!("CARGO_MANIFEST_DIR"), concat!(env!("CARGO_MANIFEST_DIR"), "/../engine")] {
            look_at(&std::path::Path::new(folder).join("src"), &mut found);
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    fn look_at(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // A rule of `lint` about an internal function has to name it.
            if path.is_dir() {
                look_at(&path, found);
            } else if !["internals.rs", "rebuild_sparse_index.rs", "tests.rs"]
                .contains(&path.file_name().unwrap().to_str().unwrap())
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                let named = |line: &&str| {
                    !line.trim_start().starts_with("//")
                        && ["catalog", "config", "functions", "internal"]
                            .iter()
                            .any(|schema| line.contains(&format!("_timescaledb_{schema}")))
                };
                found.extend(code.lines().filter(named).map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
}
