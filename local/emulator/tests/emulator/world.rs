//! Starts an emulator with the probe as its functions, and talks to it.
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use emulator::{
    Emulator, INTEGRATION_LIMIT, Mount, Options, Socket, Watch, build_functions,
    runtime::{EnvironmentState, EnvironmentView},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::{Agent, Body, http::Response};

/// How long a machine that is busy with other things may take for what takes no time: only failures wait for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    CodeUri: .
    Architectures: [x86_64]
    Timeout: 30
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: ["https://example.com"]
        AllowMethods: [GET, POST]
        AllowHeaders: [content-type]
        ExposeHeaders: [etag]
        MaxAge: 60
"#;

/// `GoodJobs` feeds a function that works, `BadJobs` one that never starts. `Orders` go to theirs three at a time:
/// fewer would wait for longer than any test.
const QUEUES: &str = r#"
  GoodJobs:
    Type: AWS::SQS::Queue
  BadJobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadJobs.Arn, maxReceiveCount: 2 }
  DeadJobs:
    Type: AWS::SQS::Queue
  GoodWorker:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: probe }
    Properties:
      Timeout: 5
      Events:
        Jobs:
          Type: SQS
          Properties: { Queue: !GetAtt GoodJobs.Arn, BatchSize: 1 }
  BadWorker:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: probe }
    Properties:
      Timeout: 1
      Environment:
        Variables: { PROBE_INIT: exit }
      Events:
        Jobs:
          Type: SQS
          Properties: { Queue: !GetAtt BadJobs.Arn, BatchSize: 1 }
  Orders:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 600 }
  Clerk:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: probe }
    Properties:
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            BatchSize: 3
            MaximumBatchingWindowInSeconds: 300
            FunctionResponseTypes: [ReportBatchItemFailures]
"#;

/// `Reporter` and `Teller` have destinations for what is asynchronous; `Teller` has the other as its own.
const DESTINATIONS: &str = r#"
  Ends:
    Type: AWS::SQS::Queue
  DeadEvents:
    Type: AWS::SQS::Queue
  Reporter:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: probe }
    Properties:
      DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt DeadEvents.Arn }
      EventInvokeConfig:
        DestinationConfig:
          OnSuccess: { Type: SQS, Destination: !GetAtt Ends.Arn }
          OnFailure: { Type: SQS, Destination: !GetAtt Ends.Arn }
  Teller:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: probe }
    Properties:
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnFailure: { Type: Lambda, Destination: !GetAtt Reporter.Arn }
"#;

/// A running emulator in a folder of its own.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    folder: TempDir,
    agent: Agent,
}

impl World {
    /// Starts the functions `Probe` (any path under `/probe/{id}`), `Short` (1 s, which a busy machine may need
    /// for anything), `Single` (reserved concurrency 1) and `Broken` (exits at init).
    pub(crate) async fn start() -> World {
        World::start_with(|_| {}).await
    }

    /// Starts with other options than [`World::start`], after `change`.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = options(folder.path());
        change(&mut options);
        World::with(folder, options).await
    }

    /// Starts an emulator with `options` on what is in `folder`.
    pub(crate) async fn with(folder: TempDir, options: Options) -> World {
        World {
            emulator: start(options).await,
            folder,
            agent: agent(),
        }
    }

    /// Stops the emulator in order and starts the next in its folder.
    pub(crate) async fn restart(self) -> World {
        self.emulator.shutdown().await;
        let options = options(self.folder.path());
        World::with(self.folder, options).await
    }

    /// Invokes a function asynchronously and returns the request's id.
    pub(crate) async fn send_event(&self, function: &str, event: Value) -> String {
        let response = self.post_event(function, event).await;
        assert_eq!(response.status(), 202);
        let id = response.headers()["x-amzn-requestid"].to_str();
        id.expect("an id").to_owned()
    }

    pub(crate) async fn post_event(&self, function: &str, event: Value) -> Response<Body> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let headers = [("x-amz-invocation-type", "Event")];
        self.post_with(&path, &headers, event).await
    }

    /// Returns the path of a file of the emulator.
    pub(crate) fn data(&self, path: &str) -> PathBuf {
        self.folder.path().join("data").join(path)
    }

    /// Returns how often a function began to run for a request.
    pub(crate) fn runs(&self, function: &str, request_id: &str) -> usize {
        let log = self.data(&format!("logs/{function}.log"));
        let log = std::fs::read_to_string(log).unwrap_or_default();
        log.matches(&format!("START RequestId: {request_id} "))
            .count()
    }

    /// Returns the path of a saved event.
    pub(crate) fn sample(&self, name: &str) -> PathBuf {
        self.folder.path().join("samples").join(name)
    }

    pub(crate) fn advance(&self, time_s: u64) {
        self.emulator.clock().advance(Duration::from_secs(time_s));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.emulator.address())
    }

    /// Runs a function through the Invoke API: whether it failed, the answer, how long it took.
    pub(crate) async fn invoke(&self, function: &str, event: Value) -> (bool, Value, Duration) {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let begin = Instant::now();
        let mut response = self.post(&path, event).await;
        let answer = response.body_mut().read_json().expect("a JSON answer");
        (
            response.headers().contains_key("x-amz-function-error"),
            answer,
            begin.elapsed(),
        )
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response<Body> {
        self.post_with(path, &[], body).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Response<Body> {
        let mut request = self
            .agent
            .post(self.url(path))
            .content_type("application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        blocking(move || request.send(body.to_string()).expect("an answer")).await
    }

    /// Calls the console's API: the status and the answer.
    pub(crate) async fn console(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(&format!("/_console/api{path}")));
        let body = if body.is_null() {
            String::new()
        } else {
            request = request.header("content-type", "application/json");
            body.to_string()
        };
        let request = request.body(body).expect("a request");
        let agent = self.agent.clone();
        let mut response = blocking(move || agent.run(request).expect("an answer")).await;
        let answer = response.body_mut().read_json().unwrap_or_default();
        (response.status().as_u16(), answer)
    }

    /// Calls the SQS API as an SDK does.
    pub(crate) async fn sqs(&self, action: &str, queue: &str, mut request: Value) -> Value {
        request["QueueUrl"] = json!(self.url(&format!("/000000000000/{queue}")));
        let post = self
            .agent
            .post(self.url("/"))
            .content_type("application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"));
        let mut response =
            blocking(move || post.send(request.to_string()).expect("an answer")).await;
        assert_eq!(response.status(), 200);
        response.body_mut().read_json().unwrap_or_default()
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Response<Body> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        let agent = self.agent.clone();
        blocking(move || agent.run(request).expect("an answer")).await
    }

    /// Returns what a function has logged so far.
    pub(crate) fn log(&self, function: &str) -> String {
        let path = self.folder.path().join(format!("data/logs/{function}.log"));
        std::fs::read_to_string(path).expect("a log")
    }

    pub(crate) fn processes(&self, function: &str) -> Vec<u32> {
        self.emulator.functions().processes(function)
    }

    /// Waits until each process of a function would take the next call: none is on its way from the last.
    pub(crate) async fn at_rest(&self, function: &str) {
        let is_idle = |environment: EnvironmentView| environment.state == EnvironmentState::Idle;
        eventually("they are idle", || {
            let environments = self.emulator.functions().environments(function);
            environments.into_iter().all(is_idle)
        })
        .await;
    }
}

/// Starts an emulator on a free port.
pub(crate) async fn start(options: Options) -> Emulator {
    let socket = Socket::open(([127, 0, 0, 1], 0).into())
        .await
        .expect("a port");
    Emulator::start(socket, options).await.expect("an emulator")
}

pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
}

/// Makes a template and files in `folder`, and the options that go with them.
pub(crate) fn options(folder: &Path) -> Options {
    std::fs::create_dir_all(folder.join("media")).expect("a media folder");
    std::fs::write(folder.join("media/ten.txt"), "0123456789").expect("a media file");
    std::fs::write(folder.join("secret.txt"), "secret").expect("a file beside the media");
    std::fs::write(folder.join("template.yaml"), template_text()).expect("a template");
    Options {
        template: folder.join("template.yaml"),
        parameters: BTreeMap::new(),
        environment: BTreeMap::new(),
        data: folder.join("data"),
        bin_dir: probe_dir(),
        mounts: vec![Mount {
            prefix: "/media/".to_owned(),
            folder: folder.join("media"),
            cache_control: None,
        }],
        samples: Some(folder.join("samples")),
        jwks: BTreeMap::new(),
        attach: BTreeSet::new(),
        integration_limit: INTEGRATION_LIMIT,
        echo: None,
        freeze: true,
        limit_memory: true,
        watch: Watch::Nothing,
    }
}

/// Returns the state letter of a process as the kernel gives it.
pub(crate) fn state_of(process: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Whether nothing of a process runs any more. Its first thread may be a zombie while others still end.
pub(crate) fn is_dead(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    match state_of(process) {
        None => true,
        Some('Z') => threads.is_ok_and(|threads| threads.count() == 1),
        Some(_) => false,
    }
}

/// Waits until `holds`.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    eventually_told(what, async || holds()).await;
}

/// Waits until `holds`, which somebody must be asked for.
pub(crate) async fn eventually_told(what: &str, holds: impl AsyncFn() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < PATIENCE, "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("the blocking call ended")
}

fn template_text() -> String {
    let functions = [
        (
            "Probe",
            "Timeout: 30",
            "Variables: { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9' }",
            "/probe/{id}",
        ),
        ("Short", "Timeout: 1", "", "/short"),
        ("Single", "ReservedConcurrentExecutions: 1", "", "/single"),
        (
            "Broken",
            "Timeout: 30",
            "Variables: { PROBE_INIT: exit }",
            "/broken",
        ),
    ];
    let mut text = format!("{TEMPLATE}{QUEUES}{DESTINATIONS}");
    for (name, property, variables, path) in functions {
        let environment = if variables.is_empty() {
            String::new()
        } else {
            format!("      Environment: {{ {variables} }}\n")
        };
        text += &format!(
            "  {name}:\n    Type: AWS::Serverless::Function\n    Metadata:\n      BuildMethod: rust-cargolambda\n      \
             BuildProperties: {{ Binary: probe }}\n    Properties:\n      {property}\n{environment}      Events:\n        \
             Http:\n          Type: HttpApi\n          Properties: {{ ApiId: !Ref Api, Path: \"{path}\", Method: ANY }}\n"
        );
    }
    text
}

/// Returns the number that the environment sets.
pub(crate) fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}

pub(crate) fn probe_dir() -> PathBuf {
    build_functions::bin_dir()
        .expect("a folder with binaries")
        .join("examples")
}

/// Returns the body of a request that makes the probe answer with `reply`.
pub(crate) fn replying(reply: Value) -> Value {
    json!({ "do": "reply", "reply": reply })
}

/// Sends `Orders` a message, one of a batch, in a trace if one is given; `fail` is one that fails.
pub(crate) async fn order(world: &World, body: &str, trace: Option<&str>) {
    let mut message = json!({ "MessageBody": body });
    if let Some(trace) = trace {
        message["MessageSystemAttributes"] =
            json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": trace } });
    }
    world.sqs("SendMessage", "Orders", message).await;
}
