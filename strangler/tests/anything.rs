//! Whatever comes, however it is cut: the same bytes on the other side, or an honest error.

mod support;

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use support::{Front, Upstream, get};

fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = proptest::collection::vec(any::<u8>(), 1..3000);
    proptest::collection::vec(piece, 1..12)
}

fn chunked(pieces: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let chunk =
        |piece: &Vec<u8>| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    pieces
        .iter()
        .map(chunk)
        .chain([b"0\r\n\r\n".to_vec()])
        .collect()
}

/// The head that fits, and how the pieces are then sent.
fn framed(pieces: &[Vec<u8>], is_chunked: bool) -> (String, Vec<Vec<u8>>) {
    if is_chunked {
        return ("transfer-encoding: chunked".to_owned(), chunked(pieces));
    }
    (
        format!("content-length: {}", pieces.concat().len()),
        pieces.to_vec(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn bodies_arrive_unchanged_in_both_directions(there in pieces(), back in pieces(), a in any::<bool>(), b in any::<bool>()) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ((request, pieces), (response, answer)) = (framed(&there, a), framed(&back, b));
        let theirs = Arc::clone(&heard);
        let answered = actix_web::rt::System::new().block_on(async move {
            let upstream = Upstream::start(move |mut wire| {
                let (heard, response, answer) = (Arc::clone(&theirs), response.clone(), answer.clone());
                async move {
                    while let Some(head) = wire.head().await {
                        let body = wire.body(&head).await.unwrap();
                        heard.lock().unwrap().push(body);
                        wire.say(format!("HTTP/1.1 200 OK\r\n{response}\r\n\r\n")).await;
                        for piece in &answer {
                            wire.say(piece).await;
                        }
                    }
                }
            })
            .await;
            let front = Front::before(&upstream).await;
            let mut caller = front.caller().await;
            let mut bodies = Vec::new();
            for _ in 0..2 {
                caller.say(format!("PUT /s HTTP/1.1\r\nhost: a\r\n{request}\r\n\r\n")).await;
                for piece in &pieces {
                    caller.say(piece).await;
                }
                let head = caller.head().await.unwrap();
                bodies.push(caller.body(&head).await.unwrap());
            }
            bodies
        });
        prop_assert_eq!(&*heard.lock().unwrap(), &[there.concat(), there.concat()]);
        prop_assert_eq!(answered, [back.concat(), back.concat()]);
    }

    #[test]
    fn whatever_a_service_says_the_next_request_is_answered(
        line in prop_oneof![Just("HTTP/1.1 200 OK\r\n".to_owned()), "[ -~\r\n]{0,40}"],
        rest in "([a-zA-Z-]{1,12}:[ -~]{0,12}\r\n|transfer-encoding: chunked\r\n|content-length: [0-9-]{1,3}\r\n|upgrade: x\r\n){0,4}(\r\n)?[ -~\r\n]{0,40}",
    ) {
        let words = format!("{line}{rest}");
        let next = actix_web::rt::System::new().block_on(async move {
            let upstream = Upstream::start(move |mut wire| {
                let words = words.clone();
                async move {
                    if wire.head().await.is_some() {
                        wire.say(words).await;
                    }
                }
            })
            .await;
            let front = Front::before(&upstream).await;
            for _ in 0..2 {
                let mut caller = front.caller().await;
                caller.say(get("/s")).await;
                // an answer, or a connection that is closed before there is one: nobody is left waiting
                if let Some(head) = caller.head().await {
                    caller.body(&head).await;
                }
            }
            front.get("/m").await.0.status()
        });
        prop_assert_eq!(next, 200);
    }
}
