//! A CloudEvent (version 1.0, structured JSON) over HTTP, signed as the Standard Webhooks specification says:
//! HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64, with the timestamp in seconds beside it.
//!
//! Whoever receives it checks the signature over the body's very bytes, refuses a timestamp that is minutes off, and
//! takes each id once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;

use super::http::Http;
use super::{Failure, Receipt, Sending};

/// What the types of the events begin with.
const TYPE: &str = "dev.countersign.change.";

pub(super) async fn event(
    http: &Http,
    url: &SecretString,
    secret: &SecretString,
    sending: Sending<'_>,
) -> Result<Receipt, Failure> {
    let body = body(sending).to_string();
    let timestamp = sending.now.as_second().to_string();
    let signature = format!("v1,{}", signature(secret, sending.id, &timestamp, &body)?);
    let headers = [
        ("content-type", "application/cloudevents+json; charset=utf-8"),
        ("webhook-id", sending.id),
        ("webhook-timestamp", timestamp.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let answer = http.post(url, &headers, body).await?;
    Ok(Receipt { status: answer.status.to_string(), id: sending.id.to_owned() })
}

fn body(sending: Sending<'_>) -> Value {
    let message = sending.message;
    let facts = message.facts.iter().map(|fact| json!({ "label": fact.label, "text": fact.text }));
    json!({
        "specversion": "1.0",
        "id": sending.id,
        "source": message.source,
        "type": format!("{TYPE}{}", message.event),
        "subject": message.subject,
        "time": message.at.to_string(),
        "datacontenttype": "application/json",
        "data": {
            "event": message.event,
            "change": message.subject,
            "title": message.title,
            "text": message.lead,
            "facts": facts.collect::<Vec<_>>(),
            "link": message.link,
        },
    })
}

/// The key is what follows `whsec_`, in base64, or else the secret's own bytes.
fn signature(secret: &SecretString, id: &str, timestamp: &str, body: &str) -> Result<String, Failure> {
    let secret = secret.expose_secret();
    let decoded = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Failure::new("the secret makes no key"))?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_signature_is_that_of_the_specification_s_example() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
