use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;

use crate::shell::Shell;

/// The far end of the connection, as our own proxies tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub https: bool,
}

impl Client {
    /// As an outer middleware found it (a service behind the router), else by the trusted proxies of the [`Shell`].
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(known) = request.extensions().get::<Self>() {
            return *known;
        }
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        match request.app_data::<Data<Shell>>() {
            Some(shell) => shell.proxies.client(peer, request.headers()),
            None => Self {
                address: peer,
                https: false,
            },
        }
    }

    /// What a sender that has proved itself (the router, by a valid identity token) says: in a header of its own, else in
    /// `X-Forwarded-*`.
    pub fn forwarded(peer: IpAddr, headers: &HeaderMap) -> Self {
        let forwarded = TrustedProxies(vec![IpNet::from(peer)]).client(peer, headers);
        let told = last(headers, super::CLIENT).and_then(|address| address.parse().ok());
        Self {
            address: told.unwrap_or(forwarded.address),
            ..forwarded
        }
    }
}

/// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses and networks. By default nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network such as 10.0.0.0/8")]
pub struct InvalidProxy(String);

impl TrustedProxies {
    pub fn parse<'a>(proxies: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidProxy> {
        let parse = |text: &str| {
            let net = text
                .parse::<IpAddr>()
                .map(IpNet::from)
                .or_else(|_| text.parse::<IpNet>());
            net.map_err(|_| InvalidProxy(text.to_owned()))
        };
        proxies
            .into_iter()
            .map(|text| parse(text.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The last address of the chain that is not one of our proxies; what came before it anybody can invent.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        if !self.trusts(peer) {
            return Client {
                address: peer,
                https: false,
            };
        }
        let https = last(headers, "x-forwarded-proto")
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let mut address = peer;
        for hop in all(headers, "x-forwarded-for").rev() {
            let Ok(hop) = hop.parse::<IpAddr>() else {
                break;
            };
            address = hop;
            if !self.trusts(hop) {
                break;
            }
        }
        Client { address, https }
    }
}

fn all<'a>(headers: &'a HeaderMap, name: &'static str) -> impl DoubleEndedIterator<Item = &'a str> {
    let values: Vec<&str> = headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .collect();
    values
        .into_iter()
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn last<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    all(headers, name).next_back()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = TrustedProxies::parse(["127.0.0.1", " 10.0.0.0/8"]).unwrap();
        for (peer, forwarded, proto, expect, https) in [
            ("203.0.113.9", "1.2.3.4", "https", "203.0.113.9", false),
            ("127.0.0.1", "1.2.3.4", "https", "1.2.3.4", true),
            (
                "127.0.0.1",
                "6.6.6.6, 1.2.3.4, 10.1.2.3",
                "http, HTTPS",
                "1.2.3.4",
                true,
            ),
            (
                "127.0.0.1",
                "6.6.6.6, nonsense",
                "https, http",
                "127.0.0.1",
                false,
            ),
            ("127.0.0.1", "10.0.0.7", "", "10.0.0.7", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(forwarded),
            );
            headers.insert(
                HeaderName::from_static("x-forwarded-proto"),
                HeaderValue::from_static(proto),
            );
            let client = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(
                client,
                Client {
                    address: expect.parse().unwrap(),
                    https
                },
                "{peer} {forwarded}"
            );
        }
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-forwarded-for", "1.2.3.4, 127.0.0.9"),
            ("x-forwarded-proto", "https"),
            (crate::identity::CLIENT, "1.2.3.4"),
        ] {
            let name = HeaderName::from_static(name);
            headers.insert(name, HeaderValue::from_static(value));
        }
        let told = Client::forwarded("127.0.0.1".parse().unwrap(), &headers);
        assert_eq!(
            (told.address, told.https),
            ("1.2.3.4".parse().unwrap(), true)
        );
        assert_eq!(
            TrustedProxies::parse(["shop.example"]),
            Err(InvalidProxy("shop.example".to_owned()))
        );
    }
}
