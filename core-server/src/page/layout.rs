//! What is around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::viewer::Viewer;

/// Icons, drawn once and referred to. A shape of its own for each meaning: colour is never alone.
const ICONS: &str = include_str!("../../assets/icons.svg");

/// The pages that every page leads to, by their titles.
const PAGES: [(&str, &str); 3] = [("/", "Alarms"), ("/models", "Model health"), ("/api", "API")];

/// A whole page. With a viewer, it can write in their name.
pub fn page(title: &str, viewer: Option<&Viewer>, content: &Markup) -> Markup {
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
                        @for (at, word) in PAGES { a href=(at) aria-current=[(word == title).then_some("page")] { (word) } }
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
