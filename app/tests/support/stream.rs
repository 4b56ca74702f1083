use reqwest::Response;

/// Server-sent events, read by hand.
pub struct Events {
    response: Response,
    read: Vec<u8>,
}

/// One event: its id and its data.
#[derive(Debug)]
pub struct Event {
    pub id: String,
    pub data: String,
}

impl Events {
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        Self {
            response,
            read: Vec::new(),
        }
    }

    /// The next event that has data; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(block) = self.block() {
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.read.extend_from_slice(&chunk);
        }
    }

    /// Up to the first empty line.
    fn block(&mut self) -> Option<String> {
        let end = self.read.windows(2).position(|pair| pair == b"\n\n")? + 2;
        let block: Vec<u8> = self.read.drain(..end).collect();
        Some(String::from_utf8(block).unwrap())
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let lines = block
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let event = Event {
        id: field("id"),
        data: field("data"),
    };
    (!event.data.is_empty()).then_some(event)
}
