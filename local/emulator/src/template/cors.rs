//! What an HTTP API's `CorsConfiguration` and a function URL's `Cors` say: their fields are the same.
use std::time::Duration;

use super::{Cors, Refusal, fields::Fields};

/// Reads the configuration in `fields`.
pub(super) fn read(mut fields: Fields<'_>) -> Result<Cors, Refusal> {
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
    if cors.allow_credentials && cors.allow_origins.iter().any(|origin| origin == "*") {
        let reason = "AllowCredentials and the origin * exclude each other; name the origins";
        return Err(fields.refuse(reason));
    }
    fields.finish()?;
    Ok(cors)
}

fn lower_case(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.to_lowercase()).collect()
}
