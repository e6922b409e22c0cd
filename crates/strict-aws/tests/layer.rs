//! The layer in front of a server whose answers the test writes.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use strict_aws::{Fate, Running, Strict};

/// A server that answers each request with this body. The receiver gets each request.
fn server(body: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || {
                let _ = sender.send(read(&mut stream));
                thread::sleep(Duration::from_millis(100));
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all((head + body).as_bytes());
            });
        }
    });
    (url, requests)
}

/// A request, as far as its declared length.
fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let count = stream.read(&mut buffer).unwrap();
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
}

/// Sends a request, signed for a service if one is named.
fn send(proxy: &Running, service: &str, line: &str, body: &str) -> TcpStream {
    send_with(proxy, service, line, "", body)
}

/// As [`send`], with a header and its line's end.
fn send_with(proxy: &Running, service: &str, line: &str, header: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(proxy.endpoint().trim_start_matches("http://")).unwrap();
    let signed = format!(
        "authorization: AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/{service}/aws4_request, Signature=s\r\n"
    );
    let signed = if service.is_empty() { "" } else { &signed };
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: 127.0.0.1\r\n{signed}{header}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_call_counts_although_its_caller_died() {
    let (emulator, requests) = server("<Distribution><Id>E1</Id></Distribution>");
    let proxy = Strict::new(Arc::default()).start(&emulator).unwrap();
    let uses = "<DistributionConfig><CachePolicyId>P</CachePolicyId></DistributionConfig>";
    let caller = send(&proxy, "cloudfront", "POST /2020-05-31/distribution", uses);
    requests.recv().unwrap();
    drop(caller);
    let delete = "DELETE /2020-05-31/cache-policy/P";
    let mut attempts = (0..600).map(|_| {
        thread::sleep(Duration::from_millis(100));
        answer(send_with(
            &proxy,
            "cloudfront",
            delete,
            "if-match: V1\r\n",
            "",
        ))
    });
    assert!(attempts.any(|answer| answer.contains("CachePolicyInUse")));
}

#[test]
fn a_fate_meets_signed_calls_only() {
    let (emulator, requests) = server(r#"{"items":[1],"nextToken":"n"}"#);
    let strict = Strict::new(Arc::default()).with_fates(|call| match call.operation.as_str() {
        "GET /v2/apis" => Fate::EmptyLists,
        "GET /v2/apis/d" => Fate::Replaced(r#"{"name":"d"}"#.to_owned()),
        "POST /v2/apis" => Fate::denied(),
        "DELETE /v2/apis/a" => Fate::Cut,
        "DELETE /v2/apis/b" => Fate::Bare(404),
        "DELETE /v2/apis/c" => Fate::Page(403),
        _ => Fate::Pass,
    });
    let proxy = strict.start(&emulator).unwrap();
    let called = |service: &str, line: &str| answer(send(&proxy, service, line, ""));
    assert!(called("apigateway", "GET /v2/apis").ends_with(r#"{"items":[]}"#));
    assert!(called("", "GET /v2/apis").contains("nextToken"));
    assert!(called("apigateway", "POST /v2/apis").contains("to perform: apigateway:POST because"));
    assert_eq!(called("apigateway", "DELETE /v2/apis/a"), "");
    let bare = called("apigateway", "DELETE /v2/apis/b");
    assert!(bare.starts_with("HTTP/1.1 404 "), "{bare}");
    assert!(
        bare.ends_with("\r\n\r\n") && !bare.contains("x-amzn"),
        "{bare}"
    );
    let page = called("apigateway", "DELETE /v2/apis/c");
    assert!(page.starts_with("HTTP/1.1 403 "), "{page}");
    assert!(page.ends_with("</html>"), "{page}");
    let replaced = called("apigateway", "GET /v2/apis/d");
    assert!(replaced.ends_with("\r\n\r\n{\"name\":\"d\"}"), "{replaced}");
    // The three of these that read arrived, and no other.
    assert_eq!(requests.try_iter().count(), 3);
}

#[test]
fn calls_are_recorded_without_their_signatures() {
    let (emulator, requests) = server("");
    let file = tempfile::NamedTempFile::new().unwrap();
    let strict = Strict::new(Arc::default()).recording(file.path()).unwrap();
    let proxy = strict.start(&emulator).unwrap();
    answer(send(
        &proxy,
        "s3",
        "PUT /bucket/key?x-id=PutObject",
        "content",
    ));
    answer(send(&proxy, "", "GET /page", ""));
    assert!(
        requests.recv().unwrap().ends_with("content"),
        "the body passes"
    );
    let recorded = std::fs::read_to_string(file.path()).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    let of = |name: &str| recorded[name].as_str().unwrap();
    let line = [of("service"), of("method"), of("path"), of("body")];
    assert_eq!(
        line,
        ["s3", "PUT", "/bucket/key?x-id=PutObject", "Y29udGVudA=="]
    );
    assert!(
        recorded["headers"].get("authorization").is_none(),
        "{recorded}"
    );
}
