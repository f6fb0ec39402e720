//! The enum as text.

use crate::{labels::as_text, twin::AnomalySeverity};

as_text!(AnomalySeverity: "anomaly severity");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_the_labels_of_the_database() {
        assert_eq!(AnomalySeverity::Critical.to_string(), "CRITICAL");
        assert_eq!("HIGH".parse(), Ok(AnomalySeverity::High));
        assert!("high".parse::<AnomalySeverity>().is_err());
        assert_eq!(serde_json::to_value(AnomalySeverity::Low).unwrap(), "LOW");
    }
}
