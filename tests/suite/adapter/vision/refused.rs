//! Values that no backend is asked about.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::vision::{
    AiModel, AlertSeverity, NewAlert, NewAuditLog, NewCamera, NewDetection, NewEvent, NewPrompt, PromptChange, Vision,
};
use serde_json::json;

use super::{
    super::{invalid, minute},
    AdapterError,
};

#[tokio::test]
async fn bad_values_are_refused_before_a_database_is_asked() {
    let vision = Vision::in_memory().await.unwrap();
    let (long, nul, never) = ("ö".repeat(501), json!(["\0"]), DateTime::<Utc>::MAX_UTC);
    let column = |table: &str, error: AdapterError| invalid("vision", table, &error);

    let cameras = [
        ("name", NewCamera::new(" ", "/p")),
        ("folder_path", NewCamera::new("c", &long)),
        ("timezone", NewCamera::new("c", "/p").timezone(&long)),
    ];
    for (of, bad) in cameras {
        let many = [NewCamera::new("c", "/p"), bad];
        assert_eq!(column("cameras", vision.cameras().register_many(&many).await.unwrap_err()), (of, Some(1)));
    }
    let good = NewDetection::new(1, minute(0), "/p");
    let detections = [
        ("detected_at", NewDetection::new(1, never, "/p")),
        ("file_path", NewDetection::new(1, minute(0), "")),
        ("object_type", good.clone().object("", 0.5)),
        ("confidence", good.clone().object("car", 1.01)),
        ("confidence", good.clone().object("car", f64::NAN)),
        ("bbox_height", good.clone().at(0, 0, 0, u32::MAX)),
        ("thumbnail_path", good.clone().thumbnail(&long)),
        ("enrichment_data", good.clone().enrichment(nul.clone())),
    ];
    for (of, bad) in detections {
        let many = [good.clone(), bad];
        assert_eq!(column("detections", vision.detections().insert_many(&many).await.unwrap_err()), (of, Some(1)));
    }
    let good = NewEvent::new(1, "b", minute(0));
    let events = [
        ("batch_id", NewEvent::new(1, "", minute(0))),
        ("started_at", NewEvent::new(1, "b", never)),
        ("ended_at", good.clone().ended_at(minute(0) - TimeDelta::microseconds(1))),
        ("risk", good.clone().risk(101)),
        ("risk", good.clone().risk(-1)),
        ("summary", good.clone().summary("\0")),
        ("reasoning", good.clone().reasoning("a".repeat(65_536))),
        ("object_types", good.clone().objects(["\0"])),
        ("clip_path", good.clone().clip("")),
        ("llm_prompt", good.clone().prompt("\0")),
    ];
    for (of, bad) in events {
        let many = [good.clone(), bad];
        assert_eq!(column("events", vision.events().record_many(&many).await.unwrap_err()), (of, Some(1)));
    }
    let good = NewAlert::new(1, AlertSeverity::Low);
    let alerts = [
        ("dedup_key", good.clone().dedup_key("")),
        ("channels", good.clone().channels(nul.clone())),
        ("details", good.clone().details(nul.clone())),
        ("created_at", good.clone().raised_at(never)),
    ];
    for (of, bad) in alerts {
        let many = [good.clone(), bad];
        assert_eq!(column("alerts", vision.alerts().raise_many(&many).await.unwrap_err()), (of, Some(1)));
    }
    let refused = [
        ("delivered_at", vision.alerts().to_deliver(never, 1).await.map(drop)),
        ("snooze_until", vision.alerts().snooze(1, 1, never).await.map(drop)),
    ];
    for (of, refused) in refused {
        assert_eq!(column("alerts", refused.unwrap_err()), (of, None));
    }
    let good = NewPrompt::new(AiModel::Xclip, json!({}));
    let prompts = [
        ("config", vision.prompts().add(&NewPrompt::new(AiModel::Xclip, json!(null))).await),
        ("created_by", vision.prompts().add(&good.clone().created_by("")).await),
        ("change_description", vision.prompts().add(&good.change_description("\0")).await),
        ("performance_score", vision.prompts().change(1, 1, &PromptChange::new().performance_score(f64::NAN)).await),
    ];
    for (of, refused) in prompts {
        assert_eq!(column("prompt_versions", refused.unwrap_err()), (of, None));
    }
    let good = NewAuditLog::new("ana", "edit", "zone");
    let logs = [
        ("timestamp", good.clone().at(never)),
        ("action", NewAuditLog::new("ana", &long, "zone")),
        ("resource_type", NewAuditLog::new("ana", "edit", "")),
        ("resource_id", good.clone().resource("")),
        ("actor", NewAuditLog::new("", "edit", "zone")),
        ("ip_address", good.clone().from(&long, "")),
        ("user_agent", good.clone().from("::1", "\0")),
        ("details", good.clone().details(nul)),
        ("status", good.status("")),
    ];
    for (of, bad) in logs {
        assert_eq!(column("audit_logs", vision.audit().record(&bad).await.unwrap_err()), (of, None));
    }
}
