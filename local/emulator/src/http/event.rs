//! A request as an HTTP API tells a function: payload format 2.0.
use std::{borrow::Cow, collections::BTreeMap, net::IpAddr};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, request::Parts};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    template::ACCOUNT_ID,
    trace::{self, Trace},
};

/// Headers that a function does not see: those of the connection, and cookies, which have a field of their own.
const OF_THE_CONNECTION: [HeaderName; 3] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::COOKIE,
];

/// A request on its way to a function.
pub(super) struct Asked<'a> {
    pub(super) head: &'a Parts,
    /// The path as the function is told it.
    pub(super) path: &'a str,
    pub(super) body: &'a Bytes,
    pub(super) route_key: &'a str,
    pub(super) parameters: &'a BTreeMap<String, String>,
    pub(super) front: Front<'a>,
    pub(super) source: IpAddr,
    pub(super) request_id: &'a str,
    pub(super) trace: &'a Trace,
    /// What an authorizer says of the caller.
    pub(super) caller: Option<Value>,
}

/// What stands between the caller and the function.
#[derive(Clone, Copy)]
pub(super) enum Front<'a> {
    /// The HTTP API, on this stage.
    HttpApi { stage: &'a str },
    /// The URL of this function.
    FunctionUrl { function: &'a str },
}

/// What is sent: payload format 2.0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<Cow<'a, str>, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Value>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: IpAddr,
    user_agent: Cow<'a, str>,
}

/// Makes the event of one request.
pub(super) fn from_request(asked: Asked<'_>) -> Bytes {
    let request = asked.head;
    let now = Timestamp::now();
    let host = text(&request.headers, header::HOST);
    // A function URL that asks for no signature knows no account.
    let (account_id, api_id, stage) = match asked.front {
        Front::HttpApi { stage } => (ACCOUNT_ID, "local", stage),
        Front::FunctionUrl { function } => ("anonymous", function, "$default"),
    };
    let query = request.uri.query().unwrap_or_default();
    let (body, is_base64_encoded) = body(&request.headers, asked.body);
    let event = Event {
        version: "2.0",
        route_key: asked.route_key,
        raw_path: asked.path,
        raw_query_string: query,
        cookies: cookies(&request.headers),
        headers: headers(&asked, &host),
        query_string_parameters: parameters(query),
        path_parameters: asked.parameters,
        body,
        is_base64_encoded,
        request_context: Context {
            account_id,
            api_id,
            domain_name: &host,
            domain_prefix: host.split(['.', ':']).next().unwrap_or_default(),
            http: Http {
                method: request.method.as_str(),
                path: asked.path,
                protocol: format!("{:?}", request.version),
                source_ip: asked.source,
                user_agent: text(&request.headers, header::USER_AGENT),
            },
            request_id: asked.request_id,
            route_key: asked.route_key,
            stage,
            time: now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            time_epoch: now.as_millisecond(),
            authorizer: asked.caller,
        },
    };
    let event = serde_json::to_vec(&event).expect("text, numbers and JSON are JSON");
    // The journal keeps it: no larger than it must be.
    Bytes::from(event.into_boxed_slice())
}

/// Returns the headers by lower-case name, values joined, and those that a gateway adds.
fn headers<'a>(asked: &Asked<'a>, host: &str) -> BTreeMap<&'a str, Cow<'a, str>> {
    let given = &asked.head.headers;
    let mut headers: BTreeMap<_, _> = given
        .keys()
        .filter(|name| !OF_THE_CONNECTION.contains(*name))
        .map(|name| (name.as_str(), joined(given, name)))
        .collect();
    let forwarded_for = match headers.get("x-forwarded-for") {
        Some(before) => format!("{before}, {}", asked.source),
        None => asked.source.to_string(),
    };
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let added = [
        ("content-length", asked.body.len().to_string()),
        ("x-forwarded-for", forwarded_for),
        ("x-forwarded-port", port.to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    headers.extend(added.map(|(name, value)| (name, Cow::Owned(value))));
    // One that names a trace stays as it came, with whatever else it says.
    let given = headers.get(trace::HEADER.as_str());
    if given.and_then(|given| Trace::parse(given)).is_none() {
        headers.insert("x-amzn-trace-id", asked.trace.to_string().into());
    }
    headers
}

fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let values = headers.get_all(name).iter();
    let mut values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = values.next().unwrap_or_default();
    values.fold(first, |all, value| format!("{all},{value}").into())
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| {
            let line = String::from_utf8_lossy(value.as_bytes()).into_owned();
            line.split(';')
                .map(|cookie| cookie.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decodes the query; values of a repeated name are joined with commas.
fn parameters(query: &str) -> BTreeMap<Cow<'_, str>, String> {
    let mut values: BTreeMap<_, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        values
            .entry(name)
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    values
}

/// Returns the body as text, and whether that is base64.
fn body<'a>(headers: &HeaderMap, body: &'a [u8]) -> (Option<Cow<'a, str>>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(body) {
        Ok(body) if is_text(&text(headers, header::CONTENT_TYPE)) => (Some(body.into()), false),
        _ => (Some(BASE64.encode(body).into()), true),
    }
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.is_empty()
        || essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || [
            "application/json",
            "application/xml",
            "application/javascript",
        ]
        .contains(&essence.as_str())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Cow<'_, str> {
    let value = headers.get(name);
    value.map_or(Cow::default(), |value| {
        String::from_utf8_lossy(value.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
    use serde_json::json;

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let event = from_request(Asked {
            path: head.uri.path(),
            head: &head,
            body: &Bytes::from_static(body),
            route_key: "POST /v1/{id}",
            parameters: &BTreeMap::from([("id".to_owned(), "a b".to_owned())]),
            front: Front::HttpApi { stage: "$default" },
            source: IpAddr::from([127, 0, 0, 1]),
            request_id: "0123456789abcdef0123456789abcdef",
            trace: &Trace::of(&head.headers),
            caller: Some(json!({ "jwt": { "claims": { "sub": "ann" }, "scopes": null } })),
        });
        serde_json::from_slice(&event).unwrap()
    }

    #[test]
    fn an_event_tells_the_whole_request() {
        let request = http::Request::post("/v1/a%20b?x=1&y=a%2Cb&x=2+3")
            .header("Host", "127.0.0.1:9000")
            .header("User-Agent", "test/1")
            .header("X-Twice", "a")
            .header("X-Twice", "b")
            .header("Cookie", "k=v; l=w")
            .header("Content-Type", "application/json");

        let event = event(request, b"{\"a\":1}");

        assert_eq!(event["version"], "2.0");
        assert_eq!(event["routeKey"], "POST /v1/{id}");
        assert_eq!(event["rawPath"], "/v1/a%20b");
        assert_eq!(event["rawQueryString"], "x=1&y=a%2Cb&x=2+3");
        assert_eq!(
            event["queryStringParameters"],
            json!({ "x": "1,2 3", "y": "a,b" })
        );
        assert_eq!(event["headers"]["x-twice"], "a,b");
        assert_eq!(event["headers"]["cookie"], Value::Null);
        assert_eq!(event["cookies"], json!(["k=v", "l=w"]));
        assert_eq!(event["pathParameters"], json!({ "id": "a b" }));
        assert_eq!(event["body"], "{\"a\":1}");
        assert_eq!(event["isBase64Encoded"], false);
        let http = &event["requestContext"]["http"];
        assert_eq!(http["method"], "POST");
        assert_eq!(http["protocol"], "HTTP/1.1");
        assert_eq!(http["sourceIp"], "127.0.0.1");
        assert_eq!(http["userAgent"], "test/1");
    }

    #[test]
    fn lambdas_own_type_for_events_finds_everything_in_it() {
        let request = http::Request::put("/v1/a%20b?x=1&x=2")
            .header("Host", "127.0.0.1:9000")
            .header("Cookie", "k=v; l=w");

        let event: ApiGatewayV2httpRequest = serde_json::from_value(event(request, b"{}")).unwrap();

        assert_eq!(event.raw_path.as_deref(), Some("/v1/a%20b"));
        assert_eq!(event.cookies.unwrap(), ["k=v", "l=w"]);
        assert_eq!(event.query_string_parameters.all("x").unwrap(), ["1", "2"]);
        assert_eq!(event.path_parameters["id"], "a b");
        assert_eq!(event.request_context.http.method, http::Method::PUT);
        let authorizer = event.request_context.authorizer.unwrap();
        assert_eq!(authorizer.jwt.unwrap().claims["sub"], "ann");
        assert!(event.request_context.time_epoch > 0);
        assert_eq!(event.body.as_deref(), Some("{}"));
    }

    #[test]
    fn a_body_that_is_not_text_is_base64() {
        let typed = event(
            http::Request::post("/").header("Content-Type", "application/octet-stream"),
            b"text",
        );
        let garbled = event(
            http::Request::post("/").header("Content-Type", "application/json"),
            b"\xff\xfe",
        );
        let empty = event(http::Request::post("/"), b"");

        assert_eq!(
            (typed["body"].as_str(), typed["isBase64Encoded"].as_bool()),
            (Some("dGV4dA=="), Some(true))
        );
        assert_eq!(
            (
                garbled["body"].as_str(),
                garbled["isBase64Encoded"].as_bool()
            ),
            (Some("//4="), Some(true))
        );
        assert_eq!(empty["body"], Value::Null);
    }
}
