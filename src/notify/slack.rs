//! Slack: by an incoming webhook, or as a bot by `chat.postMessage`.
//!
//! All that is of others stands in `plain_text`, where Slack reads no formatting, and its three characters of control
//! are escaped besides, so that `<!channel>` stays what it is: nine letters. `parse` and `link_names` are off.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::http::Http;
use super::message::cut;
use super::{Failure, Receipt, Sending};

/// Slack's own limits, in characters.
const HEADER: usize = 150;
const SECTION: usize = 3_000;

pub(super) async fn webhook(http: &Http, url: &SecretString, sending: Sending<'_>) -> Result<Receipt, Failure> {
    let body = body(sending).to_string();
    let answer = http.post(url, &[("content-type", "application/json; charset=utf-8")], body).await?;
    Ok(Receipt { status: answer.status.to_string(), id: sending.id.to_owned() })
}

pub(super) async fn bot(
    http: &Http,
    url: &SecretString,
    token: &SecretString,
    channel: &str,
    sending: Sending<'_>,
) -> Result<Receipt, Failure> {
    let mut body = body(sending);
    body["channel"] = channel.into();
    let bearer = format!("Bearer {}", token.expose_secret());
    let headers = [("content-type", "application/json; charset=utf-8"), ("authorization", bearer.as_str())];
    let answer = http.post(url, &headers, body.to_string()).await?;
    // What it refuses it answers with 200, too.
    let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    match (said["ok"].as_bool(), said["ts"].as_str()) {
        (Some(true), Some(ts)) => Ok(Receipt { status: answer.status.to_string(), id: cut(ts, 100) }),
        _ => {
            let why = said["error"].as_str().unwrap_or("no word that it took the message");
            Err(Failure::new(format!("Slack answered: {}", cut(why, 200))))
        }
    }
}

fn body(sending: Sending<'_>) -> Value {
    let message = sending.message;
    let plain = |text: &str, most: usize| json!({ "type": "plain_text", "text": escaped(text, most), "emoji": false });
    let mut blocks = vec![
        json!({ "type": "header", "text": plain(&message.title, HEADER) }),
        json!({ "type": "section", "text": plain(&message.lead, SECTION) }),
    ];
    if !message.facts.is_empty() {
        blocks.push(json!({ "type": "section", "text": plain(message.lines().trim_end(), SECTION) }));
    }
    if !message.link.is_empty() {
        let link = format!("<{}|{}>", message.link, escaped(&message.subject, HEADER));
        let text = json!({ "type": "mrkdwn", "text": link, "verbatim": true });
        blocks.push(json!({ "type": "section", "text": text }));
    }
    json!({
        "text": escaped(&message.title, HEADER),
        "blocks": blocks,
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// The text without Slack's characters of control, at most so long with them escaped.
fn escaped(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for char in text.chars() {
        let piece = match char {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => "",
        };
        length += piece.len().max(1);
        if length >= most {
            out.push('…');
            break;
        }
        if piece.is_empty() {
            out.push(char);
        } else {
            out.push_str(piece);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_author_s_is_alive_in_slack() {
        let check = |text: &str, most: usize, expected: &str| assert_eq!(escaped(text, most), expected);
        check("<!channel> & <@U1>", 100, "&lt;!channel&gt; &amp; &lt;@U1&gt;");
        check("abcdef", 4, "abc…");
        check("<<<<", 10, "&lt;&lt;…");
    }
}
