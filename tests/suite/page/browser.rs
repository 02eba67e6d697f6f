//! A real browser for a test.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use wherecast_tests::{SOON, said};

/// A browser of its own for one test. Its driver ends with it.
pub(super) struct Browser {
    pub(super) client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    pub(super) async fn open(url: &str) -> Self {
        let (driver, port) = start_driver();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let arguments = [
            "--headless".to_owned(),
            // Chromium refuses its sandbox to root, who runs the tests in containers.
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--autoplay-policy=no-user-gesture-required".to_owned(),
            "--window-size=1200,1000".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({ "args": arguments });
        let capabilities = [("goog:chromeOptions".to_owned(), options)]
            .into_iter()
            .collect();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        client.goto(url).await.expect("the page opens");
        Self {
            client,
            driver,
            _profile: profile,
        }
    }

    pub(super) async fn wait_for(&self, css: &str) -> fantoccini::elements::Element {
        self.client
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"))
    }

    pub(super) async fn text(&self, css: &str) -> String {
        loop {
            match self.wait_for(css).await.text().await {
                // The page has drawn it anew since it was found.
                Err(error) if error.is_stale_element_reference() => {}
                text => return text.expect("it has text"),
            }
        }
    }

    /// Waits until a script answers true.
    pub(super) async fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.run(script).await != Value::Bool(true) {
            assert!(begun.elapsed() < SOON, "never true: {script}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(super) async fn run(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .expect("the script runs")
    }

    pub(super) async fn ask_for(&self, place: &str) {
        let field = self.wait_for("#place").await;
        field.send_keys(place).await.expect("it takes keys");
        field
            .send_keys(&Key::Enter.to_string())
            .await
            .expect("it takes Enter");
    }

    /// Chooses what kind of episode is asked for, which shows the fields it has.
    pub(super) async fn choose(&self, kind: &str) {
        let choose = format!(
            "const kinds = document.querySelector('[name=podcast_type]');
             kinds.value = '{kind}';
             kinds.dispatchEvent(new Event('change'));"
        );
        self.run(&choose).await;
    }

    pub(super) async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes its browser with it when asked to end, not when killed.
        let _ = Command::new("kill")
            .arg(self.driver.id().to_string())
            .status();
        let _ = self.driver.wait();
    }
}

fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("chromedriver is installed; tests/run does that");
    let port = said(&mut driver, |line| {
        line.split("successfully on port ")
            .nth(1)?
            .trim_end_matches('.')
            .parse()
            .ok()
    })
    .expect("chromedriver says its port");
    (driver, port)
}
