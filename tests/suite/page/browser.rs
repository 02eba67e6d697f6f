//! A real browser for each test of the pages, handed on from one to the next: starting one costs more than most tests.

use std::{
    process::{Child, Command, Stdio},
    sync::{LazyLock, Mutex},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wherecast_tests::{SOON, said};

/// Browsers outlive the runtimes of their tests.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
static DRIVER: LazyLock<Driver> = LazyLock::new(Driver::start);
static IDLE: Mutex<Vec<Client>> = Mutex::new(Vec::new());

/// A browser that one test has to itself.
pub(super) struct Browser {
    pub(super) client: Client,
}

/// Begins browsers and ends them with itself, which is when the tests end.
struct Driver {
    port: u16,
    _until_tests_end: Child,
}

impl Browser {
    pub(super) async fn open(url: &str) -> Self {
        let idle = IDLE.lock().expect("nothing panics with it").pop();
        let client = match idle {
            Some(client) => client,
            None => RUNTIME.spawn(begin()).await.expect("Chromium starts"),
        };
        client
            .set_window_size(1200, 1000)
            .await
            .expect("the window is there");
        client.goto(url).await.expect("the page opens");
        Self { client }
    }

    /// Hands the browser on with nothing in it of this test. One whose test has failed is not handed on.
    pub(super) async fn close(self) {
        self.run("localStorage.clear(); sessionStorage.clear()")
            .await;
        let next = self.client.new_window(true).await.expect("a tab opens");
        self.client.close_window().await.expect("the tab closes");
        self.client
            .switch_to_window(next.handle)
            .await
            .expect("the tab is there");
        IDLE.lock()
            .expect("nothing panics with it")
            .push(self.client);
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
}

async fn begin() -> Client {
    let arguments = [
        "--headless",
        // It ends when its driver does, however that ends.
        "--remote-debugging-pipe",
        // Chromium refuses its sandbox to root, who runs the tests in containers.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
    ];
    let options = json!({ "args": arguments });
    let capabilities = [("goog:chromeOptions".to_owned(), options)]
        .into_iter()
        .collect();
    ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{}", DRIVER.port))
        .await
        .expect("Chromium starts")
}

impl Driver {
    fn start() -> Self {
        // Nothing is ever written to the shell: it reads the end of its input when this process ends, however that ends.
        let mut child = Command::new("sh")
            .args(["-c", "chromedriver --port=0 & read -r _; kill $!; wait"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let port = said(&mut child, |line| {
            line.split("successfully on port ")
                .nth(1)?
                .trim_end_matches('.')
                .parse()
                .ok()
        })
        .expect("chromedriver is installed, as tests/run does, and says its port");
        Self {
            port,
            _until_tests_end: child,
        }
    }
}
