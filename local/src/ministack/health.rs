//! Whether an emulator answers.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The emulator answers this within milliseconds, or it isn't ready.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the instance of this identity answers on the port.
pub(super) fn answers(port: u16, identity: &str) -> bool {
    ask(port).is_ok_and(|answer| is_healthy(&answer, identity))
}

fn ask(port: u16) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /_ministack/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn is_healthy(answer: &str, identity: &str) -> bool {
    answer.starts_with("HTTP/1.1 200 ") && answer.contains(&format!("\"{identity}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_instance_counts() {
        let answer = "HTTP/1.1 200 \r\n\r\n{\"edition\": \"frontage-7-0\"}";
        assert!(is_healthy(answer, "frontage-7-0"));
        assert!(!is_healthy(answer, "frontage-7-1"));
        assert!(!is_healthy(&answer.replace("200", "503"), "frontage-7-0"));
    }
}
