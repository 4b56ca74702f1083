use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(40);

/// A real browser's window, used as people use one: by what fields, buttons and links are called.
pub struct Window {
    client: Client,
    base: String,
    _driver: Driver,
}

/// chromedriver and the browser that it starts; both end with it.
struct Driver {
    process: Child,
    port: u16,
    profile: TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

impl Window {
    /// `language` is what the browser asks for.
    pub async fn open(base: &str, language: &str, scripts: Scripts) -> Self {
        let driver = Driver::start();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(driver.capabilities(language, scripts));
        let client = builder
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap();
        client.set_window_size(1280, 1000).await.unwrap();
        Self {
            client,
            base: base.to_owned(),
            _driver: driver,
        }
    }

    pub async fn goes(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.base))
            .await
            .unwrap();
    }

    /// Writes into the field of this name, over what is there.
    pub async fn types(&self, name: &str, text: &str) {
        self.types_into(&format!("//*[@name='{name}'][not(@type='hidden')]"), text)
            .await;
    }

    pub async fn types_into(&self, field: &str, text: &str) {
        self.does(&format!("type {text:?} into {field}"), async |this| {
            let field = this.shown(field).await?;
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Picks the radio button or the option.
    pub async fn chooses(&self, name: &str, value: &str) {
        let radio = format!("//label[.//input[@name='{name}'][@value='{value}']]");
        let option = format!("//select[@name='{name}']/option[@value='{value}']");
        self.does(
            &format!("choose {value} as {name}"),
            async |this| match this.client.find(Locator::XPath(&radio)).await {
                Ok(label) => label.click().await,
                Err(_) => {
                    this.client
                        .find(Locator::XPath(&option))
                        .await?
                        .click()
                        .await
                }
            },
        )
        .await;
    }

    /// Presses the visible button of the form that leads to `action`.
    pub async fn sends(&self, action: &str) {
        self.presses(&format!(
            "//form[@action='{action}']//button[not(@tabindex='-1')][not(@type='button')]"
        ))
        .await;
    }

    /// Follows a link by where it leads.
    pub async fn follows(&self, href: &str) {
        self.presses(&format!(
            "(//main//a | //header//a)[@href='{href}' or starts-with(@href, '{href}?')]"
        ))
        .await;
    }

    /// The last shown of what the XPath finds.
    pub async fn presses(&self, xpath: &str) {
        self.does(&format!("press {xpath}"), async |this| {
            this.shown(xpath).await?.click().await
        })
        .await;
    }

    pub async fn sees(&self, text: &str) {
        let begun = Instant::now();
        while !self.text().await.contains(text) {
            if begun.elapsed() > PATIENCE {
                self.gives_up(&format!("see {text:?}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn does_not_see(&self, text: &str) {
        let begun = Instant::now();
        while self.text().await.contains(text) {
            if begun.elapsed() > PATIENCE {
                self.gives_up(&format!("stop seeing {text:?}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the address begins with this path; answers the whole of it.
    pub async fn is_at(&self, path: &str) -> String {
        let begun = Instant::now();
        loop {
            let url = self.client.current_url().await.unwrap();
            let at = url
                .as_str()
                .strip_prefix(&self.base)
                .unwrap_or(url.as_str())
                .to_owned();
            if at.starts_with(path) {
                return at;
            }
            if begun.elapsed() > PATIENCE {
                self.gives_up(&format!("be at {path}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a person reads on the page.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub async fn language(&self) -> String {
        let asked = self
            .client
            .execute("return document.documentElement.lang", vec![])
            .await;
        asked.unwrap().as_str().unwrap_or_default().to_owned()
    }

    /// The value of a field.
    pub async fn value_of(&self, name: &str) -> String {
        let field = format!("//*[@name='{name}'][not(@type='hidden')]");
        self.shown(&field)
            .await
            .unwrap()
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
    }

    pub async fn runs(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    pub async fn closes(self) {
        self.client.clone().close().await.unwrap();
    }

    async fn shown(&self, xpath: &str) -> Result<Element, CmdError> {
        for element in self
            .client
            .find_all(Locator::XPath(xpath))
            .await?
            .into_iter()
            .rev()
        {
            if element.is_displayed().await? {
                return Ok(element);
            }
        }
        // as if it were not there
        self.client
            .find(Locator::XPath("//nothing-of-this-kind"))
            .await
    }

    /// Tries until it works: the page may still be on its way.
    async fn does(&self, what: &str, act: impl AsyncFn(&Self) -> Result<(), CmdError>) {
        let begun = Instant::now();
        while let Err(error) = act(self).await {
            if begun.elapsed() > PATIENCE {
                self.gives_up(&format!("{what}: {error}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn gives_up(&self, what: &str) -> ! {
        let url = self
            .client
            .current_url()
            .await
            .map(|url| url.to_string())
            .unwrap_or_default();
        panic!(
            "could not {what}\nat {url}, where one reads:\n{}",
            self.text().await
        );
    }
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var("BANYAN_TEST_CHROMEDRIVER")
            .expect("BANYAN_TEST_CHROMEDRIVER: run `cargo xtask test`");
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new(program)
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            .env("HOME", profile.path())
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split("started successfully on port ")
                    .nth(1)?
                    .trim_end_matches('.')
                    .parse()
                    .ok()
            })
            .expect("chromedriver tells its port");
        // a pipe that nobody empties would stop the driver one day
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            port,
            profile,
        }
    }

    fn capabilities(&self, language: &str, scripts: Scripts) -> Capabilities {
        let browser = std::env::var("BANYAN_TEST_CHROMIUM")
            .expect("BANYAN_TEST_CHROMIUM: run `cargo xtask test`");
        let profile = format!(
            "--user-data-dir={}",
            self.profile.path().join("profile").display()
        );
        let mut prefs =
            json!({ "intl.accept_languages": language, "intl.selected_languages": language });
        if scripts == Scripts::Off {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let options = json!({
            "binary": browser,
            "prefs": prefs,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                format!("--lang={language}"), format!("--accept-lang={language}"), profile,
            ],
        });
        let capabilities = json!({
            "browserName": "chrome", "goog:chromeOptions": options,
            "timeouts": { "pageLoad": 40_000, "script": 10_000 },
        });
        capabilities.as_object().unwrap().clone()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // the browser is in its driver's group
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.process.id())])
            .status();
        let _ = self.process.wait();
    }
}
