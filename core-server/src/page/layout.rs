//! What is around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::viewer::Viewer;

/// Where in the service a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of the navigation")]
pub enum Place {
    Alarms,
    Models,
    Api,
    Elsewhere,
}

/// Icons, drawn once and referred to. A shape of its own for each meaning: colour is never alone.
const ICONS: &str = include_str!("../../assets/icons.svg");

/// A whole page. With a viewer, it can write in their name.
pub fn page(title: &str, place: Place, viewer: Option<&Viewer>, content: &Markup) -> Markup {
    let link = |to: Place, at: &str, word: &str| {
        html! {
            a href=(at) aria-current=[(place == to).then_some("page")] { (word) }
        }
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · core-server" }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/app.css";
                script src="/assets/app.js" defer {}
            }
            body {
                (PreEscaped(ICONS))
                a.skip href="#content" { "Skip to the content" }
                header {
                    nav aria-label="Pages" {
                        (link(Place::Alarms, "/", "Alarms")) (link(Place::Models, "/models", "Model health")) (link(Place::Api, "/api", "API"))
                    }
                    p #connection role="status" hidden {}
                    @if let Some(viewer) = viewer { (viewer.form()) }
                }
                main #content tabindex="-1" { (content) }
                p #said role="status" {}
            }
        }
    }
}

/// An icon beside a word, which says the same.
pub fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href=(format!("#i-{name}")) {} } }
}
