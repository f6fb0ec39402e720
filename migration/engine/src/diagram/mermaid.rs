//! Writes diagrams as Mermaid, for places that draw it themselves.

use std::fmt::Write;

use super::{
    model::{Column, Reference, Schema},
    text::{mermaid, word},
};
use crate::graph::Graph;

/// The tables as an entity-relationship diagram.
pub(super) fn schema(schema: &Schema, title: &str, note: &str) -> String {
    let mut out = begin(title, "erDiagram", note);
    for relation in &schema.relations {
        let notes = std::iter::once(relation.kind.noun()).chain(relation.notes.iter().map(String::as_str));
        let label = format!("{} ({})", relation.name, notes.collect::<Vec<_>>().join(", "));
        let _ = writeln!(out, "    \"{}\"[\"{}\"] {{", mermaid(&relation.name), mermaid(&label));
        for column in &relation.columns {
            let _ = writeln!(out, "        {}", attribute(column, relation.kind.is_view()));
        }
        out.push_str("    }\n");
    }
    for one in &schema.enums {
        let name = mermaid(&one.name);
        let _ = writeln!(out, "    \"{name}\"[\"{name} (enum)\"] {{");
        for label in &one.labels {
            let _ = writeln!(out, "        label {}", with_comment(word(label), label, &[]));
        }
        out.push_str("    }\n");
    }
    for reference in &schema.references {
        let (target, table) = (mermaid(&reference.target), mermaid(&reference.table));
        let (one, many) = signs(reference, schema);
        let _ = writeln!(
            out,
            "    \"{target}\" {one}--{many} \"{table}\" : \"{}\"",
            mermaid(&reference.columns.join(", "))
        );
    }
    for relation in &schema.relations {
        for source in &relation.sources {
            let (source, name) = (mermaid(source), mermaid(&relation.name));
            let _ = writeln!(out, "    \"{source}\" ||..|| \"{name}\" : \"is read by\"");
        }
    }
    out
}

/// `uuid id PK "…"`: Mermaid has words for types and names, and a comment for what is not a word.
fn attribute(column: &Column, in_view: bool) -> String {
    let marks: Vec<&str> = column.marks().collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" {}", marks.join(", ")) };
    let data_type = if column.data_type.is_empty() { "any" } else { &column.data_type };
    let kind = word(data_type);
    let mut remarks = Vec::new();
    if kind != data_type {
        remarks.push(data_type);
    }
    if column.is_nullable && !in_view {
        remarks.push("null");
    }
    format!("{kind} {}", with_comment(word(&column.name) + &marks, &column.name, &remarks))
}

/// What was written of a name, with the name itself where a word could not hold it, and remarks.
fn with_comment(written: String, name: &str, remarks: &[&str]) -> String {
    let is_whole = written.split(' ').next() == Some(name);
    let remarks: Vec<&str> = (!is_whole).then_some(name).into_iter().chain(remarks.iter().copied()).collect();
    if remarks.is_empty() { written } else { format!("{written} \"{}\"", mermaid(&remarks.join(", "))) }
}

/// The end at the target, and the end at the table.
fn signs(reference: &Reference, schema: &Schema) -> (&'static str, &'static str) {
    let table = schema.relations.iter().find(|relation| relation.name == reference.table);
    let (is_optional, is_single) = table.map(|table| reference.is_optional_and_single(table)).unwrap_or_default();
    (if is_optional { "|o" } else { "||" }, if is_single { "o|" } else { "o{" })
}

/// The revisions as a flow chart, the first on top.
pub(super) fn revisions(graph: &Graph, title: &str, note: &str) -> String {
    let mut out = begin(title, "flowchart TB", note);
    for &position in graph.order() {
        let label = super::revisions::labels(graph, position);
        let below = if label.is_empty() { String::new() } else { format!("<br/>{}", mermaid(&label.join(", "))) };
        let _ = writeln!(out, "    r{position}[\"{}{below}\"]", mermaid(graph.name(position)));
    }
    for link in super::revisions::links(graph) {
        let arrow = if link.is_dashed { "-.->" } else { "-->" };
        let _ = writeln!(out, "    r{} {arrow} r{}", link.from, link.to);
    }
    out
}

fn begin(title: &str, kind: &str, note: &str) -> String {
    // A JSON string is one of YAML too.
    format!("---\ntitle: {}\n---\n{kind}\n    %% {note}\n", serde_json::Value::from(title))
}
