//! Callers that do as little as possible: bytes that were put together once, and an eye for the end of the answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

pub struct Wire {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

/// Connections that are kept open; each asks again as soon as it is answered.
pub struct Callers(Vec<Wire>);

pub struct Answers {
    pub latencies: Vec<Duration>,
    pub elapsed: Duration,
}

impl Callers {
    pub async fn connect(address: SocketAddr, connections: usize) -> Self {
        let mut all = Vec::new();
        for _ in 0..connections {
            all.push(Wire::new(TcpStream::connect(address).await.unwrap()));
        }
        Self(all)
    }

    pub async fn ask(&mut self, request: &Arc<[u8]>, time: Duration) -> Answers {
        let begin = Instant::now();
        // who sends wakes a receiver that sleeps, and pays for it: these never do
        let awake = tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        let mut tasks = JoinSet::new();
        for mut wire in self.0.drain(..) {
            let request = Arc::clone(request);
            tasks.spawn(async move {
                let mut latencies = Vec::new();
                let mut asked = Instant::now();
                while asked.duration_since(begin) < time {
                    wire.ask(&request).await;
                    let answered = Instant::now();
                    latencies.push(answered.duration_since(asked));
                    asked = answered;
                }
                (wire, latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let (wire, theirs) = done.unwrap();
            self.0.push(wire);
            latencies.extend(theirs);
        }
        awake.abort();
        Answers {
            latencies,
            elapsed: begin.elapsed(),
        }
    }
}

impl Wire {
    pub fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.unwrap();
        let head = self.head().await.expect("an answer");
        let text = String::from_utf8_lossy(&head);
        assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
        let length = length(&head).expect("a length");
        self.skip(length).await.expect("a whole answer");
    }

    /// `None`: it was closed.
    pub async fn head(&mut self) -> Option<Vec<u8>> {
        let mut seen = 0;
        loop {
            let from = seen.max(3) - 3;
            let end = self.buffer[from..]
                .windows(4)
                .position(|at| at == b"\r\n\r\n");
            if let Some(end) = end {
                return Some(self.buffer.drain(..from + end + 4).collect());
            }
            seen = self.buffer.len();
            self.buffer.reserve(64 * 1024);
            let read = self.stream.read_buf(&mut self.buffer).await;
            read.ok().filter(|length| *length > 0)?;
        }
    }

    /// Reads a body and forgets it.
    pub async fn skip(&mut self, length: u64) -> Option<()> {
        let mut left = length;
        loop {
            let here = self.buffer.len().min(usize::try_from(left).unwrap());
            self.buffer.drain(..here);
            left -= here as u64;
            if left == 0 {
                return Some(());
            }
            self.buffer.reserve(64 * 1024);
            let read = self.stream.read_buf(&mut self.buffer).await;
            read.ok().filter(|length| *length > 0)?;
        }
    }
}

/// What a head says of the length of its body.
pub fn length(head: &[u8]) -> Option<u64> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let value = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(b"content-length:".len())?;
        name.eq_ignore_ascii_case(b"content-length:")
            .then_some(value)
    });
    std::str::from_utf8(value?).ok()?.trim().parse().ok()
}
