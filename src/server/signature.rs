//! Whether GitHub sent it: HMAC-SHA256 over the raw bytes, in constant time.
//!
//! GitHub's documents: "Validating webhook deliveries".

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Whether any of the secrets signed the body. `header` is `X-Hub-Signature-256` as it came.
pub(super) fn is_good(secrets: &[SecretString], header: &str, body: &[u8]) -> bool {
    let Some(signature) = header.strip_prefix("sha256=").and_then(|text| hex::decode(text).ok()) else { return false };
    // Every secret is tried, whichever fits: the time taken tells nothing about them.
    secrets.iter().fold(false, |good, secret| good | signed_by(secret, &signature, body))
}

fn signed_by(secret: &SecretString, signature: &[u8], body: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_githubs_documents_holds_and_nothing_near_it() {
        let secrets = [SecretString::from("another"), SecretString::from("It's a Secret to Everybody")];
        let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let check = |header: &str, body: &str, expected: bool| {
            assert_eq!(is_good(&secrets, header, body.as_bytes()), expected, "{header} {body}");
        };
        check(good, "Hello, World!", true);
        check(good, "Hello, World", false);
        check(&good.replace("757", "758"), "Hello, World!", false);
        check(good.trim_start_matches("sha256="), "Hello, World!", false);
        check(&good[..20], "Hello, World!", false);
        check("sha256=zz", "Hello, World!", false);
        check("", "Hello, World!", false);
    }
}
