//! `AWS::Serverless::HttpApi`: of the API itself only CORS matters here; its routes are the functions' events.
use std::time::Duration;

use super::{
    Cors, Refusal,
    fields::Fields,
    function::merge,
    node::{Entry, Node, Value},
    scope::Scope,
};

/// Reads the API at `entry`; `globals` are the template's `Globals.HttpApi`.
pub(super) fn read(
    entry: &Entry,
    globals: Option<&Node>,
    scope: &Scope<'_>,
) -> Result<Option<Cors>, Refusal> {
    let nothing = Node {
        line: entry.line,
        value: Value::Map(Vec::new()),
    };
    let own = entry.node.field("Properties").unwrap_or(&nothing);
    let properties = scope.resolve(&merge(globals.unwrap_or(&nothing), own))?;
    let mut fields = Fields::of(&properties, format!("HTTP API {}", entry.key), scope.file)?;
    fields.pass_over(&[
        "Description",
        "FailOnWarnings",
        "Name",
        "PropagateTags",
        "Tags",
    ]);
    if let Some(stage) = fields.take("StageName")
        && !matches!(&stage.value, Value::Text(text) if text == "$default")
    {
        return Err(fields.wrong("StageName", stage, "$default"));
    }
    let cors = match fields.fields("CorsConfiguration")? {
        None => None,
        Some(configuration) => Some(cors(configuration, &properties, scope)?),
    };
    fields.finish()?;
    Ok(cors)
}

fn cors(mut fields: Fields<'_>, api: &Node, scope: &Scope<'_>) -> Result<Cors, Refusal> {
    let cors = Cors {
        allow_credentials: fields.flag("AllowCredentials")?.unwrap_or(false),
        allow_origins: fields.texts("AllowOrigins")?,
        allow_methods: fields.texts("AllowMethods")?,
        allow_headers: lower_case(fields.texts("AllowHeaders")?),
        expose_headers: lower_case(fields.texts("ExposeHeaders")?),
        max_age: fields
            .number("MaxAge", 0..=86_400)?
            .map(|age_s| Duration::from_secs(age_s.into())),
    };
    fields.finish()?;
    if cors.allow_credentials && cors.allow_origins.iter().any(|origin| origin == "*") {
        let reason = "AllowCredentials and the origin * exclude each other; name the origins";
        return Err(Refusal::at(scope.file, api.line, reason));
    }
    Ok(cors)
}

fn lower_case(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.to_lowercase()).collect()
}
