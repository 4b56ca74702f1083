//! Tells the shop how a move goes: its console shows it, and its router lets writes wait. Nobody has to listen.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::routing::moves::{News, PATH};
use crate::routing::registry;

/// Sends in a thread of its own, so that the move waits for nobody; what was said is sent before this is gone.
pub struct Reporter {
    said: Option<Sender<Said>>,
    thread: Option<JoinHandle<()>>,
}

struct Said {
    news: News,
    /// Whoever waits until it was sent.
    sent: Option<Sender<()>>,
}

impl Reporter {
    /// `bearer` is the `Authorization` of neighbours.
    pub fn start(router: &str, bearer: Option<String>, context: &str) -> Self {
        let (said, queue) = channel();
        let url = format!("{router}{PATH}{context}");
        let thread = bearer.and_then(|bearer| {
            std::thread::Builder::new()
                .spawn(move || send_all(&queue, &url, &bearer))
                .ok()
        });
        Self {
            said: Some(said),
            thread,
        }
    }

    pub fn tell(&self, news: News) {
        self.say(Said { news, sent: None });
    }

    /// Returns when the shop has heard it, or nobody is there to hear it.
    pub fn tell_and_wait(&self, news: News) {
        let (sent, heard) = channel();
        self.say(Said {
            news,
            sent: Some(sent),
        });
        // gone unsent as well: without a thread nobody listens
        let _ = heard.recv();
    }

    fn say(&self, said: Said) {
        if let Some(sender) = &self.said {
            let _ = sender.send(said);
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        drop(self.said.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn send_all(queue: &Receiver<Said>, url: &str, bearer: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let (Ok(runtime), Ok(http)) = (runtime, registry::client()) else {
        return;
    };
    let mut next = queue.recv().ok();
    while let Some(Said { news, sent }) = next.take() {
        next = queue.try_recv().ok();
        // of how far a step has come only the latest counts
        if news.percent == 0 || next.is_none() {
            let put = http.put(url).header("authorization", bearer).json(&news);
            // within the runtime: the request looks for its clock when it is made
            if let Err(error) = runtime.block_on(async { put.send().await }) {
                tracing::debug!(%error, "the shop does not hear of the move");
            }
        }
        drop(sent);
        next = next.or_else(|| queue.recv().ok());
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_shop_hears_of_a_step() {
        let shop = TcpListener::bind("127.0.0.1:0").unwrap();
        let router = format!("http://{}", shop.local_addr().unwrap());
        let reporter = Reporter::start(&router, Some("Bearer key".to_owned()), "stock");
        reporter.tell(News {
            to: "there".to_owned(),
            done: 2,
            of: 7,
            percent: 0,
            step: "copied".to_owned(),
            what: String::new(),
            stopped: false,
        });
        let (mut stream, _) = shop.accept().unwrap();
        let mut said = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "PUT /internal/moves/stock HTTP/1.1\r\n");
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            said.read_line(&mut line).unwrap();
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        said.read_exact(&mut body).unwrap();
        let news: News = serde_json::from_slice(&body).unwrap();
        assert_eq!((news.done, news.step.as_str()), (2, "copied"));
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .unwrap();
    }
}
