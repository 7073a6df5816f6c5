//! E-mail by SMTP: text alone, so that there is no HTML to come alive.
//!
//! TLS is asked for unless the settings say that there is none: a server that does not offer it gets no mail. Line ends
//! and other control characters never reach a header.

use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use super::message::cut;
use super::{Failure, Receipt, Sending};
use crate::settings::{Email, MailSecurity};

/// The longest subject, in characters.
const SUBJECT: usize = 200;

pub(super) async fn mail(settings: &Email, sending: Sending<'_>) -> Result<Receipt, Failure> {
    let message = letter(settings, sending)?;
    let parameters = || {
        TlsParameters::new(settings.host.clone())
            .map_err(|error| Failure::new(format!("TLS to the mail server cannot be begun: {error}")))
    };
    let tls = match settings.security {
        MailSecurity::None => Tls::None,
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::Tls => Tls::Wrapper(parameters()?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(15)));
    if let Some((user, password)) = &settings.login {
        transport = transport.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    let answer = transport
        .build()
        .send(message)
        .await
        .map_err(|error| Failure { is_down: is_down(&error), ..Failure::new(refusal(&error)) })?;
    Ok(Receipt { status: answer.code().to_string(), id: message_id(sending.id) })
}

fn refusal(error: &lettre::transport::smtp::Error) -> String {
    let mut said = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        said = format!("{said}: {source}");
    }
    let said: String = said.chars().filter(|char| !char.is_control()).collect();
    format!("the mail server did not take it: {}", cut(&said, 200))
}

/// Whether the server cannot be reached, or says itself (421) that it takes no mail now.
fn is_down(error: &lettre::transport::smtp::Error) -> bool {
    match error.status() {
        Some(code) => u16::from(code) == 421,
        None => error.is_timeout() || !(error.is_client() || error.is_response()),
    }
}

/// The same for each try, so that a reader's program shows a mail once that came twice.
fn message_id(id: &str) -> String {
    format!("<{id}@countersign>")
}

fn letter(settings: &Email, sending: Sending<'_>) -> Result<Message, Failure> {
    let told = sending.message;
    let address = |written: &str| {
        written.parse::<Mailbox>().map_err(|_| Failure::new(format!("`{written}` is no address of a mail")))
    };
    let mut letter: MessageBuilder = Message::builder()
        .from(address(&settings.from)?)
        .subject(one_line(&told.title))
        .message_id(Some(message_id(sending.id)))
        .date(SystemTime::from(told.at));
    for to in &settings.to {
        letter = letter.to(address(to)?);
    }
    let mut text = format!("{}\n\n{}", told.lead, told.lines());
    if !told.link.is_empty() {
        text.push_str(&format!("\n{}\n", told.link));
    }
    letter
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|error| Failure::new(format!("the mail cannot be written: {error}")))
}

/// A header's text: whatever ends a line is a space.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    cut(line.trim(), SUBJECT)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::notify;

    #[test]
    fn a_subject_ends_no_header() {
        let message = notify::Message {
            event: "authorised".into(),
            at: "2026-03-02T10:00:00Z".parse().unwrap(),
            source: "https://github.com/acme/shop".into(),
            subject: "acme/shop#1".into(),
            title: "Authorised\r\nBcc: everybody@example.org\r\n\r\n<b>".into(),
            lead: "It may go in.".into(),
            facts: Vec::new(),
            link: String::new(),
        };
        let settings = Email {
            host: "127.0.0.1".into(),
            port: 25,
            security: MailSecurity::None,
            login: None,
            from: "countersign@example.org".into(),
            to: vec!["support@example.org".into()],
        };
        let sending = Sending { id: "1", message: &message, now: message.at };
        let written = String::from_utf8(letter(&settings, sending).unwrap().formatted()).unwrap();
        let (head, body) = written.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Subject: Authorised  Bcc: everybody@example.org    <b>"), "{head}");
        assert!(head.contains("Content-Type: text/plain"), "{head}");
        assert_eq!(body.trim(), "It may go in.");
    }
}
