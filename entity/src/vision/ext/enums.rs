//! The enums as text.

use crate::{
    labels::as_text,
    vision::{AiModel, AlertSeverity, AlertStatus, EntityType, FeedbackType, TrustStatus, ZoneShape, ZoneType},
};

as_text!(AlertSeverity: "severity of alerts");
as_text!(AlertStatus: "status of alerts");
as_text!(AiModel: "model");
as_text!(EntityType: "type of entity");
as_text!(FeedbackType: "type of feedback");
as_text!(TrustStatus: "trust status");
as_text!(ZoneShape: "shape of zones");
as_text!(ZoneType: "type of zone");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_the_labels_of_the_database() {
        assert_eq!(ZoneType::EntryPoint.to_string(), "entry_point");
        assert_eq!("fashion_clip".parse(), Ok(AiModel::FashionClip));
        assert_eq!("wrong_zone".parse(), Ok(FeedbackType::WrongZone));
        assert!("Trusted".parse::<TrustStatus>().is_err());
        assert_eq!(serde_json::to_value(EntityType::Person).unwrap(), "person");
    }
}
