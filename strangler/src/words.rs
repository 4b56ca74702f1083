//! The single words of the routes file that have rules of their own. Errors are said to whoever wrote the file.

use std::time::Duration;

use crate::backend::is_name;
use crate::problem::did_you_mean;
use crate::table::{Endpoint, METHODS};

/// Of a route, a context or a service.
pub(crate) fn name(text: &str) -> Result<String, &'static str> {
    let told = "a name is 1 to 64 letters (a to z), digits, dashes or underscores";
    is_name(text).then(|| text.to_owned()).ok_or(told)
}

pub(crate) fn backend(text: &str) -> Result<String, &'static str> {
    let told = "a backend is \"module\", a service's name or { module = 90, catalog = 10 }";
    is_name(text).then(|| text.to_owned()).ok_or(told)
}

pub(crate) fn method(text: &str) -> Result<&'static str, String> {
    let known = METHODS.iter().copied();
    known
        .clone()
        .find(|method| *method == text)
        .ok_or_else(|| format!("unknown method \"{text}\"{}", did_you_mean(text, known)))
}

/// `http://host:port` and nothing else.
pub(crate) fn endpoint(text: &str) -> Result<Endpoint, String> {
    if text.starts_with("dns:") {
        return Err(format!(
            "\"{text}\": dns is not yet supported; write http://host:port"
        ));
    }
    read_endpoint(text).ok_or_else(|| format!("\"{text}\" is not of the form http://host:port"))
}

fn read_endpoint(text: &str) -> Option<Endpoint> {
    let rest = text.strip_prefix("http://")?;
    let (host, port) = rest.strip_suffix('/').unwrap_or(rest).rsplit_once(':')?;
    let port = port
        .parse()
        .ok()
        .filter(|port| *port > 0 && !rest.contains('+'))?;
    let is_v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_host = match is_v6 {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    is_host.then(|| Endpoint {
        host: host.to_owned(),
        port,
    })
}

/// Gateway API's durations (GEP-2257): 1 to 4 of `10s`, `500ms`, `1m30s`, each with up to 5 digits; here never zero.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    read_duration(text)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| {
            format!("\"{text}\" is not a length of time; write \"10s\", \"500ms\" or \"1m30s\"")
        })
}

fn read_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    for _ in 0..4 {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest
            .get(..digits)
            .filter(|digits| digits.len() <= 5)?
            .parse()
            .ok()?;
        let unit = rest
            .bytes()
            .skip(digits)
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let millis = match rest.get(digits..digits + unit)? {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        sum += Duration::from_millis(u64::from(number) * millis);
        rest = &rest[digits + unit..];
        if rest.is_empty() {
            return Some(sum);
        }
    }
    None
}
