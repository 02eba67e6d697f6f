//! What the runtime is told, and what it tells its processes.
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{
    faults::Faults,
    template::{Function, REGION},
    terminal::Echo,
};

/// The largest event of a run that somebody waits for, and so of any run.
pub(crate) const EVENT_BYTES: usize = 6 << 20;

/// The most environments of a function that has no reserved concurrency, unless [`Settings`] say otherwise.
pub(crate) const MOST_ENVIRONMENTS: u32 = 32;

/// What holds for all functions.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder with the built binaries.
    pub bin_dir: PathBuf,
    /// The folder for one log file per function.
    pub log_dir: PathBuf,
    /// Where log lines go besides.
    pub echo: Option<Echo>,
    /// Variables for every function; they win over the template's.
    pub environment: BTreeMap<String, String>,
    /// Variables for every function whose template sets them to nothing else.
    pub defaults: BTreeMap<String, String>,
    /// The most environments of one function that has no reserved concurrency. Requests beyond wait.
    pub most_environments: usize,
    /// How long an unused environment is kept.
    pub idle_after: Duration,
    /// How long an environment may take to come up before it is started once more.
    pub init_limit: Duration,
    /// How long a run may go on by itself when the emulator stops, before its process gets SIGTERM.
    ///
    /// A function that knows of no SIGTERM dies of it, and its caller gets an error where the answer was a moment
    /// away. One that knows has what is left of `grace`, of which this is a part.
    pub drain: Duration,
    /// How long a process may go on when the emulator stops: then comes SIGKILL.
    pub grace: Duration,
    /// Whether a process is frozen between runs, as on Lambda; a debugger wants it to go on.
    pub freeze: bool,
    /// Whether a process is killed when it needs more than its function's memory size.
    ///
    /// On from the start: that a function only dies on AWS is what an emulator is there to prevent. Off for
    /// builds that are larger than what will be deployed, with a sanitizer for one.
    pub limit_memory: bool,
    /// Functions whose processes people start.
    pub attach: Attach,
    /// What is made to go wrong.
    pub faults: Faults,
}

/// Functions whose processes are not started here but by people, in a debugger for one.
#[derive(Clone, Debug, Default)]
pub struct Attach {
    /// The functions' names, by the names that people use for them.
    pub functions: BTreeMap<String, String>,
    /// The public address as a URL with no slash at its end: their processes find the Runtime API there.
    pub base_url: String,
    /// Its port, by which the connections of their processes are told from others.
    pub port: u16,
    /// The folder for one file per function with the variables its process needs.
    pub folder: PathBuf,
    /// How long a request waits for somebody to start a process.
    pub patience: Duration,
}

impl Attach {
    /// Whether `function`, by its own name, is one of them.
    pub(super) fn covers(&self, function: &str) -> bool {
        self.functions.values().any(|name| name == function)
    }
}

impl Settings {
    /// Makes the settings that fit most uses.
    #[must_use]
    pub fn new(bin_dir: PathBuf, log_dir: PathBuf) -> Settings {
        Settings {
            bin_dir,
            log_dir,
            echo: None,
            environment: BTreeMap::new(),
            defaults: BTreeMap::new(),
            most_environments: MOST_ENVIRONMENTS as usize,
            idle_after: Duration::from_secs(600),
            init_limit: Duration::from_secs(10),
            drain: Duration::from_millis(1_500),
            grace: Duration::from_secs(4),
            freeze: true,
            limit_memory: true,
            attach: Attach::default(),
            faults: Faults::default(),
        }
    }

    /// Returns every variable of a process of `function` that finds its Runtime API at `runtime_api`.
    pub(super) fn variables(
        &self,
        function: &Function,
        runtime_api: &str,
    ) -> BTreeMap<String, String> {
        let mut variables = self.reserved(function);
        for layer in [&self.defaults, &function.environment, &self.environment] {
            variables.extend(layer.clone());
        }
        // With its scheme, as in `cargo lambda watch`: the Rust runtime takes a path no other way.
        variables.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), runtime_api.to_owned());
        variables
    }

    fn reserved(&self, function: &Function) -> BTreeMap<String, String> {
        let task_root = self.bin_dir.display().to_string();
        let stream = format!(
            "{}/[$LATEST]{}",
            jiff::Timestamp::now().strftime("%Y/%m/%d"),
            uuid::Uuid::new_v4().simple()
        );
        let fixed = [
            ("_HANDLER", function.binary.clone()),
            ("LAMBDA_TASK_ROOT", task_root.clone()),
            ("LAMBDA_RUNTIME_DIR", task_root),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                function.memory_mb.to_string(),
            ),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", function.name),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
            ("AWS_LAMBDA_LOG_FORMAT", "Text".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            // The SDKs sign every request, so they need keys; nothing here checks them.
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_SESSION_TOKEN", "local".to_owned()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
        ];
        let passed = ["RUST_BACKTRACE", "RUST_LOG"]
            .into_iter()
            .filter_map(|name| Some((name, std::env::var(name).ok()?)));
        fixed
            .into_iter()
            .chain(passed)
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}
