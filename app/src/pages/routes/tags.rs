//! `ETag`: the version of a table names it.

use actix_web::HttpRequest;
use actix_web::http::header::{
    ETAG, EntityTag, Header as _, IF_MATCH, IF_NONE_MATCH, IfMatch, IfNoneMatch,
};
use actix_web::http::header::{HeaderName, TryIntoHeaderPair};

/// The header of an answer that shows the table of this version.
pub fn etag(version: &str) -> impl TryIntoHeaderPair {
    (ETAG, tag(version))
}

/// `If-None-Match`: the caller has it already.
pub fn is_known(request: &HttpRequest, version: &str) -> bool {
    if !has(request, &IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag(version))),
        Err(_) => false,
    }
}

/// `If-Match`: whether the caller insists on a version, and if it is this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insists {
    No,
    OnThis,
    OnAnother,
}

pub fn insists(request: &HttpRequest, version: &str) -> Insists {
    if !has(request, &IF_MATCH) {
        return Insists::No;
    }
    match IfMatch::parse(request) {
        Ok(IfMatch::Any) => Insists::No,
        Ok(IfMatch::Items(wanted))
            if wanted.iter().any(|wanted| wanted.strong_eq(&tag(version))) =>
        {
            Insists::OnThis
        }
        // one that cannot be read names no version that was ever given out
        _ => Insists::OnAnother,
    }
}

fn tag(version: &str) -> EntityTag {
    EntityTag::new_strong(version.to_owned())
}

fn has(request: &HttpRequest, name: &HeaderName) -> bool {
    request.headers().contains_key(name)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_a_strong_tag_of_this_version_allows_a_change() {
        for (header, expect) in [
            (None, Insists::No),
            (Some("*"), Insists::No),
            (Some("\"abc\""), Insists::OnThis),
            (Some("\"old\", \"abc\""), Insists::OnThis),
            (Some("\"old\""), Insists::OnAnother),
            (Some("W/\"abc\""), Insists::OnAnother),
            (Some("abc"), Insists::OnAnother),
            (Some(""), Insists::OnAnother),
        ] {
            let mut request = TestRequest::default();
            if let Some(header) = header {
                request = request.insert_header((IF_MATCH, header));
            }
            assert_eq!(
                insists(&request.to_http_request(), "abc"),
                expect,
                "{header:?}"
            );
        }
    }

    #[test]
    fn whoever_has_this_version_need_not_be_sent_it() {
        for (header, expect) in [
            (None, false),
            (Some("*"), true),
            (Some("\"abc\""), true),
            (Some("W/\"abc\""), true),
            (Some("\"old\",\"abc\""), true),
            (Some("\"old\""), false),
            (Some("abc"), false),
        ] {
            let mut request = TestRequest::default();
            if let Some(header) = header {
                request = request.insert_header((IF_NONE_MATCH, header));
            }
            assert_eq!(
                is_known(&request.to_http_request(), "abc"),
                expect,
                "{header:?}"
            );
        }
    }
}
