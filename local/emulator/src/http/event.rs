//! A request as an HTTP API tells a function: payload format 2.0.
use std::{collections::BTreeMap, net::IpAddr};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, request::Parts};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::route::Match;
use crate::template::ACCOUNT_ID;

/// Makes the event of one request. `path` is what the function sees as the request's path.
pub(super) fn from_request(
    request: &Parts,
    path: &str,
    body: &Bytes,
    found: &Match,
    source: IpAddr,
    request_id: &str,
) -> Bytes {
    let now = Timestamp::now();
    let host = text(&request.headers, header::HOST);
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.route_key,
        "rawPath": path,
        "rawQueryString": request.uri.query().unwrap_or_default(),
        "headers": headers(request, source, &host),
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
            "http": {
                "method": request.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", request.version),
                "sourceIp": source.to_string(),
                "userAgent": text(&request.headers, header::USER_AGENT),
            },
            "requestId": request_id,
            "routeKey": found.route_key,
            "stage": "$default",
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
    if !found.parameters.is_empty() {
        fields["pathParameters"] = json!(found.parameters);
    }
    put_body(fields, &request.headers, body);
    Bytes::from(event.to_string())
}

fn headers(request: &Parts, source: IpAddr, host: &str) -> Value {
    let mut headers = Map::new();
    for name in request
        .headers
        .keys()
        .filter(|name| *name != header::COOKIE)
    {
        let values: Vec<_> = request
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        headers.insert(name.as_str().to_owned(), Value::String(values.join(",")));
    }
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let forwarded = [
        ("x-forwarded-for", source.to_string()),
        ("x-forwarded-port", port.to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    for (name, value) in forwarded {
        headers.entry(name).or_insert(Value::String(value));
    }
    Value::Object(headers)
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

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let found = Match {
            function: "F".to_owned(),
            route_key: "POST /v1/{id}".to_owned(),
            parameters: BTreeMap::from([("id".to_owned(), "a b".to_owned())]),
        };
        let source = IpAddr::from([127, 0, 0, 1]);
        let event = from_request(
            &parts,
            parts.uri.path(),
            &Bytes::from_static(body),
            &found,
            source,
            "id-1",
        );
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
