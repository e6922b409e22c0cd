//! An HTTP client with the features of a browser that these tests need: it sets a host, and keeps
//! cookies by host.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;

pub struct Request {
    method: &'static str,
    path: String,
    host: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &'static str, path: &str) -> Self {
        let (path, host) = (path.to_owned(), "127.0.0.1".to_owned());
        Self {
            method,
            path,
            host,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn form(self, body: String) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Sends it, and leaves the connection with what has not been read.
    pub fn open(&self, port: u16, version: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        self.write(&mut stream, version);
        BufReader::new(stream)
    }

    /// Sends it over an open connection.
    pub fn write(&self, stream: &mut TcpStream, version: &str) {
        let Self {
            method,
            path,
            host,
            headers,
            body,
        } = self;
        let mut head = format!("{method} {path} {version}\r\nhost: {host}\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
    }

    /// Version 1.0 has no chunks: the body ends with the connection.
    pub fn send(&self, port: u16) -> Answer {
        let mut reader = self.open(port, "HTTP/1.0");
        let mut answer = Answer::head(&mut reader);
        reader.read_to_end(&mut answer.body).unwrap();
        answer
    }
}

impl Answer {
    /// Reads up to the body.
    pub fn head(reader: &mut impl BufRead) -> Self {
        let mut lines = reader
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty());
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.filter_map(|line| {
            line.split_once(": ")
                .map(|(n, v)| (n.to_lowercase(), v.to_owned()))
        });
        Self {
            status,
            headers: headers.collect(),
            body: Vec::new(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {:#?} {:.2000}",
            self.status,
            self.headers,
            self.text()
        )
    }
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The value of a parameter of a URL.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// One user's browser.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    pub fn send(&mut self, request: Request, port: u16) -> Answer {
        let host = request.host.clone();
        let mine = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> = mine
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("cookie", &cookies.join("; "))
        };
        let answer = request.send(port);
        for (_, cookie) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            self.keep(&host, cookie);
        }
        answer
    }

    fn keep(&mut self, host: &str, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let key = (host.to_owned(), name.to_owned());
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }
}
