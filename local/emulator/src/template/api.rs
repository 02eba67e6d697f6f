//! `AWS::Serverless::HttpApi`: CORS and who may call. Its routes are the functions' events.
use super::{
    Cors, Refusal,
    authorizer::ApiAuth,
    cors,
    fields::Fields,
    function::merge,
    node::{Entry, Node, Value},
    scope::Scope,
};

/// What an HTTP API says for all its routes.
pub(super) struct Api {
    pub(super) stage: String,
    pub(super) cors: Option<Cors>,
    pub(super) auth: ApiAuth,
}

/// An API of which nothing is said.
impl Default for Api {
    fn default() -> Api {
        Api {
            stage: "$default".to_owned(),
            cors: None,
            auth: ApiAuth::default(),
        }
    }
}

/// Reads the API at `entry`; `globals` are the template's `Globals.HttpApi`.
pub(super) fn read(
    entry: &Entry,
    globals: Option<&Node>,
    scope: &Scope<'_>,
) -> Result<Api, Refusal> {
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
    let stage = match fields.take("StageName") {
        None => "$default",
        Some(node) => match &node.value {
            Value::Text(text) if is_stage(text) => text,
            _ => {
                let wanted = "$default, or letters, digits, hyphens and underscores";
                return Err(fields.wrong("StageName", node, wanted));
            }
        },
    };
    let stage = stage.to_owned();
    let cors = fields.fields("CorsConfiguration")?;
    let cors = cors.map(cors::read).transpose()?;
    let auth = fields.fields("Auth")?;
    let auth = auth.map(|auth| ApiAuth::read(auth, scope.file));
    let auth = auth.transpose()?.unwrap_or_default();
    fields.finish()?;
    Ok(Api { stage, cors, auth })
}

fn is_stage(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name == "$default" || (1..=128).contains(&name.len()) && name.chars().all(is_plain)
}
