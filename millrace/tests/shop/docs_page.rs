//! The page to read and try the API, in a real browser.

use serde_json::{Value, json};

use crate::{browser::Browser, running::Shop};

/// Everything that the page has asked for, once it shows the operations.
const OPENED: &str = "
    const deadline = Date.now() + 30000;
    while (!document.querySelector('.opblock-tag') && Date.now() < deadline) await new Promise(over => setTimeout(over, 50));
    const tags = document.querySelectorAll('.opblock-tag').length;
    return [tags, performance.getEntriesByType('resource').map(entry => entry.name)];";

/// Tries an operation without changing anything of what the page proposes but the body, and waits for the answer.
const TRY: &str = "
    const [tag, operation, body] = given;
    const deadline = Date.now() + 30000;
    const find = async selector => {
        for (;;) {
            const found = document.querySelector(selector);
            if (found) return found;
            if (deadline < Date.now()) throw new Error('there is no ' + selector);
            await new Promise(over => setTimeout(over, 50));
        }
    };
    const block = '#operations-' + tag + '-' + operation;
    const heading = await find('#operations-tag-' + tag);
    if (heading.getAttribute('data-is-open') !== 'true') heading.click();
    (await find(block + ' .opblock-summary-control')).click();
    if (body) {
        const area = await find(block + ' textarea.body-param__text');
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, body);
        area.dispatchEvent(new Event('input', { bubbles: true }));
    }
    (await find(block + ' button.execute')).click();
    return (await find(block + ' .live-responses-table .response .response-col_status')).textContent.trim();";

/// Hears what the policy of the page keeps it from, and what goes wrong on it.
const LISTEN: &str = "
    window.wrong = [];
    document.addEventListener('securitypolicyviolation', event => window.wrong.push(event.violatedDirective + ' ' + event.blockedURI));
    window.addEventListener('error', event => window.wrong.push(String(event.message)));";

#[tokio::test]
async fn the_page_shows_every_operation_and_tries_them_with_the_session_of_the_visitor() {
    let Some(browser) = Browser::open().await else { return };
    let mut shop = Shop::open();
    browser.visit(&format!("{}/docs", shop.url())).await;
    browser.run(LISTEN, json!([])).await;

    let opened = browser.run(OPENED, json!([])).await;

    assert!(opened[0].as_u64() > Some(5), "{opened}");
    let asked: Vec<_> = opened[1].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
    assert!(asked.iter().all(|url| url.starts_with(&shop.url()) || url.starts_with("data:")), "{asked:?}");
    let login = json!({ "email": "demo2@demo.com", "password": "demotest" }).to_string();
    assert_eq!(browser.run(TRY, json!(["sessions", "log_in", login])).await, "200");
    assert_eq!(browser.run(TRY, json!(["accounts", "show_me", Value::Null])).await, "200");
    assert_eq!(browser.run("return window.wrong;", json!([])).await, json!([]));
    shop.stop();
}
