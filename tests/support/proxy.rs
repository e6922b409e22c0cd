//! A network that fails on request: a reverse proxy in front of the endpoint.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::World;

/// A call to AWS on its way.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation: `CreateTable`, or for a service with paths `POST /2015-03-31/functions`.
    pub operation: String,
    protocol: Protocol,
}

#[derive(Clone, Copy, Debug)]
enum Protocol {
    Json,
    Query,
    Rest,
}

/// The fate of a call.
#[derive(Debug)]
pub enum Fate {
    /// It passes.
    Pass,
    /// The service answers with this status, code and message.
    Answer(u16, &'static str, &'static str),
    /// No answer ever arrives.
    Silence,
    /// The connection ends without an answer, and the service never receives the call.
    Cut,
    /// The service performs it, and the answer never arrives. The sender is notified once it is
    /// done.
    LoseAnswer(Sender<()>),
}

/// The proxy. It lives as long as the test.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
}

impl Fate {
    pub fn denied() -> Self {
        Self::Answer(
            403,
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/operator is not authorized",
        )
    }

    pub fn unavailable() -> Self {
        Self::Answer(
            503,
            "ServiceUnavailable",
            "The service is temporarily unavailable",
        )
    }
}

impl Call {
    fn of(head: &str, body: &[u8]) -> Self {
        let mut line = head.lines().next().unwrap_or_default().split(' ');
        let (method, path) = (
            line.next().unwrap_or_default(),
            line.next().unwrap_or_default(),
        );
        if let Some(target) = header(head, "x-amz-target") {
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            return Self {
                operation,
                protocol: Protocol::Json,
            };
        }
        let body = String::from_utf8_lossy(body);
        if let Some(action) = body
            .split('&')
            .find_map(|pair| pair.strip_prefix("Action="))
        {
            return Self {
                operation: action.to_owned(),
                protocol: Protocol::Query,
            };
        }
        Self {
            operation: format!("{method} {path}"),
            protocol: Protocol::Rest,
        }
    }

    /// Whether the call changes something.
    pub fn writes(&self) -> bool {
        let reads = ["Get", "List", "Describe", "Scan", "GET "];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }

    fn answer(&self, status: u16, code: &str, message: &str) -> String {
        let id = "11111111-2222-3333-4444-555555555555";
        let body = match self.protocol {
            Protocol::Json => format!(r#"{{"__type":"{code}","message":"{message}"}}"#),
            Protocol::Rest => format!(r#"{{"message":"{message}"}}"#),
            Protocol::Query => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            ),
        };
        format!(
            "HTTP/1.1 {status} Failed\r\nx-amzn-errortype: {code}\r\nx-amzn-requestid: {id}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

impl Proxy {
    /// A proxy that asks for the fate of each call.
    pub fn start(world: &World, fate: impl FnMut(&Call) -> Fate + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let upstream = world
            .endpoint
            .split('/')
            .nth(2)
            .expect("http://HOST:PORT")
            .to_owned();
        let fate = Arc::new(Mutex::new(fate));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (fate, upstream) = (Arc::clone(&fate), upstream.clone());
                // A client that was killed in the middle is no failure.
                thread::spawn(move || serve(client, &upstream, &fate).ok());
            }
        });
        Self { address }
    }

    /// The address for AWS clients.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Serves one call, over its own connection to the service.
fn serve<F: FnMut(&Call) -> Fate>(
    mut client: TcpStream,
    upstream: &str,
    fate: &Mutex<F>,
) -> std::io::Result<()> {
    let Some((head, body)) = read(&mut client)? else {
        return Ok(());
    };
    let call = Call::of(&head, &body);
    let fate = fate.lock().expect("no test panics here")(&call);
    match fate {
        Fate::Pass => client.write_all(&forward(upstream, &head, &body)?),
        Fate::Answer(status, code, message) => {
            client.write_all(call.answer(status, code, message).as_bytes())
        }
        Fate::Cut => Ok(()),
        // Until the other end gives up.
        Fate::Silence => client.read(&mut [0]).map(drop),
        Fate::LoseAnswer(done) => {
            forward(upstream, &head, &body)?;
            let _ = done.send(());
            thread::sleep(Duration::from_secs(1));
            Ok(())
        }
    }
}

/// A request's head and body.
fn read(client: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = header(&head, "content-length")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0);
            let mut body = bytes.split_off(end + 4);
            while body.len() < length {
                let count = client.read(&mut buffer)?;
                body.extend_from_slice(&buffer[..count]);
            }
            return Ok(Some((head, body)));
        }
        match client.read(&mut buffer)? {
            0 => return Ok(None),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

fn forward(upstream: &str, head: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let kept = head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.collect::<Vec<_>>().join("\r\n");
    server.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
