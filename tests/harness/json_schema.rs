//! Whether a JSON document is as a schema says: the part of JSON Schema that the checked-in schema uses.

use serde_json::{Map, Value};

/// What is wrong with `value`, with the path to it; nothing when it is as `schema` says. `root` holds the definitions.
///
/// # Panics
///
/// When the schema has a keyword that is not known here: it would pass unseen.
pub fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let Value::Object(schema) = schema else { return Vec::new() };
    let mut found = Vec::new();
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$ref" => found.extend(faults(root, definition(root, rule), value, path)),
            "type" if !is_of_type(rule, value) => found.push(format!("{path} is no {rule}: {value}")),
            "const" if rule != value => found.push(format!("{path} is not {rule}: {value}")),
            "enum" if !list(rule).contains(value) => found.push(format!("{path} is none of {rule}: {value}")),
            "oneOf" | "anyOf" => found.extend(choice(root, keyword, list(rule), value, path)),
            "allOf" => found.extend(list(rule).iter().flat_map(|one| faults(root, one, value, path))),
            "properties" | "required" | "items" => found.extend(parts(root, keyword, rule, value, path)),
            "minimum" if value.as_f64().is_some_and(|number| Some(number) < rule.as_f64()) => {
                found.push(format!("{path} is below {rule}: {value}"));
            }
            "type" | "const" | "enum" | "minimum" | "maximum" | "$schema" | "$defs" | "title" | "description"
            | "format" | "default" => {}
            unknown => panic!("teach {} the keyword {unknown}", file!()),
        }
    }
    found
}

fn definition<'s>(root: &'s Value, reference: &Value) -> &'s Value {
    let pointer = reference.as_str().expect("a text").trim_start_matches('#');
    root.pointer(pointer).unwrap_or_else(|| panic!("{reference} is not in the schema"))
}

fn list(rule: &Value) -> &Vec<Value> {
    rule.as_array().expect("a list")
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().expect("a text") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

fn choice(root: &Value, keyword: &str, choices: &[Value], value: &Value, path: &str) -> Vec<String> {
    let tried: Vec<Vec<String>> = choices.iter().map(|one| faults(root, one, value, path)).collect();
    let fitting = tried.iter().filter(|faults| faults.is_empty()).count();
    match (keyword, fitting) {
        ("oneOf", 1) | ("anyOf", 1..) => Vec::new(),
        // The one that comes closest says most.
        (_, 0) => tried.into_iter().min_by_key(Vec::len).unwrap_or_default(),
        _ => vec![format!("{path} fits {fitting} of {keyword}")],
    }
}

fn parts(root: &Value, keyword: &str, rule: &Value, value: &Value, path: &str) -> Vec<String> {
    let empty = Map::new();
    let object = value.as_object().unwrap_or(&empty);
    match keyword {
        "required" if value.is_object() => {
            let missing = list(rule).iter().filter_map(Value::as_str).filter(|name| !object.contains_key(*name));
            missing.map(|name| format!("{path} has no {name}")).collect()
        }
        "properties" => {
            let known = rule.as_object().expect("an object").iter();
            let present = known.filter_map(|(name, schema)| Some((name, schema, object.get(name)?)));
            present.flat_map(|(name, schema, value)| faults(root, schema, value, &format!("{path}.{name}"))).collect()
        }
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.flat_map(|(place, item)| faults(root, rule, item, &format!("{path}[{place}]"))).collect()
        }
        _ => Vec::new(),
    }
}
