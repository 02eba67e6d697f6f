//! The console by keyboard: all of it can be reached and done, and the focus is never lost.

use std::thread;

use fantoccini::key::Key;
use serde_json::json;
use wherecast_tests::World;

use super::{Browser, open_console, set_faults};

const FOCUS: &str =
    "const focus = document.activeElement; return focus.ariaLabel ?? focus.textContent.trim()";
const IS_FOCUS_IN_LIST: &str =
    "return document.querySelector('#rows').contains(document.activeElement)";
const KILL: &str = "[aria-label='Environments of Status'] button";
/// More than the list shows at once.
const MANY: usize = 110;

#[tokio::test]
async fn the_list_is_one_tab_stop_and_the_arrow_keys_lead_on() {
    let world = World::start();
    ask_about_nothing(&world, 3);
    let browser = open_console(&world).await;
    browser
        .until("return document.querySelectorAll('#rows li').length >= 3")
        .await;
    let number = "return Number(document.activeElement.parentElement.dataset.key)";

    focus(&browser, "#pause").await;
    press(&browser, Key::Tab).await;
    assert_eq!(browser.run(IS_FOCUS_IN_LIST).await, true);
    let first = browser.run(number).await.as_u64().unwrap();
    press(&browser, Key::Down).await;
    assert_eq!(browser.run(number).await, first - 1);
    press(&browser, Key::Tab).await;

    assert_eq!(browser.run(FOCUS).await, "Create");
    browser.close().await;
}

#[tokio::test]
async fn a_process_that_ends_leaves_the_focus_beside_it() {
    let world = World::start();
    run_two_at_once(&world);
    let browser = open_console(&world).await;
    let processes =
        |count: usize| format!("return document.querySelectorAll(\"{KILL}\").length === {count}");
    browser.until(&processes(2)).await;
    let last = format!("return document.querySelectorAll(\"{KILL}\")[1].ariaLabel");
    let last = browser.run(&last).await;

    focus(&browser, KILL).await;
    press(&browser, Key::Enter).await;
    browser.until(&processes(1)).await;
    assert_eq!(browser.run(FOCUS).await, last);
    press(&browser, Key::Enter).await;
    browser.until(&processes(0)).await;

    assert_eq!(browser.run(FOCUS).await, "Status");
    browser.close().await;
}

#[tokio::test]
async fn reading_goes_on_at_the_first_of_the_older_ones() {
    let world = World::start();
    ask_about_nothing(&world, MANY);
    let browser = open_console(&world).await;
    browser
        .until("return !document.querySelector('#older').hidden")
        .await;
    // The rows are drawn a frame later.
    browser
        .until("return document.querySelectorAll('#rows li').length >= 100")
        .await;
    let oldest = "return Number([...document.querySelectorAll('#rows li')].at(-1).dataset.key)";
    let oldest = browser.run(oldest).await.as_u64().unwrap();

    focus(&browser, "#older").await;
    press(&browser, Key::Enter).await;
    browser
        .until("return document.querySelector('#older').hidden")
        .await;

    browser.until(IS_FOCUS_IN_LIST).await;
    let focused = browser.run("return Number(document.activeElement.parentElement.dataset.key)");
    let focused = focused.await.as_u64().unwrap();
    assert!(focused < oldest, "{focused} after {oldest}");
    browser.close().await;
}

#[tokio::test]
async fn a_drawer_gives_the_focus_back_even_when_its_row_has_gone() {
    let world = World::start();
    ask_about_nothing(&world, 1);
    let browser = open_console(&world).await;
    browser.wait_for("#rows button").await;

    browser
        .run("window.row = document.querySelector('#rows button'); window.row.focus()")
        .await;
    press(&browser, Key::Enter).await;
    browser.wait_for("#detail .facts").await;
    ask_about_nothing(&world, MANY);
    browser.until("return !window.row.isConnected").await;
    press(&browser, Key::Escape).await;

    browser.until(IS_FOCUS_IN_LIST).await;
    browser.close().await;
}

#[tokio::test]
async fn a_function_is_slowed_by_any_delay_and_healed_without_a_mouse() {
    let world = World::start();
    let browser = open_console(&world).await;
    let banner =
        |text: &str| format!("return document.querySelector('#faults').textContent === '{text}'");

    browser.wait_for("[aria-label='Break Status']").await;
    focus(&browser, "[aria-label='Break Status']").await;
    press(&browser, Key::Enter).await;
    let field = "[aria-label='Faults of Status'] [name=latency]";
    let delay = browser.wait_for(field).await;
    delay.clear().await.unwrap();
    delay.send_keys("75").await.unwrap();
    for _ in ["failures", "throttle", "apply"] {
        press(&browser, Key::Tab).await;
    }
    press(&browser, Key::Enter).await;
    let slowed = banner("Broken on purpose: Status is 75 ms slower.");
    browser.until(&slowed).await;
    assert_eq!(browser.run(FOCUS).await, "Apply");
    press(&browser, Key::Tab).await;
    press(&browser, Key::Enter).await;

    browser.until(&banner("")).await;
    assert_eq!(browser.run(FOCUS).await, "Heal");
    browser.close().await;
}

#[tokio::test]
async fn each_control_of_a_card_has_a_name_of_its_own() {
    let world = World::start();
    let browser = open_console(&world).await;
    browser.wait_for(".queue .danger").await;

    let names = "return [...document.querySelectorAll('.side button, .side summary')]
        .filter((control) => control.checkVisibility())
        .map((control) => control.ariaLabel ?? control.textContent)";
    let mut names: Vec<String> = serde_json::from_value(browser.run(names).await).unwrap();

    names.sort();
    let again = names.windows(2).filter(|two| two[0] == two[1]);
    assert_eq!(again.count(), 0, "{names:?}");
    browser.close().await;
}

#[tokio::test]
async fn a_drawer_fits_into_a_narrow_window() {
    let world = World::start();
    ask_about_nothing(&world, 1);
    let browser = open_console(&world).await;
    browser.client.set_window_size(600, 600).await.unwrap();

    browser
        .wait_for("#rows button")
        .await
        .click()
        .await
        .unwrap();

    browser.wait_for("#detail .facts").await;
    // It slides in.
    let fits = "const { left, right } = document.querySelector('#detail').getBoundingClientRect();
        return left === 0 && right === document.documentElement.clientWidth";
    browser.until(fits).await;
    browser.close().await;
}

#[tokio::test]
async fn what_never_ran_has_no_timeline() {
    let world = World::start();
    super::pause(&world, "Status", true);
    ask_about_nothing(&world, 1);
    let browser = open_console(&world).await;

    let refused = browser.wait_for("#rows [data-tone=failed] button").await;
    refused.click().await.unwrap();

    browser
        .until("return Boolean(document.querySelector('#detail .facts')?.textContent.includes('none: it never ran'))")
        .await;
    let bars = browser.run("return document.querySelectorAll('#detail .bar').length");
    assert_eq!(bars.await, 0);
    browser.close().await;
}

/// Has one function answer that often.
fn ask_about_nothing(world: &World, times: usize) {
    for _ in 0..times {
        world.get("/api/v1/podcasts/status/nothing");
    }
}

/// Has two processes of the function `status`, which is slow for that.
fn run_two_at_once(world: &World) {
    set_faults(world, "Status", &json!({ "latency_ms": 500 }));
    // Two requests that meet only just may be answered one after the other.
    while world.processes("status").len() < 2 {
        let asked = [world.client(), world.client()].map(|client| {
            thread::spawn(move || {
                client.try_ask("GET", "/api/v1/podcasts/status/nothing", &[], None)
            })
        });
        for answer in asked {
            answer.join().unwrap().expect("the emulator answers");
        }
    }
    set_faults(world, "Status", &json!({}));
}

async fn focus(browser: &Browser, css: &str) {
    let focus = format!("document.querySelector(\"{css}\").focus()");
    browser.run(&focus).await;
}

async fn press(browser: &Browser, key: Key) {
    let focused = browser.client.active_element().await.unwrap();
    focused.send_keys(&key.to_string()).await.unwrap();
}
