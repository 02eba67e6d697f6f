//! What an environment does for its process: each test has functions of its own, with no gateway in front.
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use emulator::{
    journal::Origin,
    runtime::{Failure, Functions, Invocation, Settings},
    template::Function,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::probe_dir;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_an_attempt_that_is_over_is_gone() {
    let lab = Lab::start(|_, _| {}).await;

    let answer = lab.invoke(json!({ "do": "twice" })).await;
    let statuses = lab.invoke(json!({ "do": "refused" })).await;

    assert_eq!(answer.unwrap(), json!([410]));
    assert_eq!(statuses.unwrap(), json!([410, 202, 410]));
}

/// One function called `Probe`, and its settings.
struct Lab {
    functions: Functions,
    folder: TempDir,
}

impl Lab {
    async fn start(change: impl FnOnce(&mut Function, &mut Settings)) -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let mut function = Function {
            logical_id: "Probe".to_owned(),
            name: "Probe".to_owned(),
            binary: "probe".to_owned(),
            timeout: Duration::from_secs(10),
            memory_mb: 128,
            environment: BTreeMap::new(),
            reserved_concurrency: None,
            url: None,
            event_invoke: Default::default(),
        };
        let mut settings = Settings::new(probe_dir(), folder.path().join("logs"));
        change(&mut function, &mut settings);
        Lab {
            functions: Functions::start(&[function], settings).await.unwrap(),
            folder,
        }
    }

    async fn invoke(&self, event: Value) -> Result<Value, Failure> {
        let payload = self.run(event).await.outcome?;
        Ok(serde_json::from_slice(&payload).unwrap())
    }

    async fn run(&self, event: Value) -> Invocation {
        let event = Bytes::from(event.to_string());
        self.functions.invoke("Probe", event, Origin::Invoke).await
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
