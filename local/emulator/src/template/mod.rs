//! What a SAM template says, as far as the emulator acts on it.
//!
//! [`Template::read`] is the only way in. It refuses by name, file and line whatever the emulator does not
//! emulate, and whatever AWS would refuse on deployment, so that nothing is silently ignored.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Serialize, Serializer};

mod read;

mod api;
pub(crate) mod authorizer;
mod cors;
mod event;
mod event_invoke;
mod function;
mod relations;
mod sqs;
mod timing;
mod url;

mod fields;
mod node;
mod parameter;
mod refusal;
mod scope;

pub use refusal::Refusal;
pub use timing::{Cron, Timing};

use api::Api;
use authorizer::RouteAuth;
use fields::Fields;
use node::Node;

/// The region that ARNs and events name.
pub const REGION: &str = "us-east-1";

/// The account that ARNs and queue URLs name.
pub const ACCOUNT_ID: &str = "000000000000";

/// Everything a template describes, resolved: no intrinsic function is left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Template {
    /// The functions, in the template's order.
    pub functions: Vec<Function>,
    /// The routes of the HTTP API.
    pub routes: Vec<Route>,
    /// Who may call them, by the names that the routes use.
    pub authorizers: Vec<Authorizer>,
    /// The HTTP API's stage, `$default` unless it says otherwise. Paths begin with any other.
    pub stage: String,
    /// The HTTP API's CORS configuration, if it has one.
    pub cors: Option<Cors>,
    /// The queues, in the template's order.
    pub queues: Vec<Queue>,
    /// Which queue feeds which function.
    pub mappings: Vec<Mapping>,
    /// Which function runs on a clock.
    pub schedules: Vec<Schedule>,
    /// What was read, is valid, and changes nothing on one machine, a sentence each.
    pub without_effect: Vec<String>,
}

/// One Lambda function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Function {
    /// The key under `Resources`. Routes, mappings and schedules refer to it.
    pub logical_id: String,
    /// `FunctionName`, or the logical id.
    pub name: String,
    /// The name of the cargo binary, from the function's `Metadata`.
    pub binary: String,
    /// `CodeUri`: the folder of its code, seen from the template's.
    pub code: PathBuf,
    /// How long one invocation may take.
    #[serde(rename = "timeout_s", serialize_with = "seconds")]
    pub timeout: Duration,
    /// What the function may use, and what it is told it has.
    pub memory_mb: u32,
    /// The template's variables.
    pub environment: BTreeMap<String, String>,
    /// The most environments at a time; `None` when only the account limits it.
    pub reserved_concurrency: Option<u32>,
    /// The function's own URL, if it has one.
    pub url: Option<FunctionUrl>,
    /// What becomes of its asynchronous invocations.
    pub event_invoke: EventInvoke,
}

/// How long asynchronous invocations are tried, and who is told how they end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventInvoke {
    /// How long after it was accepted an event may still run.
    #[serde(rename = "maximum_age_s", serialize_with = "seconds")]
    pub maximum_age: Duration,
    /// How often an event is run again after a failure of the function.
    pub maximum_retries: u32,
    /// Who is told of successes.
    pub on_success: Option<Destination>,
    /// Who is told of events that are given up.
    pub on_failure: Option<Destination>,
    /// The name of the queue that gets events that are given up.
    pub dead_letter_queue: Option<String>,
}

/// Who is told how an asynchronous invocation has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Destination {
    /// The queue of this name.
    Queue(String),
    /// The function of this name.
    Function(String),
}

/// A URL of a function's own, with no HTTP API in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionUrl {
    /// Whether AWS would ask callers to sign their requests (`AWS_IAM`). Nothing asks for that here.
    pub needs_signature: bool,
    /// What a browser from another origin is told.
    pub cors: Option<Cors>,
    /// When the caller sees the answer.
    pub invoke_mode: InvokeMode,
}

/// When the caller of a function URL sees the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum InvokeMode {
    /// When it is whole.
    Buffered,
    /// As the function writes it.
    ResponseStream,
}

/// One route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The method it answers to.
    pub method: Method,
    /// The path with `{parameters}` and `{proxy+}` as the template writes it; `$default` for all else.
    pub path: String,
    /// The function's logical id.
    pub function: String,
    /// What callers must show; `None` when anyone may call.
    pub authorization: Option<Authorization>,
}

/// What the callers of a route must show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorization {
    /// The name of the authorizer that reads their token.
    pub authorizer: String,
    /// Scopes of which the token must have one; empty when it needs none.
    pub scopes: Vec<String>,
}

/// A JWT authorizer of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorizer {
    /// Its key under `Authorizers`.
    pub name: String,
    /// Who signs the tokens, as their `iss` says.
    pub issuer: String,
    /// For whom they are: what `aud`, or `client_id` without it, may say.
    pub audience: Vec<String>,
    /// Where in a request the token is.
    pub identity_source: IdentitySource,
}

/// Where in a request a token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum IdentitySource {
    /// In this header, lower case, with or without `Bearer`.
    Header(String),
    /// In this parameter of the query.
    Query(String),
}

/// The method of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Every method that no other route on the path names.
    Any,
    /// One method.
    Only(http::Method),
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Method::Any => f.write_str("ANY"),
            Method::Only(method) => f.write_str(method.as_str()),
        }
    }
}

/// What the HTTP API answers to a browser from another origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cors {
    /// Whether cookies and other credentials may be sent.
    pub allow_credentials: bool,
    /// Origins, or `*`.
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    pub allow_methods: Vec<String>,
    /// Request headers, lower case, or `*`.
    pub allow_headers: Vec<String>,
    /// Response headers that a page may read, lower case, or `*`.
    pub expose_headers: Vec<String>,
    /// How long a browser may keep the answer.
    #[serde(rename = "max_age_s", serialize_with = "seconds_if_any")]
    pub max_age: Option<Duration>,
}

/// One standard queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// The key under `Resources`.
    pub logical_id: String,
    /// `QueueName`, or the logical id.
    pub name: String,
    /// How long a received message stays hidden.
    #[serde(rename = "visibility_timeout_s", serialize_with = "seconds")]
    pub visibility_timeout: Duration,
    /// How long a message is kept.
    #[serde(rename = "retention_s", serialize_with = "seconds")]
    pub retention: Duration,
    /// How long a new message stays hidden.
    #[serde(rename = "delay_s", serialize_with = "seconds")]
    pub delay: Duration,
    /// How long a receive waits for a message unless it says otherwise.
    #[serde(rename = "receive_wait_s", serialize_with = "seconds")]
    pub receive_wait: Duration,
    /// The largest body with its attributes.
    pub maximum_message_bytes: usize,
    /// Where messages go that are received too often.
    pub redrive: Option<Redrive>,
    /// What the queue is labelled with.
    pub tags: BTreeMap<String, String>,
}

/// Where messages go that are received too often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redrive {
    /// The dead-letter queue's name.
    pub dead_letter_queue: String,
    /// How often a message is received before it moves.
    pub max_receive_count: u32,
}

/// An event source mapping from a queue to a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// The queue's name.
    pub queue: String,
    /// The function's logical id.
    pub function: String,
    /// The most messages in one event.
    pub batch_size: u32,
    /// How long to wait for a batch to fill.
    #[serde(rename = "window_s", serialize_with = "seconds")]
    pub window: Duration,
    /// The most invocations at a time; `None` when only the function limits it.
    pub maximum_concurrency: Option<u32>,
    /// Whether the function may name the messages that failed.
    pub reports_item_failures: bool,
    /// Whether messages are delivered at all.
    pub enabled: bool,
}

/// A function that runs on a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// The rule's name, of which the event carries the ARN.
    pub name: String,
    /// The function's logical id.
    pub function: String,
    /// When it runs.
    pub timing: Timing,
    /// The event's text, when the template replaces the usual one.
    pub input: Option<String>,
    /// Whether it runs at all.
    pub enabled: bool,
}

impl Default for EventInvoke {
    /// What AWS does with functions that say nothing about it.
    fn default() -> EventInvoke {
        EventInvoke {
            maximum_age: Duration::from_secs(6 * 3_600),
            maximum_retries: 2,
            on_success: None,
            on_failure: None,
            dead_letter_queue: None,
        }
    }
}

impl Template {
    /// Reads the template at `path` as `sam deploy --parameter-overrides` would be given `parameters`.
    ///
    /// `queue_base` is where the queues will be served, such as `http://127.0.0.1:9000`; a `Ref` to a queue
    /// becomes its URL there.
    ///
    /// # Errors
    /// When the file cannot be read, is not YAML, contains what the emulator does not emulate, or describes
    /// what AWS would refuse.
    pub fn read(
        path: &Path,
        parameters: &BTreeMap<String, String>,
        queue_base: &str,
    ) -> Result<Template, Refusal> {
        let text =
            std::fs::read_to_string(path).map_err(|error| Refusal::unreadable(path, &error))?;
        read::read(&text, path, parameters, queue_base)
    }

    /// Returns the function that people call `name`: by its logical id, its name or its binary.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Function> {
        let is_named = |function: &&Function| function.logical_id == name || function.name == name;
        let mut functions = self.functions.iter();
        functions
            .clone()
            .find(is_named)
            .or_else(|| functions.find(|function| function.binary == name))
    }

    /// Returns the binaries that the emulator starts: those of all functions but the ones called `attached`.
    #[must_use]
    pub fn binaries(&self, attached: &BTreeSet<String>) -> BTreeSet<String> {
        let attached: Vec<&Function> = attached
            .iter()
            .filter_map(|name| self.function(name))
            .collect();
        let functions = self.functions.iter();
        functions
            .filter(|function| {
                attached
                    .iter()
                    .all(|attached| attached.name != function.name)
            })
            .map(|function| function.binary.clone())
            .collect()
    }

    /// Returns the folders with the functions' code, for a template at `path`.
    ///
    /// A `CodeUri` that is not there is what a build leaves, and will be: the code is around the template then.
    #[must_use]
    pub fn code_folders(&self, path: &Path) -> BTreeSet<PathBuf> {
        let functions = self.functions.iter();
        functions
            .map(|function| code_folder(path, &function.code))
            .collect()
    }

    /// Returns the names of the parameters that the template at `path` has.
    ///
    /// # Errors
    /// When the file cannot be read, is not YAML, or has `Parameters` that are no map.
    pub fn parameter_names(path: &Path) -> Result<BTreeSet<String>, Refusal> {
        let text =
            std::fs::read_to_string(path).map_err(|error| Refusal::unreadable(path, &error))?;
        let root = Node::parse(&text, path)?;
        let mut sections = Fields::of(&root, "the template", path)?;
        let parameters = sections.entries("Parameters")?.iter();
        Ok(parameters.map(|entry| entry.key.clone()).collect())
    }
}

/// Returns the folder of a function's `code`, for a template at `template`: around that where there is none.
fn code_folder(template: &Path, code: &Path) -> PathBuf {
    own_code_folder(template, code).unwrap_or_else(|| around(template).to_owned())
}

/// Returns the folder that a function's `code` names, if it is there.
fn own_code_folder(template: &Path, code: &Path) -> Option<PathBuf> {
    let folder = around(template).join(code);
    folder.is_dir().then_some(folder)
}

fn around(template: &Path) -> &Path {
    match template.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The parts of a template as they are read, with their lines, before their relations are checked.
#[derive(Default)]
struct Draft {
    functions: Vec<(usize, Function)>,
    routes: Vec<DraftRoute>,
    apis: Vec<(usize, String)>,
    /// The line and name of an event, and the `ApiId` it gave.
    apis_used: Vec<(usize, String, Option<String>)>,
    api: Api,
    queues: Vec<(usize, Queue)>,
    mappings: Vec<(usize, Mapping)>,
    schedules: Vec<Schedule>,
    destinations: Vec<(usize, Destination)>,
    without_effect: Vec<String>,
}

/// A route, its line, and what it says about its callers.
struct DraftRoute {
    line: usize,
    route: Route,
    auth: Option<RouteAuth>,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

fn seconds_if_any<S: Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

/// Returns the URL of the queue called `name`, served at `queue_base`.
#[must_use]
pub fn queue_url(queue_base: &str, name: &str) -> String {
    format!("{}/{ACCOUNT_ID}/{name}", queue_base.trim_end_matches('/'))
}

/// Returns the URL of the function called `name`, served at `base`.
fn function_url(base: &str, name: &str) -> String {
    format!("{}/lambda-url/{name}/", base.trim_end_matches('/'))
}

/// Returns the ARN of the queue called `name`.
#[must_use]
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}")
}

/// Returns the ARN of the function called `name`.
#[must_use]
pub fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}")
}

#[cfg(test)]
mod tests;
