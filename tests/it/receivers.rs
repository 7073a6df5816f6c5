//! Who is told: an HTTP receiver and a mail server, real ones on ports of this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What an HTTP receiver was sent.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Posted {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect("the header").to_str().expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Debug, Default)]
struct Inbox {
    posted: Vec<Posted>,
    /// What it answers next; then 200 and `ok`.
    answers: VecDeque<(StatusCode, String)>,
}

/// An HTTP server that takes whatever is posted.
pub(crate) struct HttpReceiver {
    inbox: Arc<Mutex<Inbox>>,
    address: String,
    _serving: AbortOnDropHandle<()>,
}

impl HttpReceiver {
    pub(crate) async fn start() -> Self {
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let take = async |State(inbox): State<Arc<Mutex<Inbox>>>, uri: Uri, headers: HeaderMap, body: Bytes| {
            let mut inbox = inbox.lock().expect("nobody panicked");
            inbox.posted.push(Posted { path: uri.path().to_owned(), headers, body: body.to_vec() });
            let (status, body) = inbox.answers.pop_front().unwrap_or((StatusCode::OK, "ok".to_owned()));
            let location = [("location", "http://127.0.0.1:1/elsewhere")];
            (status, location, body).into_response()
        };
        let routes = Router::new().fallback(take).with_state(inbox.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { inbox, address, _serving: AbortOnDropHandle::new(serving) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// What the next request is answered with.
    pub(crate) fn answers(&self, status: u16, body: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        self.inbox.lock().expect("nobody panicked").answers.push_back((status, body.to_owned()));
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.inbox.lock().expect("nobody panicked").posted.clone()
    }
}

/// A mail as it was handed over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

#[derive(Debug, Default)]
struct Box_ {
    mails: Vec<Mail>,
    /// What it says to the next mails once they are there; then that it took them.
    answers: VecDeque<String>,
}

/// A mail server (RFC 5321, as much of it as takes a mail).
pub(crate) struct MailServer {
    inbox: Arc<Mutex<Box_>>,
    address: String,
    _serving: AbortOnDropHandle<()>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let inbox = Arc::new(Mutex::new(Box_::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let taking = inbox.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inbox = taking.clone();
                tokio::spawn(async move {
                    // A client may hang up whenever it likes.
                    let _ = converse(stream, &inbox).await;
                });
            }
        });
        Self { inbox, address, _serving: AbortOnDropHandle::new(serving) }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What the next mail is answered with.
    pub(crate) fn answers(&self, line: &str) {
        self.inbox.lock().expect("nobody panicked").answers.push_back(line.to_owned());
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.inbox.lock().expect("nobody panicked").mails.clone()
    }
}

async fn converse(stream: TcpStream, inbox: &Mutex<Box_>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example.org ESMTP\r\n").await?;
    let mut mail = Mail::default();
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250-mail.example.org\r\n250 8BITMIME".to_owned(),
            "MAIL" => {
                mail = Mail { from: line, ..Mail::default() };
                "250 ok".to_owned()
            }
            "RCPT" => {
                mail.to.push(line);
                "250 ok".to_owned()
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.text.push_str(&line);
                    mail.text.push('\n');
                }
                let mut inbox = inbox.lock().expect("nobody panicked");
                inbox.mails.push(mail.clone());
                inbox.answers.pop_front().unwrap_or_else(|| "250 queued as 4711".to_owned())
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "500 what".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
