//! `AWS::Serverless::Function`: the function itself; its events are read in [`super::event`].
use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{
    Destination, Function, Refusal, code_folder, event_invoke,
    fields::Fields,
    node::{Entry, Node, Value},
    own_code_folder,
    scope::Scope,
    url,
};
use crate::build_functions;

/// What a function may say that matters only where it is deployed. Not resolved either: a policy may name a
/// bucket that does not exist here.
const WITHOUT_EFFECT: [&str; 7] = [
    "Architectures",
    "Description",
    "Handler",
    "Layers",
    "PermissionsBoundary",
    "Policies",
    "Role",
];

/// The largest environment, names and values together.
const ENVIRONMENT_BYTES: usize = 4_096;

/// Variables that a template may not set, from the Lambda developer guide.
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// Reads the function at `entry`; `globals` are the template's `Globals.Function`.
///
/// Returns its `Events` too, resolved, for the caller to read. What it names as destinations goes to `destinations`.
pub(super) fn read(
    entry: &Entry,
    globals: Option<&Node>,
    scope: &Scope<'_>,
    destinations: &mut Vec<(usize, Destination)>,
) -> Result<(Function, Vec<Entry>), Refusal> {
    let owner = format!("function {}", entry.key);
    let properties = scope.resolve(&properties(&entry.node, globals))?;
    let mut fields = Fields::of(&properties, &owner, scope.file)?;
    fields.pass_over(&WITHOUT_EFFECT);
    fields.pass_over(&["Tags"]);

    let runtime = fields.need("Runtime")?;
    if !matches!(&runtime.value, Value::Text(text) if text.starts_with("provided.")) {
        return Err(fields.wrong("Runtime", runtime, "provided.al2023"));
    }
    let code = fields.text("CodeUri")?.unwrap_or(".");
    let function = Function {
        logical_id: entry.key.clone(),
        name: fields
            .text("FunctionName")?
            .unwrap_or(&entry.key)
            .to_owned(),
        binary: binary(entry, Path::new(code), scope)?,
        code: code.into(),
        timeout: Duration::from_secs(fields.number("Timeout", 1..=900)?.unwrap_or(3).into()),
        memory_mb: fields.number("MemorySize", 128..=10_240)?.unwrap_or(128),
        environment: environment(&mut fields)?,
        reserved_concurrency: fields.number("ReservedConcurrentExecutions", 0..=1_000)?,
        url: fields
            .fields("FunctionUrlConfig")?
            .map(url::read)
            .transpose()?,
        event_invoke: event_invoke::read(&mut fields, destinations)?,
    };
    let events = fields.entries("Events")?.to_vec();
    fields.finish()?;
    Ok((function, events))
}

/// Returns the function's properties over the template's, without those that are not looked at.
fn properties(resource: &Node, globals: Option<&Node>) -> Node {
    let nothing = Node {
        line: resource.line,
        value: Value::Map(Vec::new()),
    };
    let own = resource.field("Properties").unwrap_or(&nothing);
    let mut merged = merge(globals.unwrap_or(&nothing), own);
    if let Value::Map(entries) = &mut merged.value {
        for entry in entries
            .iter_mut()
            .filter(|entry| WITHOUT_EFFECT.contains(&entry.key.as_str()))
        {
            entry.node.value = Value::Nothing;
        }
    }
    merged
}

/// Merges as SAM does: maps key by key, lists one after the other, anything else is replaced.
pub(super) fn merge(global: &Node, own: &Node) -> Node {
    let value = match (&global.value, &own.value) {
        (Value::Map(global), Value::Map(own)) => {
            let mut entries = global.clone();
            for entry in own {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => {
                        *known = Entry {
                            node: merge(&known.node, &entry.node),
                            ..entry.clone()
                        }
                    }
                    None => entries.push(entry.clone()),
                }
            }
            Value::Map(entries)
        }
        (Value::List(global), Value::List(own)) => Value::List([global.as_slice(), own].concat()),
        _ => own.value.clone(),
    };
    Node {
        line: own.line,
        value,
    }
}

fn environment(fields: &mut Fields<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(mut environment) = fields.fields("Environment")? else {
        return Ok(BTreeMap::new());
    };
    let mut result = BTreeMap::new();
    for entry in environment.entries("Variables")? {
        let Value::Text(text) = &entry.node.value else {
            return Err(environment.wrong(&entry.key, &entry.node, "text"));
        };
        if RESERVED.contains(&entry.key.as_str()) {
            let reason = format!(
                "Lambda sets {} itself; give the variable another name",
                entry.key
            );
            return Err(environment.refuse(reason));
        }
        result.insert(entry.key.clone(), text.clone());
    }
    let size: usize = result
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > ENVIRONMENT_BYTES {
        let reason = format!(
            "the variables have {size} bytes, more than {ENVIRONMENT_BYTES}; keep large values elsewhere"
        );
        return Err(environment.refuse(reason));
    }
    environment.finish()?;
    Ok(result)
}

/// Returns the name of the cargo binary that the build of the function's `code` produces.
fn binary(entry: &Entry, code: &Path, scope: &Scope<'_>) -> Result<String, Refusal> {
    let Some(metadata) = entry.node.field("Metadata") else {
        let reason = format!(
            "function {} has no Metadata; give it BuildMethod: rust-cargolambda",
            entry.key
        );
        return Err(Refusal::at(scope.file, entry.line, reason));
    };
    let metadata = scope.resolve(metadata)?;
    let mut fields = Fields::of(
        &metadata,
        format!("Metadata of function {}", entry.key),
        scope.file,
    )?;
    let method = fields.need("BuildMethod")?;
    if !matches!(&method.value, Value::Text(text) if text == "rust-cargolambda") {
        return Err(fields.wrong("BuildMethod", method, "rust-cargolambda"));
    }
    let named = match fields.fields("BuildProperties")? {
        None => None,
        Some(mut properties) => {
            let named = properties.text("Binary")?;
            properties.finish()?;
            named
        }
    };
    let binary = match named {
        Some(named) => named.to_owned(),
        None => {
            let folder = code_folder(scope.file, code);
            build_functions::sole_binary(&folder).map_err(|error| {
                let misspelt = match own_code_folder(scope.file, code) {
                    Some(_) => String::new(),
                    None => format!(" its CodeUri {} is no folder,", code.display()),
                };
                let reason = format!(
                    "function {} does not say which binary it is,{misspelt} and {error}; name the Binary in BuildProperties",
                    entry.key
                );
                fields.refuse(reason)
            })?
        }
    };
    fields.finish()?;
    Ok(binary)
}
