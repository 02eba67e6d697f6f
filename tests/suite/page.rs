//! The page in a real browser: headless Chromium through its WebDriver.

mod browser;
mod console;
mod contrast;
mod keyboard;

use fantoccini::key::Key;
use serde_json::{Value, json};
use wherecast_tests::{SOON, World};

use browser::Browser;

#[tokio::test]
async fn a_place_is_asked_for_watched_and_heard() {
    let world = World::start_with("tone:200");
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
    let mut world = World::start_with("tone:200");
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

    browser.choose("topic").await;
    browser
        .run("document.querySelector('[name=topic]').value = 'history'")
        .await;
    browser.ask_for("Pirey, France").await;
    let button = browser.wait_for(".suggestions button").await;
    let topic = button.text().await.expect("it has a text");
    let told = browser.text("#ask-error").await;
    assert!(told.starts_with("Topic is not covered: "), "{told}");
    button.click().await.expect("it is a button");

    browser.wait_for("#episode-title").await;
    let chosen = "const topics = document.querySelector('[name=topic]');
        return [topics.selectedOptions[0].textContent, topics.value]";
    let (name, value) = serde_json::from_value::<(String, String)>(browser.run(chosen).await)
        .expect("one topic is chosen");
    assert_eq!(name, topic);
    assert!(told.contains(&value), "{value}: {told}");
    browser.close().await;
}

#[tokio::test]
async fn the_place_that_was_understood_is_shown_with_what_was_typed() {
    let world = World::start_with("tone:200");
    let browser = Browser::open(world.origin()).await;

    browser.ask_for("Narnia, Italia").await;

    browser
        .until("return document.querySelector('.job-place')?.textContent.trim() === 'Narni, Umbria, Italy typed: Narnia, Italia'")
        .await;
    let meta = browser.text("#episode .meta").await;
    let card = browser.text(".card p").await;
    for shown in [meta, card] {
        assert!(shown.contains("Narni, Umbria, Italy"), "{shown}");
        assert!(shown.contains("typed: Narnia, Italia"), "{shown}");
    }
    browser.close().await;
}

#[tokio::test]
async fn what_was_typed_is_not_repeated_beside_the_place_that_says_it() {
    let world = World::start();
    let id = world.accept("narni, italy", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(world.origin()).await;

    let card = browser.text(".card p").await;

    assert_eq!(card, "Narni, Umbria, Italy");
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
    browser.choose("personalized").await;
    browser
        .run("document.querySelector('[name=interests]').value = 'x'.repeat(101)")
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
        .until(
            "const audio = document.querySelector('#episode audio');
             if (!(audio.duration > 1)) return false;
             audio.currentTime = audio.duration - 1;
             return true",
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
    let world = World::start();
    pause(&world, "generate", true);
    let id = world.accept("Paris, France", "short");
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;

    let told = browser.text("#episode .meta").await;
    pause(&world, "generate", false);

    assert!(
        told.starts_with("This episode is still being made."),
        "{told}"
    );
    browser.wait_for("#episode audio").await;
    browser.close().await;
}

#[tokio::test]
async fn an_episode_that_could_not_be_had_opens_once_the_server_is_back() {
    let mut world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(world.origin()).await;
    let card = browser.wait_for(".card a").await;

    world.stop();
    card.click().await.expect("it is a link");
    browser
        .until("return document.querySelector('#episode').textContent.includes('Cannot be opened now')")
        .await;
    world.restart();

    browser.wait_for("#episode audio").await;
    browser
        .until("return document.querySelector('#connection').textContent === ''")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_link_to_a_failed_episode_says_why_there_is_none() {
    let world = World::start();
    pause(&world, "generate", true);
    let id = world.accept("Paris, France", "short");
    forget_place(&world, &id).await;
    pause(&world, "generate", false);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;

    let told = browser.text("#episode .error").await;

    assert!(told.contains("Nothing is on record about Paris"), "{told}");
    browser
        .until("return document.querySelector('#jobs .percent')?.textContent === 'Failed'")
        .await;
    let bars = "return [...document.querySelectorAll('#jobs progress')].filter((bar) => bar.checkVisibility()).length";
    assert_eq!(browser.run(bars).await, 0);
    browser.close().await;
}

fn pause(world: &World, function: &str, is_paused: bool) {
    set_faults(world, function, &json!({ "is_paused": is_paused }));
}

fn set_faults(world: &World, function: &str, faults: &Value) {
    let path = format!("/_console/api/functions/{function}/faults");
    let headers = [("content-type", "application/json")];
    let set = world.ask("PUT", &path, &headers, Some(faults.to_string().as_bytes()));
    assert_eq!(set.status, 200, "{set:?}");
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
    let browser = open_console(&world).await;

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
    let replay = browser.wait_for("#detail .main").await;
    replay.send_keys(&Key::Enter.to_string()).await.unwrap();

    browser
        .until("return document.querySelector('#detail .facts')?.textContent.includes('console')")
        .await;
    // Whoever has no mouse can replay it once more.
    let focused = browser.run("return document.activeElement.textContent");
    assert_eq!(focused.await, "Replay");
    browser.close().await;
}

#[tokio::test]
async fn the_console_has_an_event_for_each_function() {
    let world = World::start();
    let browser = open_console(&world).await;
    let open = async |function: &str| {
        let card = format!("[aria-label=\"Send an event to {function}\"]");
        browser.wait_for(&card).await.click().await.unwrap();
        let written = "return document.querySelector('#sender textarea').value";
        browser.run(written).await
    };
    let close = "document.querySelector('#sender').close()";

    let first = open("Status").await;
    let write = "document.querySelector('#sender textarea').value = '{\"a\": 1}'";
    browser.run(write).await;
    browser.run(close).await;
    let other = open("Library").await;
    browser.run(close).await;
    let again = open("Status").await;

    assert_eq!([first, other, again], ["{}", "{}", "{\"a\": 1}"]);
    browser.close().await;
}

async fn open_console(world: &World) -> Browser {
    let browser = Browser::open(&format!("{}/_console", world.origin())).await;
    browser
        .until("return document.querySelector('#connection').textContent === 'Live'")
        .await;
    browser
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
