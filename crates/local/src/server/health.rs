//! Whether a server answers.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A ready server answers within milliseconds.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a path on the port answers with success, and its body contains `wanted`.
pub(super) fn answers(port: u16, path: &str, wanted: &str) -> bool {
    send(port, "GET", path, "", TIMEOUT).is_ok_and(|answer| is_healthy(&answer, wanted))
}

/// Sends a request, and returns its whole response.
pub(super) fn send(
    port: u16,
    method: &str,
    path: &str,
    body: &str,
    timeout: Duration,
) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn is_healthy(answer: &str, wanted: &str) -> bool {
    answer.starts_with("HTTP/1.1 200 ") && answer.contains(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_instance_counts() {
        let answer = "HTTP/1.1 200 \r\n\r\n{\"edition\": \"frontage-7-0\"}";
        assert!(is_healthy(answer, "\"frontage-7-0\""));
        assert!(!is_healthy(answer, "\"frontage-7-1\""));
        assert!(!is_healthy(
            &answer.replace("200", "503"),
            "\"frontage-7-0\""
        ));
    }
}
