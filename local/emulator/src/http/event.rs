//! A request as an HTTP API tells a function: payload format 2.0.
use std::{collections::BTreeMap, net::IpAddr};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, request::Parts};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::template::ACCOUNT_ID;

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

/// Makes the event of one request.
pub(super) fn from_request(asked: Asked<'_>) -> Bytes {
    let request = asked.head;
    let now = Timestamp::now();
    let host = text(&request.headers, header::HOST);
    // A function URL that asks for no signature knows no account.
    let (account, api, stage) = match asked.front {
        Front::HttpApi { stage } => (ACCOUNT_ID, "local", stage),
        Front::FunctionUrl { function } => ("anonymous", function, "$default"),
    };
    let mut event = json!({
        "version": "2.0",
        "routeKey": asked.route_key,
        "rawPath": asked.path,
        "rawQueryString": request.uri.query().unwrap_or_default(),
        "headers": headers(&asked, &host, now),
        "requestContext": {
            "accountId": account,
            "apiId": api,
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
            "http": {
                "method": request.method.as_str(),
                "path": asked.path,
                "protocol": format!("{:?}", request.version),
                "sourceIp": asked.source.to_string(),
                "userAgent": text(&request.headers, header::USER_AGENT),
            },
            "requestId": asked.request_id,
            "routeKey": asked.route_key,
            "stage": stage,
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let fields = &mut event;
    if let Some(cookies) = cookies(&request.headers) {
        fields["cookies"] = cookies;
    }
    if let Some(query) = query(request.uri.query().unwrap_or_default()) {
        fields["queryStringParameters"] = query;
    }
    if !asked.parameters.is_empty() {
        fields["pathParameters"] = json!(asked.parameters);
    }
    put_body(fields, &request.headers, asked.body);
    if let Some(caller) = asked.caller {
        fields["requestContext"]["authorizer"] = caller;
    }
    // The journal keeps it: no larger than it must be.
    Bytes::from(event.to_string().into_boxed_str().into_boxed_bytes())
}

/// Returns the headers by lower-case name, values joined, and those that a gateway adds.
fn headers(asked: &Asked<'_>, host: &str, now: Timestamp) -> Value {
    let given = &asked.head.headers;
    let mut headers = Map::new();
    for name in given
        .keys()
        .filter(|name| !OF_THE_CONNECTION.contains(*name))
    {
        headers.insert(name.as_str().to_owned(), Value::String(joined(given, name)));
    }
    let forwarded_for = match given.contains_key("x-forwarded-for") {
        true => format!(
            "{}, {}",
            headers["x-forwarded-for"].as_str().unwrap_or_default(),
            asked.source
        ),
        false => asked.source.to_string(),
    };
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let added = [
        ("content-length", asked.body.len().to_string()),
        ("x-forwarded-for", forwarded_for),
        ("x-forwarded-port", port.to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    for (name, value) in added {
        headers.insert(name.to_owned(), Value::String(value));
    }
    // Its parts are the time and any 96 bits; the request's own id has enough of them.
    let trace = || format!("Root=1-{:08x}-{}", now.as_second(), &asked.request_id[..24]);
    headers
        .entry("x-amzn-trace-id")
        .or_insert_with(|| Value::String(trace()));
    Value::Object(headers)
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    values.join(",")
}

fn cookies(headers: &HeaderMap) -> Option<Value> {
    let cookies: Vec<String> = headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| {
            let line = String::from_utf8_lossy(value.as_bytes()).into_owned();
            line.split(';')
                .map(|cookie| cookie.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect();
    (!cookies.is_empty()).then(|| json!(cookies))
}

/// Decodes the query; values of a repeated name are joined with commas.
fn query(raw: &str) -> Option<Value> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
        values
            .entry(name.into_owned())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    (!values.is_empty()).then(|| json!(values))
}

fn put_body(event: &mut Value, headers: &HeaderMap, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    match std::str::from_utf8(body) {
        Ok(body) if is_text(&text(headers, header::CONTENT_TYPE)) => event["body"] = json!(body),
        _ => {
            event["body"] = json!(BASE64.encode(body));
            event["isBase64Encoded"] = json!(true);
        }
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

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;

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
