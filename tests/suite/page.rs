//! The page in a real browser: headless Chromium through its WebDriver.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use wherecast_tests::{SOON, World};

/// A browser of its own for one test. Its driver ends with it.
struct Browser {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    async fn open(url: &str) -> Self {
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

    async fn wait_for(&self, css: &str) -> fantoccini::elements::Element {
        self.client
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"))
    }

    async fn text(&self, css: &str) -> String {
        loop {
            match self.wait_for(css).await.text().await {
                // The page has drawn it anew since it was found.
                Err(error) if error.is_stale_element_reference() => {}
                text => return text.expect("it has text"),
            }
        }
    }

    /// Waits until a script answers true.
    async fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.run(script).await != Value::Bool(true) {
            assert!(begun.elapsed() < SOON, "never true: {script}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn run(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .expect("the script runs")
    }

    async fn ask_for(&self, place: &str) {
        let field = self.wait_for("#place").await;
        field.send_keys(place).await.expect("it takes keys");
        field
            .send_keys(&Key::Enter.to_string())
            .await
            .expect("it takes Enter");
    }

    async fn close(self) {
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
    let lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| {
            line.split("successfully on port ")
                .nth(1)?
                .trim_end_matches('.')
                .parse()
                .ok()
        })
        .expect("chromedriver says its port");
    (driver, port)
}

#[tokio::test]
async fn a_place_is_asked_for_watched_and_heard() {
    let world = World::start_with("tone:400");
    let browser = Browser::open(world.origin()).await;

    browser.ask_for("Paris, France").await;
    browser
        .until(
            "return Number(document.querySelector('#jobs progress')?.value) > 30 \
             && document.querySelector('.job-message').textContent.startsWith('Recording line')",
        )
        .await;
    browser
        .client
        .refresh()
        .await
        .expect("the page opens again");
    browser
        .until("return Number(document.querySelector('#jobs progress')?.value) > 40")
        .await;

    let title = browser.text("#episode-title").await;
    browser
        .until("return document.querySelector('#episode audio').duration > 10")
        .await;
    assert!(!title.is_empty());
    assert_eq!(
        browser
            .run("return document.querySelectorAll('.chapters li').length >= 3")
            .await,
        true
    );
    assert_eq!(
        browser
            .run("return document.querySelectorAll('.card').length")
            .await,
        1
    );
    browser
        .run("document.querySelectorAll('.chapters button')[1].click()")
        .await;
    browser
        .until("return document.querySelector('#episode audio').currentTime > 1")
        .await;
    browser
        .until("return document.querySelectorAll('.transcript [aria-current]').length === 1")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_job_survives_the_restart_of_the_emulator() {
    let mut world = World::start_with("tone:400");
    let browser = Browser::open(world.origin()).await;
    browser.ask_for("Paris, France").await;
    browser
        .until("return Number(document.querySelector('#jobs progress')?.value) > 32")
        .await;

    world.stop();
    browser
        .until("return document.querySelector('#connection').textContent !== ''")
        .await;
    world.restart();

    browser
        .until("return document.querySelector('#connection').textContent === ''")
        .await;
    browser
        .until("return Number(document.querySelector('#jobs progress')?.value) > 40")
        .await;
    browser.wait_for("#episode-title").await;
    browser.close().await;
}

#[tokio::test]
async fn a_mistyped_country_offers_places_to_click() {
    let world = World::start();
    let browser = Browser::open(world.origin()).await;

    browser.ask_for("France").await;
    browser
        .wait_for(".suggestions button")
        .await
        .click()
        .await
        .expect("it is a button");

    browser.wait_for("#episode-title").await;
    browser.close().await;
}

#[tokio::test]
async fn a_topic_on_which_too_little_is_known_offers_others_to_click() {
    let world = World::start();
    let browser = Browser::open(world.origin()).await;

    browser
        .run(
            "const form = document.querySelector('#ask');
             form.podcast_type.value = 'topic';
             form.podcast_type.dispatchEvent(new Event('change'));
             form.topic.value = 'history';",
        )
        .await;
    browser.ask_for("Pirey, France").await;
    let button = browser.wait_for(".suggestions button").await;
    let topic = button.text().await.expect("it has a text");
    let told = browser.text("#ask-error").await;
    assert!(told.starts_with("Topic must be another: "), "{told}");
    assert!(told.contains(&topic), "{told}");
    button.click().await.expect("it is a button");

    browser.wait_for("#episode-title").await;
    let chosen = "return document.querySelector('[name=topic]').value";
    assert_eq!(browser.run(chosen).await, topic);
    browser.close().await;
}

#[tokio::test]
async fn the_place_that_was_understood_is_shown_with_what_was_typed() {
    let world = World::start_with("tone:400");
    let browser = Browser::open(world.origin()).await;

    browser.ask_for("narni").await;

    browser
        .until("return document.querySelector('.job-place')?.textContent.trim() === 'Narni, Umbria, Italy typed: narni'")
        .await;
    let meta = browser.text("#episode .meta").await;
    let card = browser.text(".card p").await;
    for shown in [meta, card] {
        assert!(shown.contains("Narni, Umbria, Italy"), "{shown}");
        assert!(shown.contains("typed: narni"), "{shown}");
    }
    browser.close().await;
}

#[tokio::test]
async fn an_episode_is_kept_when_making_it_again_is_not_confirmed() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;
    let again = browser.wait_for("[data-do=regenerate]").await;

    again.click().await.expect("it is a button");
    let question = browser.client.get_alert_text().await.expect("it asks");
    browser
        .client
        .dismiss_alert()
        .await
        .expect("it can be left");

    assert!(question.contains("deleted first"), "{question}");
    assert_eq!(world.status(&id).text("status"), "completed");
    browser.close().await;
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_marked_and_called_by_its_label() {
    let world = World::start();
    let browser = Browser::open(world.origin()).await;
    browser
        .run(
            "const form = document.querySelector('#ask');
             form.podcast_type.value = 'personalized';
             form.podcast_type.dispatchEvent(new Event('change'));
             form.interests.value = 'x'.repeat(101);",
        )
        .await;

    browser.ask_for("Paris").await;

    browser.wait_for("[aria-invalid]").await;
    let said = browser.text("#ask-error").await;
    let marked = browser
        .run("return [...document.querySelectorAll('[aria-invalid]')].map((field) => field.name)")
        .await;
    assert_eq!(said, "Interests must have at most 100 characters.");
    assert_eq!(marked, json!(["interests"]));
    assert_eq!(
        browser.run("return document.activeElement.name").await,
        "interests"
    );
    browser.close().await;
}

#[tokio::test]
async fn the_transcript_is_one_tab_stop_and_keeps_still_while_it_is_read() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;
    let first = browser.wait_for(".transcript button").await;

    browser
        .run("document.querySelector('.transcript button').focus()")
        .await;
    first
        .send_keys(&Key::Down.to_string())
        .await
        .expect("it takes keys");
    browser
        .run(
            "const audio = document.querySelector('#episode audio');
             audio.currentTime = audio.duration - 1",
        )
        .await;
    browser.wait_for(".transcript [aria-current]").await;

    let stops = "return [...document.querySelectorAll('.transcript button')]
        .flatMap((line, index) => line.tabIndex === 0 ? [index] : [])";
    assert_eq!(browser.run(stops).await, json!([1]));
    assert_eq!(
        browser
            .run("return document.querySelector('.transcript').scrollTop")
            .await,
        0
    );
    browser.close().await;
}

#[tokio::test]
async fn a_link_to_an_unfinished_episode_opens_it_when_it_is_ready() {
    let world = World::start_with("tone:400");
    let id = world.accept("Paris, France", "short");
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;

    let told = browser.text("#episode .meta").await;

    assert!(
        told.starts_with("This episode is still being made."),
        "{told}"
    );
    browser.wait_for("#episode audio").await;
    browser.close().await;
}

#[tokio::test]
async fn a_link_to_a_failed_episode_says_why_there_is_none() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    forget_place(&world, &id).await;
    let again = world.post(&format!("/api/v1/podcasts/{id}/regenerate"), &json!({}));
    assert_eq!(again.status, 202, "{again:?}");
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;

    let told = browser.text("#episode .error").await;

    assert!(told.contains("Nothing is on record about Paris"), "{told}");
    browser.close().await;
}

/// Lets a podcast be about a place that is not listed, as after an update of the gazetteer.
async fn forget_place(world: &World, id: &str) {
    let file = world.data().join("wherecast.db");
    let database = libsql::Builder::new_local(file).build().await.unwrap();
    let connection = database.connect().unwrap();
    // The functions write too.
    connection.busy_timeout(SOON).unwrap();
    let forget = "UPDATE podcasts SET place_id = 0 WHERE id = ?1";
    let changed = connection.execute(forget, [id]).await.unwrap();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn tab_and_download_are_called_by_the_title() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;

    let title = browser.text("#episode-title").await;

    let names = "return [document.title, document.querySelector('#episode a[download]').download]";
    let file = format!("{}.mp3", title.replace(": ", " "));
    assert_eq!(
        browser.run(names).await,
        json!([format!("{title} · Wherecast"), file])
    );
    browser.run("location.hash = '#/'").await;
    browser.until("return document.title === 'Wherecast'").await;
    browser.close().await;
}

#[tokio::test]
async fn a_job_that_finishes_while_an_episode_is_open_is_noticed() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;
    browser.wait_for("#episode audio").await;

    browser.ask_for("narni").await;

    browser
        .until("return !document.querySelector('#notice').hidden")
        .await;
    let said = browser.text("#notice p").await;
    assert_eq!(said, "The episode about Narni, Umbria, Italy is ready.");
    browser
        .run("document.querySelector('#notice a').click()")
        .await;
    browser
        .until(
            "return document.querySelector('#episode .meta').textContent.startsWith('Narni')
                 && document.querySelector('#notice').hidden",
        )
        .await;
    browser.close().await;
}

#[tokio::test]
async fn the_console_shows_a_request_and_replays_it() {
    let world = World::start();
    let browser = Browser::open(&format!("{}/_console", world.origin())).await;
    browser
        .until("return document.querySelector('#connection').textContent === 'Live'")
        .await;

    world.get("/api/v1/podcasts/");
    browser
        .until(
            "const row = [...document.querySelectorAll('#rows button')]
                 .find((row) => row.textContent.includes('GET /api/v1/podcasts/'));
             row?.click();
             return Boolean(row)",
        )
        .await;
    browser
        .until(
            "const log = [...document.querySelectorAll('#detail pre')].at(-1)?.textContent ?? '';
             return log.includes('REPORT RequestId')",
        )
        .await;
    browser
        .run("document.querySelector('#detail .main').click()")
        .await;

    browser
        .until("return document.querySelector('#detail .facts')?.textContent.includes('console')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn every_control_has_a_name_and_nothing_comes_from_outside() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;
    browser.wait_for("#episode-title").await;

    let nameless = "return [...document.querySelectorAll('button, a, input, select')].filter((e) => \
        !(e.textContent.trim() || e.labels?.length || e.ariaLabel)).length";
    let outside = "return performance.getEntriesByType('resource').filter((e) => \
        !e.name.startsWith(location.origin)).map((e) => e.name)";

    assert_eq!(browser.run(nameless).await, 0);
    assert_eq!(browser.run(outside).await, json!([]));
    browser.close().await;
}
