//! `FunctionUrlConfig`: the address a function has of its own.
use super::{
    FunctionUrl, InvokeMode, Refusal, cors,
    fields::Fields,
    node::{Node, Value},
};

/// Reads the configuration in `fields`.
pub(super) fn read(mut fields: Fields<'_>) -> Result<FunctionUrl, Refusal> {
    let auth_type = fields.need("AuthType")?;
    let invoke_mode = fields.take("InvokeMode");
    let url = FunctionUrl {
        needs_signature: match text(auth_type) {
            Some("NONE") => false,
            Some("AWS_IAM") => true,
            _ => return Err(fields.wrong("AuthType", auth_type, "NONE or AWS_IAM")),
        },
        cors: fields.fields("Cors")?.map(cors::read).transpose()?,
        invoke_mode: match invoke_mode.map(|node| (text(node), node)) {
            None | Some((Some("BUFFERED"), _)) => InvokeMode::Buffered,
            Some((Some("RESPONSE_STREAM"), _)) => InvokeMode::ResponseStream,
            Some((_, node)) => {
                return Err(fields.wrong("InvokeMode", node, "BUFFERED or RESPONSE_STREAM"));
            }
        },
    };
    fields.finish()?;
    Ok(url)
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
