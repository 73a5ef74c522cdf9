//! The phone in a browser: headless Chromium, driven over the interface of chromedriver (W3C WebDriver).
//!
//! Where chromedriver is absent this is not run; with `KYSO_REQUIRE_JUDGES=1` its absence is a failure.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sandbox")]

#[path = "sandbox/player.rs"]
mod player;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::sandbox::Settings;
use serde_json::{Value, json};

use player::{agent, get, post, start};

/// How elements are named in the protocol (W3C WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window; both end when it is dropped.
struct Browser {
    driver: Child,
    session: String,
}

impl Browser {
    fn open() -> Option<Self> {
        let driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                assert!(env::var_os("KYSO_REQUIRE_JUDGES").is_none(), "chromedriver: {error}");
                eprintln!("chromedriver absent: not run");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, rest)) = line.split_once("successfully on port ")
                && let Ok(port) = rest.trim_end_matches('.').parse::<u16>()
            {
                break port;
            }
        };
        // Somebody must go on reading, or it would stand still.
        thread::spawn(move || lines.for_each(drop));
        let base = format!("http://127.0.0.1:{port}");
        let mut browser = Self { driver, session: base };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--window-size=900,1200", "--force-prefers-reduced-motion", "--lang=en",
            ]},
        }}});
        let session = browser.ask("POST", "/session", &wanted);
        let id = session["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/session/{id}", browser.session);
        Some(browser)
    }

    /// One command; its value, or its error as a value.
    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let url = format!("{}{path}", self.session);
        let agent = agent();
        let sent = match method {
            "POST" => agent.post(url).header("Content-Type", "application/json").send(body.to_string()),
            "DELETE" => agent.delete(url).call(),
            _ => agent.get(url).call(),
        };
        let mut response = sent.map_err(|error| json!(error.to_string()))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(|error| json!(error.to_string()))?;
        let value = serde_json::from_str::<Value>(&text).unwrap()["value"].take();
        if status == 200 { Ok(value) } else { Err(value) }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn go(&self, url: &str) {
        self.ask("POST", "/url", &json!({"url": url}));
    }

    /// The element of a CSS selector, once it is there: pages load themselves again meanwhile.
    fn find(&self, selector: &str) -> String {
        let began = Instant::now();
        loop {
            match self.try_ask("POST", "/element", &json!({"using": "css selector", "value": selector})) {
                Ok(found) => return found[ELEMENT].as_str().unwrap().to_owned(),
                Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{selector}: {error}"),
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn click(&self, selector: &str) {
        let began = Instant::now();
        loop {
            // The page may have been loaded again between finding and clicking.
            let path = format!("/element/{}/click", self.find(selector));
            match self.try_ask("POST", &path, &json!({})) {
                Ok(_) => return,
                Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{selector}: {error}"),
            }
        }
    }

    fn text(&self, selector: &str) -> String {
        let began = Instant::now();
        loop {
            let path = format!("/element/{}/text", self.find(selector));
            match self.try_ask("GET", &path, &Value::Null) {
                Ok(text) => return text.as_str().unwrap().to_owned(),
                Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{selector}: {error}"),
            }
        }
    }

    fn picture(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("phone");
        fs::create_dir_all(&folder).unwrap();
        let picture = self.ask("GET", "/screenshot", &Value::Null);
        let bytes = STANDARD.decode(picture.as_str().unwrap()).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
        fs::write(folder.join(name), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.try_ask("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

#[test]
fn somebody_approves_rejects_breaks_and_reads_the_log() {
    let Some(browser) = Browser::open() else { return };
    let sandbox = start(Settings::new());
    let person = sandbox.world().subscriber("000099000001").unwrap();
    sandbox.world().send_code(person);
    for id in ["tx-approve", "tx-reject", "tx-expire"] {
        let body =
            json!({"id": id, "digests": ["a", "b"], "sp_password": "must-not-be-seen", "otp": "918273"});
        assert_eq!(post(&sandbox, "play/sign", &body).unwrap().0, 200);
    }
    let phone = format!("{}/phone", sandbox.url());
    browser.go(&phone);
    let shown = browser.text("article[data-transaction=tx-approve]");
    for part in
        ["play", "Nguyễn Văn Mẫu", "person-rsa", "doc-0", "doc-1", "1A2B-3C4D", "Hợp đồng <b>số 1</b>"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.contains("Approve") && shown.contains("Xác nhận"), "{shown}");
    browser.picture("waiting.png");

    let status = |id: &str| get(&sandbox, &format!("play/status/{id}")).unwrap().1;
    browser.click("article[data-transaction=tx-approve] button.yes");
    assert!(browser.text("#over tr[data-transaction=tx-approve]").contains("đã ký"));
    assert!(status("tx-approve").contains("signed"));
    browser.click("article[data-transaction=tx-reject] button.no");
    assert!(browser.text("#over tr[data-transaction=tx-reject]").contains("đã từ chối"));
    assert!(status("tx-reject").contains("rejected"));
    browser.click("article[data-transaction=tx-expire] form[action='/phone/expire'] button");
    assert!(browser.text("#over tr[data-transaction=tx-expire]").contains("hết hạn"));
    assert!(browser.text("#none-waiting").contains("Nothing waits"));
    browser.picture("decided.png");

    browser.go(&format!("{phone}/faults"));
    browser.click("input[name=wrong_key]");
    browser.picture("faults.png");
    browser.click("button.yes");
    browser.find("input[name=wrong_key][checked]");
    assert!(sandbox.world().faults().wrong_key);

    browser.go(&format!("{phone}/log"));
    let log = browser.text("main");
    assert!(log.contains("POST /play/sign") && log.contains("sp_password"), "{log}");
    for secret in ["must-not-be-seen", "918273"] {
        assert!(!log.contains(secret), "{log}");
    }
    browser.picture("log.png");
}

#[test]
fn the_page_shows_by_itself_what_comes_later() {
    let Some(browser) = Browser::open() else { return };
    let sandbox = start(Settings::new());
    browser.go(&format!("{}/phone", sandbox.url()));
    assert!(browser.text("#none-waiting").contains("Nothing waits"));
    post(&sandbox, "play/sign", &json!({"id": "later", "digests": ["a"]})).unwrap();
    assert!(browser.text("article[data-transaction=later]").contains("later"));
}
