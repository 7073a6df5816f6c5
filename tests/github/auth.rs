//! Who is asking: the App by a signed token of its own, or an installation by one of ours.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use std::sync::LazyLock;

/// The App's key. Made anew by each process, so that none has to lie about in the repository.
pub(crate) static KEY: LazyLock<Key> = LazyLock::new(Key::generate);

pub(crate) struct Key {
    pub pem: String,
    public: Vec<u8>,
}

impl Key {
    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a fresh RSA key");
        let der: Pkcs8V1Der<'_> = pair.as_der().expect("an RSA key as PKCS #8");
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        Self { pem, public: pair.public_key().as_ref().to_vec() }
    }
}

/// Checks an App's token as GitHub does: RS256, issued by this App, valid now, for ten minutes at most.
///
/// Both the test's clock and the real one may be meant: not every client can be moved.
pub(crate) fn check_app_token(token: &str, app: u64, now: Timestamp) -> Result<(), &'static str> {
    const BROKEN: &str = "A JSON web token could not be decoded";
    let (message, signature) = token.rsplit_once('.').ok_or(BROKEN)?;
    let (header, claims) = message.split_once('.').ok_or(BROKEN)?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| BROKEN);
    let json = |text: &str| serde_json::from_slice::<Value>(&bytes(text)?).map_err(|_| BROKEN);
    if json(header)?["alg"] != "RS256" {
        return Err(BROKEN);
    }
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &KEY.public);
    key.verify(message.as_bytes(), &bytes(signature)?).map_err(|_| BROKEN)?;
    let claims = json(claims)?;
    let issuer = claims["iss"].as_u64().or(claims["iss"].as_str().and_then(|it| it.parse().ok()));
    if issuer != Some(app) {
        return Err("'Issuer' claim ('iss') must be an Integer or a client ID of an App that exists");
    }
    let second = |name: &str| claims[name].as_i64().and_then(|it| Timestamp::from_second(it).ok());
    let issued = second("iat").ok_or("Missing 'issued at' claim ('iat') in assertion")?;
    let expires = second("exp").ok_or("Missing 'expiration' claim ('exp') in assertion")?;
    let judged = [now, Timestamp::now()].map(|now| {
        if issued > now + SignedDuration::from_secs(60) {
            Err("'Issued at' claim ('iat') must be an Integer representing a time in the past")
        } else if expires <= now {
            Err("'Expiration time' claim ('exp') must be a numeric value representing a future time")
        } else if expires > now + SignedDuration::from_secs(10 * 60 + 5) {
            Err("'Expiration time' claim ('exp') is too far in the future")
        } else {
            Ok(())
        }
    });
    judged[0].or(judged[1])
}

/// Something that only we could have made.
pub(crate) fn new_token() -> String {
    format!("ghs_{}", uuid::Uuid::new_v4().simple())
}
