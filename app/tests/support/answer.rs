use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer of the shop, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The request, for the message of a test that fails.
    pub(super) asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Fails the test unless the answer has this status; shows the answer then.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.asked, self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{}\n{e}:\n{}", self.asked, self.text()))
    }

    /// The header, if it came exactly once or not at all.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next();
        assert!(
            all.next().is_none(),
            "{}\n{name} came more than once",
            self.asked
        );
        first.map(|value| value.to_str().unwrap())
    }

    /// What is wrong, by RFC 9457; fails the test unless the status is this.
    #[track_caller]
    pub fn problem(self, status: u16) -> Value {
        let answer = self.is(status);
        answer.check_problem();
        answer.json()
    }

    /// The fields that a 422 names.
    #[track_caller]
    pub fn wrong_fields(self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The `items` of a list.
    #[track_caller]
    pub fn items(&self) -> Vec<Value> {
        let list = self.json();
        assert!(
            list["next"].is_null() || list["next"].is_string(),
            "{}\n{list}",
            self.asked
        );
        list["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{}\nno list: {list}", self.asked))
            .clone()
    }

    /// What holds of every answer, whatever was asked.
    #[track_caller]
    pub(super) fn check_every_promise(&self) {
        let header = |name: &str| {
            self.header(name)
                .unwrap_or_else(|| panic!("{}: no {name}", self.asked))
        };
        assert_eq!(
            header("x-content-type-options"),
            "nosniff",
            "{}",
            self.asked
        );
        assert_eq!(header("x-frame-options"), "DENY", "{}", self.asked);
        assert_eq!(header("referrer-policy"), "same-origin", "{}", self.asked);
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'"),
            "{}: {policy}",
            self.asked
        );
        // a drawing styles itself, but it runs nothing
        assert!(
            !policy.contains("unsafe") || policy.contains("sandbox"),
            "{}: {policy}",
            self.asked
        );
        assert!(
            !policy
                .split(';')
                .any(|rule| rule.contains("script-src") && rule.contains("unsafe")),
            "{policy}"
        );
        assert_ne!(self.status, 500, "{}\n{}", self.asked, self.text());
        for cookie in self.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(flag), "{}: {cookie}", self.asked);
            }
        }
        let is_api = self.asked.contains(" /api/") || self.asked.contains(" /internal/");
        if self.status >= 400 && is_api && !self.asked.starts_with("HEAD") {
            self.check_problem();
        }
    }

    #[track_caller]
    fn check_problem(&self) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}\n{}",
            self.asked,
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{}\n{problem}", self.asked);
        for field in ["title", "detail", "trace_id"] {
            let text = problem[field].as_str().unwrap_or_default();
            assert!(
                !text.is_empty(),
                "{}\n{field} is missing: {problem}",
                self.asked
            );
        }
        assert!(
            problem["title"].as_str().unwrap().is_ascii(),
            "titles are English: {problem}"
        );
        for error in problem["errors"].as_array().into_iter().flatten() {
            assert!(
                error["field"]
                    .as_str()
                    .is_some_and(|field| !field.is_empty()),
                "{}\n{problem}",
                self.asked
            );
        }
    }
}
