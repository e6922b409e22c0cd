//! Traffic that passes through unchanged: calls, streamed bodies, upgraded connections.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use local::{Proxy, ProxyError};

use super::browser::{Answer, Request};
use super::{bucket, call, proxy};

/// With both their ends, more descriptors than many systems start a program with.
const CROWD: usize = 500;

/// A server whose connections a test answers itself.
fn server(answer: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    Proxy::start(None, &format!("http://{address}")).unwrap()
}

fn read_head(stream: &TcpStream) -> BufReader<TcpStream> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    reader
}

#[test]
fn a_call_passes_as_it_is() {
    let body = vec![7; 32 * 1024 * 1024];
    bucket("passing");
    call(
        "s3",
        Request::new("PUT", "/passing/a%20b%2Bc").body(body.clone()),
    );
    let answer = call("s3", Request::new("GET", "/passing/a%20b%2Bc"));
    assert!(answer.body == body, "{} bytes came back", answer.body.len());
    let head = call("s3", Request::new("HEAD", "/passing/a%20b%2Bc"));
    assert_eq!(
        head.header("content-length"),
        Some(body.len().to_string().as_str())
    );
    assert_eq!(head.header("etag"), answer.header("etag"));
}

#[test]
fn an_answer_comes_while_it_is_written() {
    let (go_on, told) = mpsc::sync_channel::<()>(0);
    let told = std::sync::Arc::new(std::sync::Mutex::new(told));
    let proxy = server(move |mut stream| {
        read_head(&stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst")
            .unwrap();
        told.lock().unwrap().recv().unwrap();
        stream.write_all(b"-last").unwrap();
    });
    let mut reader = Request::new("GET", "/").open(proxy.port(), "HTTP/1.1");
    assert_eq!(Answer::head(&mut reader).status, 200);
    let mut half = [0; 5];
    reader.read_exact(&mut half).unwrap();
    assert_eq!(&half, b"first");
    go_on.send(()).unwrap();
    reader.read_exact(&mut half).unwrap();
    assert_eq!(&half, b"-last");
}

#[test]
fn a_crowd_of_sockets_stays_open() {
    let echo = server(|mut stream| {
        let mut reader = read_head(&stream);
        let accept = b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
        stream.write_all(accept).unwrap();
        let mut buffer = [0; 64];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            stream.write_all(&buffer[..count]).unwrap();
        }
    });
    let upgrade = Request::new("GET", "/")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket");
    let mut sockets: Vec<_> = (0..CROWD)
        .map(|_| upgrade.open(echo.port(), "HTTP/1.1"))
        .collect();
    for socket in &mut sockets {
        let head = Answer::head(socket);
        assert_eq!(
            (head.status, head.header("upgrade")),
            (101, Some("websocket")),
            "{head:?}"
        );
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        let text = format!("{number:4}");
        socket.get_mut().write_all(text.as_bytes()).unwrap();
        let mut echoed = [0; 4];
        socket.read_exact(&mut echoed).unwrap();
        assert_eq!(echoed, text.as_bytes());
    }
}

/// The emulator answers a message that no route accepts.
#[test]
fn a_web_socket_of_the_emulator_answers() {
    let json = |path: &str, body: &str| {
        let request = Request::new("POST", path)
            .header("content-type", "application/json")
            .body(body);
        call("apigateway", request).json()
    };
    let api = json(
        "/v2/apis",
        r#"{"name":"a","protocolType":"WEBSOCKET","routeSelectionExpression":"$request.body.a"}"#,
    );
    let api = api["apiId"].as_str().unwrap();
    json(
        &format!("/v2/apis/{api}/stages"),
        r#"{"stageName":"live","autoDeploy":true}"#,
    );
    let upgrade = Request::new("GET", &format!("/_aws/execute-api/{api}/live"))
        .header("connection", "keep-alive, Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "frontage.toggles.v1, jwt.a.b.c");
    let mut socket = upgrade.open(proxy().port(), "HTTP/1.1");
    let head = Answer::head(&mut socket);
    assert_eq!(head.status, 101, "{head:?}");
    assert_eq!(
        head.header("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(
        head.header("sec-websocket-protocol"),
        Some("frontage.toggles.v1")
    );
    // A ping whose mask is zero, and the pong with the same text.
    socket.get_mut().write_all(b"\x89\x84\0\0\0\0ping").unwrap();
    let mut pong = [0; 6];
    socket.read_exact(&mut pong).unwrap();
    assert_eq!(&pong, b"\x8a\x04ping");
}

/// The list of distributions, with one that has the name `www.example.com`.
const ONE_SITE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 115\r\n\r\n\
    <DistributionSummary><DomainName>d1.cloudfront.net</DomainName><CNAME>www.example.com</CNAME></DistributionSummary>";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// An emulator that works on `workers` requests at a time, for 50 ms each. Others wait or, if it is
/// one that `refuses`, get a 503. It lists its distributions, of which there are none, at once.
fn busy_emulator(workers: usize, refuses: bool) -> Proxy {
    let free = Arc::new((Mutex::new(workers), Condvar::new()));
    server(move |mut stream| {
        let (free, freed) = &*free;
        let work = || {
            let mut workers = free.lock().unwrap();
            if refuses && *workers == 0 {
                return BUSY;
            }
            workers = freed.wait_while(workers, |workers| *workers == 0).unwrap();
            *workers -= 1;
            drop(workers);
            thread::sleep(Duration::from_millis(50));
            *free.lock().unwrap() += 1;
            freed.notify_one();
            OK
        };
        while let Some(first_line) = read_request(&stream) {
            let lists = first_line.contains("/distribution");
            let answer = if lists { ONE_SITE } else { work() };
            stream.write_all(answer).unwrap();
        }
    })
}

/// The first line of the next request of a connection, or `None` at its end.
fn read_request(stream: &TcpStream) -> Option<String> {
    // A client sends the next request after the response to this one: nothing is read ahead.
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines
        .find(|line| !line.as_ref().is_ok_and(|line| !line.is_empty()))?
        .ok()?;
    Some(first)
}

/// The statuses of the responses to 200 requests at once, four on each of 50 connections.
fn two_hundred_requests(proxy: &Proxy, host: &str) -> Vec<u16> {
    let request = Request::new("GET", "/").host(host);
    let mut connections: Vec<_> = (0..50)
        .map(|_| {
            let mut connection = request.open(proxy.port(), "HTTP/1.1");
            for _ in 1..4 {
                request.write(connection.get_mut(), "HTTP/1.1");
            }
            connection
        })
        .collect();
    let answers = connections.iter_mut().flat_map(|connection| {
        let mut answer = || {
            let head = Answer::head(connection);
            let length = head.header("content-length").unwrap().parse().unwrap();
            connection.read_exact(&mut vec![0; length]).unwrap();
            head.status
        };
        [answer(), answer(), answer(), answer()]
    });
    answers.collect()
}

#[test]
fn an_emulator_that_takes_one_request_at_a_time_answers_two_hundred() {
    let proxy = busy_emulator(1, false);
    for host in ["127.0.0.1", "www.example.localhost"] {
        assert_eq!(two_hundred_requests(&proxy, host), [200; 200], "{host}");
    }
}

#[test]
fn a_browser_sees_no_refusal_of_an_emulator_that_is_busy() {
    let proxy = busy_emulator(2, true);
    let statuses = two_hundred_requests(&proxy, "www.example.localhost");
    assert_eq!(statuses, [200; 200]);
}

#[test]
fn a_refusal_that_lasts_is_passed_on() {
    let proxy = busy_emulator(0, true);
    let answer = Request::new("GET", "/")
        .host("www.example.localhost")
        .send(proxy.port());
    assert_eq!(answer.status, 503, "{answer:?}");
}

#[test]
fn an_emulator_that_is_away_is_named() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let proxy = Proxy::start(None, &format!("http://{nobody}")).unwrap();
    for host in ["127.0.0.1", "a.auth.eu-west-1.amazoncognito.localhost"] {
        let answer = Request::new("GET", "/").host(host).send(proxy.port());
        assert_eq!(answer.status, 502, "{answer:?}");
        assert!(answer.text().contains(&nobody.to_string()), "{answer:?}");
    }
}

#[test]
fn an_emulator_that_hangs_up_is_named() {
    let proxy = server(|stream| drop(read_head(&stream)));
    let answer = Request::new("GET", "/").send(proxy.port());
    assert_eq!(answer.status, 502, "{answer:?}");
}

#[test]
fn a_taken_port_is_named_and_a_dropped_proxy_leaves_its() {
    let proxy = Proxy::start(None, "http://127.0.0.1:1").unwrap();
    let port = proxy.port();
    let error = Proxy::start(Some(port), "http://127.0.0.1:1").unwrap_err();
    assert!(
        matches!(error, ProxyError::PortInUse(taken) if taken == port),
        "{error}"
    );
    let open = TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(proxy);
    assert_eq!(
        (&open).read(&mut [0]).unwrap_or(0),
        0,
        "connections end too"
    );
    Proxy::start(Some(port), "http://127.0.0.1:1").unwrap();
    let error = Proxy::start(None, "127.0.0.1:1").unwrap_err();
    assert!(matches!(error, ProxyError::Upstream(_)), "{error}");
}
