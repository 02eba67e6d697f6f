//! Both pages can be read, in the light and in the dark: WCAG 2.2, 1.4.3 and 1.4.11.

use fantoccini::key::Key;
use serde_json::json;
use wherecast_tests::{SOON, World};

use super::{Browser, open_console};

/// Lists what has too little contrast: 4.5 to 1 is the least for text, 3 to 1 for what a control is told by.
const TOO_FAINT: &str = r"
    const parse = (color) => color.match(/[\d.]+/g).map(Number);
    const over = ([r, g, b, alpha = 1], ground) => [r, g, b].map((part, i) => part * alpha + ground[i] * (1 - alpha));
    const groundOf = (e) => e ? over(parse(getComputedStyle(e).backgroundColor), groundOf(e.parentElement)) : [0, 0, 0];
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const found = [];
    function check(what, e, color, ground, least) {
        const [dark, light] = [over(parse(color), ground), ground].map(luminance).sort((a, b) => a - b);
        const contrast = (light + 0.05) / (dark + 0.05);
        if (contrast < least) found.push(`${what} of ${e.outerHTML.slice(0, 80)}: ${contrast.toFixed(2)}`);
    }
    const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    for (const e of document.querySelectorAll('body *')) {
        if (!e.checkVisibility() || e.matches('option') || e.closest('.visually-hidden')) continue;
        const style = getComputedStyle(e);
        if (hasText(e)) check('text', e, style.color, groundOf(e), 4.5);
        if (e.placeholder) check('placeholder', e, getComputedStyle(e, '::placeholder').color, groundOf(e), 4.5);
        if (!e.matches('button, select, textarea, input:not([type=checkbox])')) continue;
        const isBordered = style.borderTopWidth !== '0px' && parse(style.borderTopColor)[3] !== 0;
        if (isBordered) check('border', e, style.borderTopColor, groundOf(e.parentElement), 3);
    }
    return found";

#[tokio::test]
async fn the_page_is_read_in_the_light_and_in_the_dark() {
    let world = World::start();
    let id = world.accept("Paris, France", "short");
    world.finish(&id, SOON);
    let browser = Browser::open(&format!("{}/#/podcast/{id}", world.origin())).await;
    browser.wait_for("#episode audio").await;

    browser.ask_for("France").await;

    browser.wait_for(".suggestions button").await;
    for scheme in ["light", "dark"] {
        assert_eq!(too_faint(&browser, scheme).await, json!([]), "{scheme}");
    }
    browser.close().await;
}

#[tokio::test]
async fn the_console_is_read_in_the_light_and_in_the_dark() {
    let world = World::start();
    super::pause(&world, "Library", true);
    world.get("/api/v1/podcasts/status/nothing");
    world.get("/api/v1/podcasts/");
    let browser = open_console(&world).await;
    browser
        .run("document.querySelectorAll('.side details').forEach((details) => { details.open = true; })")
        .await;
    let failed = browser.wait_for("#rows [data-tone=failed] button").await;

    failed.send_keys(&Key::Enter.to_string()).await.unwrap();

    browser.wait_for("#detail .facts").await;
    for scheme in ["light", "dark"] {
        assert_eq!(too_faint(&browser, scheme).await, json!([]), "{scheme}");
    }
    browser.close().await;
}

async fn too_faint(browser: &Browser, scheme: &str) -> serde_json::Value {
    let wear = format!("document.documentElement.style.colorScheme = '{scheme}'");
    browser.run(&wear).await;
    browser.run(TOO_FAINT).await
}
