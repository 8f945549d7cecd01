//! The smallest server that can tell a client its version: what no package offers any more.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// Listens until the process ends, and answers every query with `version_num` in one row.
pub(crate) fn start(version: &'static str, version_num: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, version, version_num));
        }
    });
    port
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

fn serve(mut stream: TcpStream, version: &str, version_num: &str) -> Option<()> {
    // The start-up packet, after any request for encryption.
    loop {
        let body = read_body(&mut stream)?;
        match u32::from_be_bytes(body.get(..4)?.try_into().ok()?) {
            80_877_103 | 80_877_104 => stream.write_all(b"N").ok()?,
            _ => break,
        }
    }
    let mut hello = message(b'R', &[0, 0, 0, 0]);
    for (name, value) in [("server_version", version), ("client_encoding", "UTF8"), ("server_encoding", "UTF8")] {
        hello.extend(message(b'S', format!("{name}\0{value}\0").as_bytes()));
    }
    hello.extend(message(b'K', &[0, 0, 0, 1, 0, 0, 0, 1]));
    hello.extend(message(b'Z', b"I"));
    stream.write_all(&hello).ok()?;
    loop {
        let mut kind = [0];
        stream.read_exact(&mut kind).ok()?;
        read_body(&mut stream)?;
        let answer = match kind[0] {
            b'P' => message(b'1', &[]),
            b'B' => message(b'2', &[]),
            b'C' => message(b'3', &[]),
            // No parameters, and one int4 column.
            b'D' => [message(b't', &[0, 0]), message(b'T', &one_column())].concat(),
            b'E' => {
                let number = version_num.parse::<i32>().unwrap().to_be_bytes();
                let row = [&[0, 1, 0, 0, 0, 4][..], &number].concat();
                [message(b'D', &row), message(b'C', b"SELECT 1\0")].concat()
            }
            b'Q' => [message(b'C', b"SET\0"), message(b'Z', b"I")].concat(),
            b'S' => message(b'Z', b"I"),
            b'X' => return None,
            _ => continue,
        };
        stream.write_all(&answer).ok()?;
    }
}

fn read_body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).ok()?.checked_sub(4)?];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

fn one_column() -> Vec<u8> {
    let mut body = vec![0, 1];
    body.extend(b"version\0");
    body.extend([0; 6]);
    // int4, four bytes, no modifier, binary.
    body.extend([0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 1]);
    body
}
