//! The `OpenAPI` document, and its page: drawn here, so that it needs neither scripts nor the internet.

use axum::{Router, routing::get};
use maud::{Markup, html};
use serde_json::Value;
use utoipa::{OpenApi, openapi::OpenApi as Document};

use crate::{
    App,
    page::layout,
    problem::{Json, Problem},
    shapes,
};

/// What the document begins with; the shapes of answers and bodies come with the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "core-server",
        description = "Alarms, sensors and readings. Errors are application/problem+json. Where a token is set, writes need \
            `Authorization: Bearer …`."
    ),
    components(schemas(Problem, shapes::Gaps))
)]
pub(super) struct About;

/// `/api` and `/api/openapi.json`.
pub(super) fn router(document: &Document) -> Router<App> {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["info"].as_object_mut().and_then(|info| info.remove("license"));
    // The standard wants a word on each answer.
    let operations = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in operations.filter_map(Value::as_object_mut).flat_map(|methods| methods.values_mut()) {
        for answer in operation["responses"].as_object_mut().into_iter().flat_map(|answers| answers.values_mut()) {
            answer["description"].as_str().is_none().then(|| answer["description"] = "done".into());
        }
    }
    let drawn = page(&document);
    Router::new().route("/api", get(async move || drawn)).route("/api/openapi.json", get(async move || Json(document)))
}

fn page(document: &Value) -> Markup {
    let content = html! {
        h1 { "API" }
        p { (prose(text(&document["info"]["description"]))) " " a href="/api/openapi.json" { "OpenAPI document" } }
        @for (path, methods) in fields(&document["paths"]) {
            @for (method, operation) in fields(methods) {
                section.operation {
                    h2 { span.method { (method.to_uppercase()) } " " code { (path) } }
                    p { (prose(text(&operation["summary"]))) " " (prose(text(&operation["description"]))) }
                    @if let Some(parameters) = operation["parameters"].as_array() {
                        (table(["Parameter", "In", "Type", "Meaning"], parameters.iter().map(|one| [
                            html! { code { (text(&one["name"])) } @if one["required"] == true { " required" } },
                            html! { (text(&one["in"])) },
                            shape(&one["schema"]),
                            prose(text(&one["description"])),
                        ])))
                    }
                    @for (kind, body) in fields(&operation["requestBody"]["content"]) {
                        p { "Takes " (shape(&body["schema"])) " as " (kind) }
                    }
                    (table(["Status", "Answer", "As"], fields(&operation["responses"]).flat_map(|(status, answer)| {
                        fields(&answer["content"]).map(move |(kind, body)| {
                            [html! { (if status == "default" { "an error" } else { status }) }, shape(&body["schema"]), html! { (kind) }]
                        })
                    })))
                }
            }
        }
        h1 { "Shapes" }
        @for (name, schema) in fields(&document["components"]["schemas"]) {
            section.operation {
                h2 id=(name) { code { (name) } }
                p { (prose(text(&schema["description"]))) }
                @let required = schema["required"].as_array();
                @if schema["properties"].is_null() { p { (shape(schema)) } } @else {
                    (table(["Field", "Type", "Meaning"], fields(&schema["properties"]).map(|(field, of)| [
                        html! { code { (field) } @if required.is_some_and(|all| all.iter().any(|one| one == field)) { " always" } },
                        shape(of),
                        prose(text(&of["description"])),
                    ])))
                }
            }
        }
    };
    layout::page("API", None, &content)
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [Markup; N]>) -> Markup {
    html! {
        table {
            thead { tr { @for name in head { th scope="col" { (name) } } } }
            tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
        }
    }
}

/// What a schema allows, in words.
fn shape(schema: &Value) -> Markup {
    let choices = ["oneOf", "anyOf", "enum"].into_iter().find_map(|of| schema[of].as_array());
    let types = schema["type"].as_array().map_or_else(|| vec![&schema["type"]], |all| all.iter().collect());
    html! {
        @if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
            a href={ "#" (name) } { (name) }
        } @else if let Some(choices) = choices {
            @for (place, choice) in choices.iter().enumerate() {
                @if place > 0 { " or " }
                @if let Some(word) = choice.as_str() { code { (word) } } @else { (shape(choice)) }
            }
        } @else if types == ["array"] { "list of " (shape(&schema["items"]))
        } @else if types == [&Value::Null] { "anything" } @else {
            @for (place, one) in types.iter().enumerate() { @if place > 0 { " or " } (text(one)) }
            @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        }
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, of)| (name.as_str(), of))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Text with code between backticks.
fn prose(text: &str) -> Markup {
    html! { @for (place, part) in text.split('`').enumerate() { @if place % 2 == 1 { code { (part) } } @else { (part) } } }
}
