//! The JSON schema of a configuration file, for editors: made from the form and from the rules that there are.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value};
use unspin_engine::{Rules, suppression};
use unspin_findings::Group;

use super::form::Form;

/// The schema as JSON text, of the draft that editors for TOML know.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Form>();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        tidy(property);
    }
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text + "\n"
}

/// What is absent is the default, and TOML has no null to say so; an editor breaks the lines of a description itself.
fn tidy(property: &mut Value) {
    let Some(property) = property.as_object_mut() else { return };
    property.remove("default");
    if let Some(Value::String(description)) = property.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

fn rules() -> Vec<String> {
    let rules = Rules::builtin().map(|rules| rules.infos().iter().map(|rule| rule.name.clone()).collect::<Vec<_>>());
    rules.unwrap_or_default().into_iter().chain(suppression::RULES.map(str::to_owned)).collect()
}

/// An editor offers the names that it is given; a rule of one's own is any other.
fn one_of_or_own(names: &[String]) -> Schema {
    json_schema!({ "anyOf": [{ "enum": names }, { "type": "string" }] })
}

/// A name in `select` and the like.
pub(crate) struct RuleOrGroup;

impl JsonSchema for RuleOrGroup {
    fn schema_name() -> Cow<'static, str> {
        "RuleOrGroup".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let groups = Group::ALL.map(|group| group.name().to_owned()).into_iter().chain(["all".to_owned()]);
        one_of_or_own(&groups.chain(rules()).collect::<Vec<_>>())
    }
}

/// The table `severity`.
pub(crate) struct Severities;

impl JsonSchema for Severities {
    fn schema_name() -> Cow<'static, str> {
        "Severities".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": one_of_or_own(&rules()),
            "additionalProperties": { "enum": ["error", "warning", "note"] },
        })
    }
}

/// A value of `min-confidence`.
pub(crate) struct ConfidenceName;

impl JsonSchema for ConfidenceName {
    fn schema_name() -> Cow<'static, str> {
        "Confidence".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": ["low", "medium", "high"] })
    }
}
