//! Microsoft Teams: an Adaptive Card to the webhook of a workflow.
//!
//! All that is of others stands in text runs, which read no Markdown; who is mentioned is said by an entity of the
//! message, and there is none.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::http::Http;
use super::message::cut;
use super::{Failure, Receipt, Sending};

/// So long is a text of a card at the most: a whole card has 28 KB.
const TEXT: usize = 4_000;

pub(super) async fn card(http: &Http, url: &SecretString, sending: Sending<'_>) -> Result<Receipt, Failure> {
    let body = body(sending).to_string();
    let answer = http.post(url, &[("content-type", "application/json")], body).await?;
    Ok(Receipt { status: answer.status.to_string(), id: sending.id.to_owned() })
}

fn body(sending: Sending<'_>) -> Value {
    let message = sending.message;
    let run = |text: &str, strong: bool| {
        let weight = if strong { "Bolder" } else { "Default" };
        json!({ "type": "TextRun", "text": cut(text, TEXT), "weight": weight })
    };
    let block = |runs: Vec<Value>| json!({ "type": "RichTextBlock", "inlines": runs });
    let mut shown = vec![block(vec![run(&message.title, true)]), block(vec![run(&message.lead, false)])];
    let facts = message.facts.iter();
    shown.extend(facts.map(|fact| block(vec![run(&format!("{}: ", fact.label), true), run(&fact.text, false)])));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": shown,
    });
    if !message.link.is_empty() {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": "Open the pull request", "url": message.link }]);
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}
