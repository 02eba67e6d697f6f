//! From the text of a template to what it describes: the sections, and the resources one by one.
use std::{collections::BTreeMap, path::Path};

use super::{
    Draft, Refusal, Template,
    api::{self, Api},
    event,
    fields::Fields,
    function,
    node::{Entry, Node, Value},
    parameter, relations,
    scope::{IMPLICIT_API, Scope},
    sqs,
};

/// Resources that matter only where the template is deployed.
const WITHOUT_EFFECT: [&str; 9] = [
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::LayerVersion",
    "AWS::CloudWatch::Alarm",
];

/// Reads the template in `text`; `file` is for sentences, and its folder is where functions that name no
/// binary have their code.
pub(super) fn read(
    text: &str,
    file: &Path,
    given: &BTreeMap<String, String>,
    queue_base: &str,
) -> Result<Template, Refusal> {
    let root = Node::parse(text, file)?;
    let mut sections = Fields::of(&root, "the template", file)?;
    sections.pass_over(&["AWSTemplateFormatVersion", "Description", "Metadata"]);
    let transform = sections.need("Transform")?;
    if !matches!(&transform.value, Value::Text(text) if text == "AWS::Serverless-2016-10-31") {
        return Err(sections.wrong("Transform", transform, "AWS::Serverless-2016-10-31"));
    }
    let parameters = parameter::read(sections.entries("Parameters")?, given, file)?;
    let conditions = sections.entries("Conditions")?;
    let globals = sections.take("Globals");
    sections.need("Resources")?;
    let resources = sections.entries("Resources")?;
    let outputs = sections.entries("Outputs")?;
    sections.finish()?;

    let scope = Scope {
        file,
        parameters,
        conditions,
        resources,
        queue_base,
    };
    let entries = conditions.iter().chain(resources).chain(outputs);
    for node in entries.map(|entry| &entry.node).chain(globals) {
        scope.check_names(node)?;
    }
    let globals = Globals::read(globals, file)?;
    let mut draft = Draft::default();
    for entry in resources {
        resource(entry, &globals, &scope, &mut draft)?;
    }
    if draft.apis.is_empty() && !draft.routes.is_empty() {
        draft.api = implicit_api(&globals, &scope)?;
    }
    relations::check(draft, file)
}

#[derive(Default)]
struct Globals<'a> {
    function: Option<&'a Node>,
    http_api: Option<&'a Node>,
}

impl<'a> Globals<'a> {
    fn read(section: Option<&'a Node>, file: &'a Path) -> Result<Globals<'a>, Refusal> {
        let Some(section) = section else {
            return Ok(Globals::default());
        };
        let mut fields = Fields::of(section, "Globals", file)?;
        // Merged with a resource's own properties, anything but a map would be lost.
        fields.entries("Function")?;
        fields.entries("HttpApi")?;
        let globals = Globals {
            function: fields.take("Function"),
            http_api: fields.take("HttpApi"),
        };
        fields.finish()?;
        Ok(globals)
    }
}

/// Reads the API that SAM makes for routes that name none.
fn implicit_api(globals: &Globals<'_>, scope: &Scope<'_>) -> Result<Api, Refusal> {
    let line = globals.http_api.map_or(0, |node| node.line);
    let entry = Entry {
        key: IMPLICIT_API.to_owned(),
        line,
        node: Node {
            line,
            value: Value::Map(Vec::new()),
        },
    };
    api::read(&entry, globals.http_api, scope)
}

fn resource(
    entry: &Entry,
    globals: &Globals<'_>,
    scope: &Scope<'_>,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let mut fields = Fields::of(&entry.node, format!("resource {}", entry.key), scope.file)?;
    fields.pass_over(&[
        "Condition",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "UpdateReplacePolicy",
    ]);
    let kind = fields.need("Type")?;
    let Value::Text(kind) = &kind.value else {
        return Err(fields.wrong("Type", kind, "text"));
    };
    fields.finish()?;
    if !scope.exists(&entry.node)? {
        draft.without_effect.push(format!(
            "{} is not created under these parameters",
            entry.key
        ));
        return Ok(());
    }
    match kind.as_str() {
        "AWS::Serverless::Function" => {
            let (function, events) =
                function::read(entry, globals.function, scope, &mut draft.destinations)?;
            event::read(&entry.key, &events, scope, draft)?;
            if function.url.as_ref().is_some_and(|url| url.needs_signature) {
                draft.without_effect.push(format!(
                    "the URL of {} asks nobody for a signature on one machine",
                    entry.key
                ));
            }
            draft.functions.push((entry.line, function));
        }
        "AWS::Serverless::HttpApi" => {
            draft.apis.push((entry.line, entry.key.clone()));
            draft.api = api::read(entry, globals.http_api, scope)?;
        }
        "AWS::SQS::Queue" => draft.queues.push((entry.line, sqs::read(entry, scope)?)),
        kind if WITHOUT_EFFECT.contains(&kind) => {
            draft.without_effect.push(format!(
                "{} ({kind}) has no effect on one machine",
                entry.key
            ));
        }
        kind => {
            let reason = format!(
                "resource {} is of type {kind}, which is not emulated; remove it",
                entry.key
            );
            return Err(Refusal::at(scope.file, entry.node.line, reason));
        }
    }
    Ok(())
}
