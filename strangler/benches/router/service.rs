//! The service behind the proxies: as little work as a service can do, so that the proxies are what is busy.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::callers::{Wire, length};

pub const ANSWER: usize = 1024;
/// One answer is that many bytes longer at most than another. How fast the kernel copies an answer depends on how it lies
/// to the end of the one before; with answers of one length that is the same each time, and differs, between two whose
/// answers have other heads, by more than what they do.
pub const DIFFERENCE: usize = 64;

/// Answered with as much as one could wish to stream.
pub const ENDLESS: &str = "/s/gib";
pub const GIB: u64 = 1 << 30;
/// Before whoever receives that begins to: whatever keeps too much is seen.
pub const PAUSE: Duration = Duration::from_millis(500);

/// In this very thread.
pub async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    address
}

async fn serve(stream: TcpStream) {
    let mut wire = Wire::new(stream);
    let answer = |longer| {
        let length = ANSWER + longer;
        [head(length as u64).into_bytes(), vec![b'x'; length]].concat()
    };
    let answers: Vec<Vec<u8>> = (0..DIFFERENCE).map(answer).collect();
    let mut answers = answers.iter().cycle();
    while let Some(head) = wire.head().await {
        let length = length(&head).unwrap_or(0);
        let is_endless = head
            .windows(ENDLESS.len())
            .any(|at| at == ENDLESS.as_bytes());
        if is_endless {
            tokio::time::sleep(PAUSE).await;
        }
        if wire.skip(length).await.is_none() {
            return;
        }
        let written = if is_endless && length == 0 {
            pour(&mut wire.stream).await
        } else {
            wire.stream.write_all(answers.next().unwrap()).await
        };
        if written.is_err() {
            return;
        }
    }
}

async fn pour(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(head(GIB).as_bytes()).await?;
    pour_body(stream).await
}

pub async fn pour_body(stream: &mut TcpStream) -> std::io::Result<()> {
    let chunk = vec![b'x'; 64 * 1024];
    for _ in 0..GIB / chunk.len() as u64 {
        stream.write_all(&chunk).await?;
    }
    Ok(())
}

fn head(length: u64) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n\
         content-type: application/json\r\n\
         cache-control: no-store\r\n\
         date: Sun, 01 Nov 2026 12:00:00 GMT\r\n\
         content-length: {length}\r\n\r\n"
    )
}
