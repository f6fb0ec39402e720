//! The audit trail: by actor, resource, action and period.

use core_server_adapter::{
    Period,
    vision::{AuditFilter, AuditLog, NewAuditLog},
};
use serde_json::json;
use tests::{TestDatabase, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, minute},
    migrated,
};

on_every_backend!(the_trail_is_read_by_actor_and_resource);

async fn the_trail_is_read_by_actor_and_resource(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let audit = vision.audit();
    for number in 0..24_i64 {
        let of = usize::try_from(number).unwrap();
        let log = NewAuditLog::new(
            ["ana", "Ana", AWKWARD][of % 3],
            ["edit", "delete"][of % 2],
            ["camera", "zone"][of / 2 % 2],
        );
        let log = log.resource(["1", "2"][of / 4 % 2]).at(minute(number / 2)).details(json!({ AWKWARD: number }));
        let recorded = audit.record(&log.from("2001:db8::1", AWKWARD).status("refused")).await.unwrap();
        assert_eq!((recorded.timestamp.to_utc(), &*recorded.status), (minute(number / 2), "refused"));
        assert_eq!(recorded.ip_address.as_deref(), Some("2001:db8::1"));
        assert_eq!(recorded.details, Some(json!({ AWKWARD: number })));
    }
    let all = all_pages(async |page| audit.list(&AuditFilter::new(), &page).await).await;
    assert_eq!(all.len(), 24);
    assert!(all.is_sorted_by(|newer, older| (newer.timestamp, newer.id) > (older.timestamp, older.id)));
    for (actor, action) in [(None, None), (Some("ana"), None), (Some(AWKWARD), Some("delete"))] {
        for resource in [None, Some(("zone", "2")), Some(("zone", "3"))] {
            for period in [Period::ALL, Period::between(minute(2), minute(9))] {
                let filter = AuditFilter {
                    actor: actor.map(str::to_owned),
                    action: action.map(str::to_owned),
                    resource_type: resource.map(|(kind, _)| kind.to_owned()),
                    resource_id: resource.map(|(_, id)| id.to_owned()),
                    period,
                };
                let matches = |log: &&AuditLog| {
                    let at = log.timestamp.to_utc();
                    actor.is_none_or(|actor| log.actor == actor)
                        && action.is_none_or(|action| log.action == action)
                        && resource.is_none_or(|(kind, id)| {
                            log.resource_type == kind && log.resource_id.as_deref() == Some(id)
                        })
                        && period.from.is_none_or(|from| at >= from)
                        && period.to.is_none_or(|to| at < to)
                };
                let expected: Vec<AuditLog> = all.iter().filter(matches).cloned().collect();
                assert_eq!(all_pages(async |page| audit.list(&filter, &page).await).await, expected, "{filter:?}");
            }
        }
    }
}
