//! JSON Web Tokens (RFC 7519) in compact form (RFC 7515), HS256 and nothing else, sixty seconds long.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{GuestId, Locale, MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Identity, Role, ServiceKey};

const LIFETIME: i64 = 60;
/// Seconds that clocks of two machines may differ.
const SKEW: i64 = 5;
/// `{"alg":"HS256","typ":"JWT"}`
const OUR_HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    #[error("it is not a token")]
    Malformed,
    #[error("only HS256 is accepted")]
    Algorithm,
    #[error("the signature is wrong")]
    Signature,
    #[error("it is for somebody else")]
    Audience,
    #[error("it has expired")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guest: Option<GuestId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    lang: String,
    aud: String,
    exp: i64,
    /// Left out when nobody is in doubt.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    certain: bool,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood (RFC 7515 §4.1.11): we understand none.
    crit: Option<serde::de::IgnoredAny>,
}

/// `audience` is the service that the token is for.
pub fn mint(key: &ServiceKey, identity: &Identity, audience: &str, now: Timestamp) -> String {
    let claims = Claims {
        sub: identity.member,
        guest: identity.guest,
        sid: identity.session.as_deref().map(str::to_owned),
        roles: identity
            .roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect(),
        lang: identity.locale.to_string(),
        aud: audience.to_owned(),
        exp: seconds(now) + LIFETIME,
        certain: identity.certain,
    };
    let claims = serde_json::to_vec(&claims).unwrap_or_default();
    let mut token = format!("{OUR_HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = signature(key.bytes(), &token).finalize().into_bytes();
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

pub fn verify(
    key: &ServiceKey,
    token: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Identity, InvalidToken> {
    let claims: Claims = serde_json::from_slice(&payload(key.bytes(), token)?)
        .map_err(|_| InvalidToken::Malformed)?;
    if claims.aud != audience {
        return Err(InvalidToken::Audience);
    }
    if claims.exp.saturating_add(SKEW) <= seconds(now) {
        return Err(InvalidToken::Expired);
    }
    Ok(Identity {
        member: claims.sub,
        guest: claims.guest,
        session: claims.sid.map(Into::into),
        roles: claims
            .roles
            .iter()
            .filter_map(|role| Role::parse(role))
            .collect(),
        locale: Locale::parse(&claims.lang).unwrap_or_default(),
        certain: claims.certain,
    })
}

/// The claims' bytes, once the header and the signature are right.
fn payload(key: &[u8], token: &str) -> Result<Vec<u8>, InvalidToken> {
    let (signed, given) = token.rsplit_once('.').ok_or(InvalidToken::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(InvalidToken::Malformed)?;
    if header != OUR_HEADER {
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| InvalidToken::Malformed)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(InvalidToken::Algorithm);
        }
    }
    // compares in constant time
    signature(key, signed)
        .verify_slice(&decode(given)?)
        .map_err(|_| InvalidToken::Signature)?;
    decode(claims)
}

fn signature(key: &[u8], signed: &str) -> Hmac<Sha256> {
    // HMAC takes keys of any length: the error cannot be
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(signed.as_bytes());
    mac
}

fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| InvalidToken::Malformed)
}

fn seconds(now: Timestamp) -> i64 {
    now.as_micros() / 1_000_000
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn is_yes(certain: &bool) -> bool {
    *certain
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn member() -> Identity {
        let member = MemberId::new(NOW, [7; 10]);
        Identity {
            guest: Some(GuestId::new(NOW, [8; 10])),
            session: Some("s1".into()),
            ..Identity::of_member(member, [Role::Admin])
        }
    }

    fn token_with(header: &str, claims: &str) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let mac = signature(ServiceKey::sample().bytes(), &signed)
            .finalize()
            .into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    #[test]
    fn the_example_of_rfc_7515_appendix_a_1_verifies() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let payload = String::from_utf8(payload(&key, token).unwrap()).unwrap();
        assert!(payload.contains("\"iss\":\"joe\""), "{payload}");
    }

    #[test]
    fn a_token_tells_who_for_a_minute_and_to_one_service() {
        let key = ServiceKey::sample();
        let uncertain = Identity {
            certain: false,
            ..Identity::default().in_language(Locale::En)
        };
        for identity in [member(), Identity::default(), uncertain] {
            let token = mint(&key, &identity, "catalog", NOW);
            assert_eq!(verify(&key, &token, "catalog", NOW), Ok(identity.clone()));
            assert_eq!(
                verify(&key, &token, "catalog", NOW.after(Duration::from_secs(64))),
                Ok(identity)
            );
            assert_eq!(
                verify(&key, &token, "catalog", NOW.after(Duration::from_secs(65))),
                Err(InvalidToken::Expired)
            );
            assert_eq!(
                verify(&key, &token, "stock", NOW),
                Err(InvalidToken::Audience)
            );
            assert_eq!(
                verify(&ServiceKey::from_bytes(b"another"), &token, "catalog", NOW),
                Err(InvalidToken::Signature)
            );
        }
    }

    #[test]
    fn other_algorithms_are_refused_even_when_well_signed() {
        let claims = r#"{"aud":"catalog","exp":9999999999,"roles":["admin","owner"],"lang":"en"}"#;
        for (header, expect) in [
            (r#"{"alg":"HS256"}"#, None),
            (r#"{"alg":"none"}"#, Some(InvalidToken::Algorithm)),
            (r#"{"alg":"hs256"}"#, Some(InvalidToken::Algorithm)),
            (r#"{"alg":"HS512"}"#, Some(InvalidToken::Algorithm)),
            (r#"{"alg":"RS256"}"#, Some(InvalidToken::Algorithm)),
            (
                r#"{"alg":"HS256","crit":["exp"]}"#,
                Some(InvalidToken::Algorithm),
            ),
            (r#"{"typ":"JWT"}"#, Some(InvalidToken::Malformed)),
            ("", Some(InvalidToken::Malformed)),
        ] {
            let result = verify(
                &ServiceKey::sample(),
                &token_with(header, claims),
                "catalog",
                NOW,
            );
            assert_eq!(result.err(), expect, "{header}");
        }
    }

    #[test]
    fn tokens_without_audience_expiry_or_signature_are_refused() {
        let key = ServiceKey::sample();
        let header = r#"{"alg":"HS256"}"#;
        for claims in [
            r#"{"aud":"catalog"}"#,
            r#"{"exp":9999999999}"#,
            "[]",
            r#"{"aud":"catalog","exp":"soon"}"#,
        ] {
            assert_eq!(
                verify(&key, &token_with(header, claims), "catalog", NOW),
                Err(InvalidToken::Malformed),
                "{claims}"
            );
        }
        let unsigned = format!(
            "{}.",
            mint(&key, &member(), "catalog", NOW)
                .rsplit_once('.')
                .unwrap()
                .0
        );
        assert_eq!(
            verify(&key, &unsigned, "catalog", NOW),
            Err(InvalidToken::Signature)
        );
    }

    proptest! {
        #[test]
        fn a_changed_token_is_refused(at in 0_usize..400, to in "[A-Za-z0-9._=-]") {
            let key = ServiceKey::sample();
            let token = mint(&key, &member(), "catalog", NOW);
            let at = at % token.len();
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert!(verify(&key, &changed, "catalog", NOW).is_err());
        }

        #[test]
        fn nonsense_is_refused(text in ".{0,80}") {
            prop_assert!(verify(&ServiceKey::sample(), &text, "catalog", NOW).is_err());
        }
    }
}
