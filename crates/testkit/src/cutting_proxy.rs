//! Stands between a client and a server, and cuts the connection where the server says that it has committed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cuts once; what connects later passes.
pub struct CuttingProxy {
    port: u16,
}

/// What the server answers COMMIT with (CommandComplete).
const COMMITTED: &[u8] = b"COMMIT\0";

impl CuttingProxy {
    /// `server`: `127.0.0.1:port`. The `commit`-th answer to a COMMIT, from 1, is swallowed together with its connection.
    pub fn start(server: String, commit: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&server).unwrap();
                let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || pass(from_client, to_server));
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || pass_until(server, client, &seen, commit));
            }
        });
        Self { port }
    }

    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    drop(std::io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Both));
}

fn pass_until(mut server: TcpStream, mut client: TcpStream, seen: &AtomicUsize, commit: usize) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length) = server.read(&mut buffer) {
        let data = &buffer[..length];
        // An answer that two reads share is not seen; the tests' answers are short.
        let commits = data.windows(COMMITTED.len()).filter(|window| *window == COMMITTED).count();
        let before = seen.fetch_add(commits, Ordering::SeqCst);
        let cut = before < commit && before + commits >= commit;
        if length == 0 || cut || client.write_all(data).is_err() {
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
    drop(server.shutdown(Shutdown::Both));
}
