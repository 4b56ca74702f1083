//! The head of a service's answer.

use std::io;
use std::mem::MaybeUninit;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::{Buf, BytesMut};
use httparse::{ParserConfig, Response, Status};

use super::framing::{Chunk, Ending};
use super::headers;

/// What an answer means depends on what was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// By HEAD: no body comes, whatever is said of it.
    pub is_head: bool,
    pub is_upgrade: bool,
}

pub(super) struct AnswerHead {
    /// Status and headers as they go back, without those of one hop and without the length, which its body tells.
    pub response: HttpResponse<()>,
    /// What `Content-Length` says, whether a body comes or not.
    pub length: Option<u64>,
    pub ending: Ending,
    /// The connection may serve another request.
    pub is_kept: bool,
}

/// What the headers say of the body.
#[derive(Default)]
struct Said {
    length: Option<u64>,
    is_chunked: bool,
}

const MOST_HEADERS: usize = 100;
const LONGEST: usize = 256 * 1024;

/// `None`: it is not there yet. Interim answers are passed over.
pub(super) fn parse(read: &mut BytesMut, asked: Asked) -> io::Result<Option<AnswerHead>> {
    loop {
        if read.is_empty() {
            return Ok(None);
        }
        let mut slots = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut head = Response::new(&mut []);
        let parsed = ParserConfig::default()
            .parse_response_with_uninit_headers(&mut head, read, &mut slots)
            .map_err(io::Error::other)?;
        let Status::Complete(length) = parsed else {
            let is_endless = read.len() > LONGEST;
            return if is_endless {
                wrong("the head of an answer has no end")
            } else {
                Ok(None)
            };
        };
        let status = StatusCode::from_u16(head.code.unwrap_or_default());
        let status = status.map_err(io::Error::other)?;
        let is_tunnel = status == StatusCode::SWITCHING_PROTOCOLS;
        if is_tunnel && !asked.is_upgrade {
            return wrong("a tunnel that nobody asked for");
        }
        let is_interim = status.is_informational() && !is_tunnel;
        let answer = (!is_interim).then(|| AnswerHead::of(&head, status, asked));
        let answer = answer.transpose()?;
        read.advance(length);
        if answer.is_some() {
            return Ok(answer);
        }
    }
}

impl AnswerHead {
    fn of(head: &Response<'_, '_>, status: StatusCode, asked: Asked) -> io::Result<Self> {
        let is_modern = head.version == Some(1);
        let lines = || {
            head.headers
                .iter()
                .map(|header| (header.name, header.value))
        };
        let connection = lines().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
        let named: Vec<&[u8]> = headers::tokens(connection.map(|(_, value)| value)).collect();
        let mut said = Said::default();
        let mut response = HttpResponse::new(status);
        let to = response.headers_mut();
        for (name, value) in lines() {
            // a 304 tells the length of what it does not bring
            if said.hear(name, value)? && status != StatusCode::NOT_MODIFIED {
                continue;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(io::Error::other)?;
            if !headers::is_of_one_hop(name.as_str(), &named) {
                let value = HeaderValue::from_bytes(value).map_err(io::Error::other)?;
                to.append(name, value);
            }
        }
        if said.is_chunked && !is_modern {
            return wrong("chunks in HTTP/1.0");
        }
        let is_empty = asked.is_head
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let ending = match said {
            _ if is_empty => Ending::Left(0),
            Said {
                is_chunked: true, ..
            } => Ending::Chunked(Chunk::Size),
            Said {
                length: Some(length),
                ..
            } => Ending::Left(length),
            Said { .. } => Ending::Closing,
        };
        // said in two ways, it may be meant in another
        let is_ambiguous = said.is_chunked && said.length.is_some();
        let is_last = named.iter().any(|word| word.eq_ignore_ascii_case(b"close"));
        Ok(Self {
            response: response.drop_body(),
            length: said.length,
            is_kept: is_modern && !is_last && !is_ambiguous && !ending.is_closing(),
            ending,
        })
    }
}

impl Said {
    /// `true`: this is about the body.
    fn hear(&mut self, name: &str, value: &[u8]) -> io::Result<bool> {
        if name.eq_ignore_ascii_case("content-length") {
            let length = number(value);
            if length.is_none() || self.length.is_some_and(|before| Some(before) != length) {
                return wrong("this is no length");
            }
            self.length = length;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if self.is_chunked || !value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return wrong("this transfer encoding was not asked for");
            }
            self.is_chunked = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

fn number(value: &[u8]) -> Option<u64> {
    let digits = value.trim_ascii();
    let is_number = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| is_number)?
        .parse()
        .ok()
}

fn wrong<T>(what: &'static str) -> io::Result<T> {
    Err(io::Error::other(what))
}
