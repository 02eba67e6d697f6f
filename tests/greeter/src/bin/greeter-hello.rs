//! Greets over HTTP, as most functions look: it knows `lambda_http` and nothing of who runs it.
use lambda_http::{
    Body, Error, Request, RequestExt, Response,
    http::{Method, header},
    run, service_fn,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(greet)).await
}

/// Greets by name; gives back what was posted; panics with a secret when asked to.
async fn greet(request: Request) -> Result<Response<Body>, Error> {
    let query = request.query_string_parameters();
    if query.first("panic").is_some() {
        panic!("the greeter's secret");
    }
    if request.method() == Method::POST {
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let mut echo = Response::new(request.into_body());
        if let Some(kind) = kind {
            echo.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        return Ok(echo);
    }
    let parameters = request.path_parameters();
    let name = parameters.first("name").unwrap_or("stranger");
    let greeting = Response::builder()
        .header(header::CONTENT_TYPE, "text/plain;charset=utf-8")
        .header(header::SET_COOKIE, "greeted=yes")
        .header(header::SET_COOKIE, "by=greeter");
    Ok(greeting.body(Body::from(format!("Hello, {name}!")))?)
}
