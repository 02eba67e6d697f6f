//! The page by keyboard and ear: the focus is never lost, and what happens is said.

use serde_json::json;
use wherecast_tests::World;

use super::Browser;

const FOCUS: &str =
    "const focus = document.activeElement; return focus.ariaLabel ?? focus.textContent.trim()";
const SAID: &str = "return document.querySelector('#announcer').textContent";

#[tokio::test]
async fn the_focus_stays_on_the_button_that_asks() {
    let world = World::start_with("tone:400");
    let browser = Browser::open(world.origin()).await;

    browser.ask_for("France").await;
    browser.wait_for(".suggestions button").await;
    browser
        .run("document.querySelector('.suggestions button').focus()")
        .await;
    browser.run("document.activeElement.click()").await;

    browser.wait_for("#jobs li").await;
    assert_eq!(browser.run(FOCUS).await, "Make an episode");
    browser.close().await;
}

#[tokio::test]
async fn a_cancelled_job_hands_the_focus_on_and_says_so() {
    let world = World::start_with("tone:3000");
    for place in ["Paris, France", "Narni, Italy"] {
        world.accept(place, "short");
    }
    let browser = Browser::open(world.origin()).await;
    let names = "return [...document.querySelectorAll('#jobs button')].map((button) => button.ariaLabel).sort()";
    browser
        .until("return document.querySelectorAll('#jobs button').length === 2")
        .await;
    assert_eq!(
        browser.run(names).await,
        json!([
            "Cancel: Narni, Umbria, Italy",
            "Cancel: Paris, Île-de-France, France"
        ])
    );

    let cancel = "const button = [...document.querySelectorAll('#jobs button')].find((b) => b.ariaLabel.includes(PLACE));
        button.focus();
        button.click();";
    browser.run(&cancel.replace("PLACE", "'Narni'")).await;
    browser
        .until("return document.querySelectorAll('#jobs button').length === 1")
        .await;
    assert_eq!(
        browser.run(FOCUS).await,
        "Cancel: Paris, Île-de-France, France"
    );
    assert_eq!(
        browser.run(SAID).await,
        "The episode about Narni, Umbria, Italy will not be made."
    );

    browser.run(&cancel.replace("PLACE", "'Paris'")).await;
    browser
        .until("return document.querySelector('#making').hidden")
        .await;
    assert_eq!(browser.run(FOCUS).await, "Library");
    browser.close().await;
}
