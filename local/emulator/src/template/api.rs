//! `AWS::Serverless::HttpApi`: of the API itself only CORS matters here; its routes are the functions' events.
use super::{
    Cors, Refusal, cors,
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
        Some(configuration) => Some(cors::read(configuration)?),
    };
    fields.finish()?;
    Ok(cors)
}
