//! A Lambda function for the emulator's tests that streams its answers over a plain socket.
//!
//! So it can do what a client library forbids: split frames where they hurt, and break off.
use std::{
    error::Error,
    io::{self, Read, Write},
    net::TcpStream,
    path::Path,
    process, thread,
    time::Duration,
};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let base = format!("{api}/2018-06-01/runtime/invocation");
    loop {
        let mut next = ureq::get(format!("{base}/next")).call()?;
        let id = next.headers()["lambda-runtime-aws-request-id"]
            .to_str()?
            .to_owned();
        let event: Value = next.body_mut().read_json()?;
        let command = command(&event);
        // What breaks off is what the test is about.
        let _ = answer(&format!("{base}/{id}/response"), &command);
    }
}

/// Takes the command from the body of a request, or from the event itself.
fn command(event: &Value) -> Value {
    let body = event["body"].as_str();
    body.and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_else(|| event.clone())
}

/// Streams `prelude`, `first` and `rest`; before the rest it waits for the file called `wait_for`.
fn answer(url: &str, command: &Value) -> io::Result<()> {
    let text = |name: &str| command[name].as_str().unwrap_or_default();
    let (host, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .unwrap_or_default();
    let mut socket = TcpStream::connect(host)?;
    let content_type = match command["prelude"].is_null() {
        true => "text/event-stream",
        false => "application/vnd.awslambda.http-integration-response",
    };
    write!(
        socket,
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\
         trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\
         lambda-runtime-function-response-mode: streaming\r\n\r\n"
    )?;
    let mut begin = Vec::new();
    if !command["prelude"].is_null() {
        begin = format!("{}\0\0\0\0\0\0\0\0", command["prelude"]).into_bytes();
    }
    begin.extend_from_slice(text("first").as_bytes());
    for piece in begin.chunks(5) {
        chunk(&mut socket, piece)?;
    }
    while !text("wait_for").is_empty() && !Path::new(text("wait_for")).exists() {
        thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..command["times"].as_u64().unwrap_or(1) {
        chunk(&mut socket, text("rest").as_bytes())?;
    }
    match text("end") {
        "exit" => process::exit(3),
        "exit late" => {
            drop(socket);
            thread::sleep(Duration::from_millis(300));
            process::exit(3)
        }
        "break" => return Ok(()),
        // {"errorType":"Late","errorMessage":"as asked"}
        "fail" => write!(
            socket,
            "0\r\nLambda-Runtime-Function-Error-Type: Late\r\n\
             Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJMYXRlIiwiZXJyb3JNZXNzYWdlIjoiYXMgYXNrZWQifQ==\r\n\r\n"
        )?,
        _ => write!(socket, "0\r\n\r\n")?,
    }
    // The answer to the answer: the next question must not come before it.
    socket.read(&mut [0; 256]).map(drop)
}

fn chunk(socket: &mut TcpStream, piece: &[u8]) -> io::Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    write!(socket, "{:x}\r\n", piece.len())?;
    socket.write_all(piece)?;
    socket.write_all(b"\r\n")
}
