//! 1 GiB each way through the router, to someone who lets it wait first: what does it keep?

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::application;
use crate::callers::{Wire, length};
use crate::cores::Cores;
use crate::proxies;
use crate::report::Memory;
use crate::service::{ENDLESS, GIB, PAUSE, pour_body};

pub async fn run(cores: &Cores, service: SocketAddr) -> Memory {
    let router = application::router_before(cores, service);
    let mut wire = Wire::new(TcpStream::connect(router.address).await.unwrap());
    wire.ask(&proxies::request("GET", "/s/products", 0)).await;
    let before = router.rss();
    up(&mut wire).await;
    let after_up = router.peak();
    down(&mut wire).await;
    Memory {
        before,
        up: after_up.saturating_sub(before),
        down: router.peak().saturating_sub(before),
    }
}

async fn up(wire: &mut Wire) {
    let head =
        format!("POST {ENDLESS} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: {GIB}\r\n\r\n");
    wire.stream.write_all(head.as_bytes()).await.unwrap();
    pour_body(&mut wire.stream).await.unwrap();
    let head = wire.head().await.expect("an answer");
    let length = length(&head).expect("a length");
    wire.skip(length).await.expect("a whole answer");
}

async fn down(wire: &mut Wire) {
    let request = proxies::request("GET", ENDLESS, 0);
    wire.stream.write_all(&request).await.unwrap();
    tokio::time::sleep(PAUSE).await;
    let head = wire.head().await.expect("an answer");
    assert_eq!(length(&head), Some(GIB));
    wire.skip(GIB).await.expect("a whole answer");
}
