//! The enums as text.

use crate::{
    labels::as_text,
    plugins::{PluginAlertSeverity, PluginHealth},
};

as_text!(PluginAlertSeverity: "plugin alert severity", PluginHealth: "plugin health");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_the_labels_of_the_database() {
        assert_eq!(PluginHealth::Degraded.to_string(), "degraded");
        assert_eq!("error".parse(), Ok(PluginAlertSeverity::Error));
        assert_eq!(serde_json::to_value(PluginHealth::Unhealthy).unwrap(), "unhealthy");
    }
}
