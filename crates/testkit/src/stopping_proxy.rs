//! Stands between a client and a server, and holds a statement of the client's back: whoever is killed then has got
//! exactly as far as the statement before.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Counts the statements of one connection, from the one that holds a mark on.
pub struct StoppingProxy {
    port: u16,
    counted: Arc<AtomicUsize>,
    held: Arc<AtomicBool>,
}

struct Watch {
    /// Counting begins with the statement that holds it.
    mark: &'static str,
    /// The statement, from 1, that does not get through.
    stop_at: usize,
    counted: Arc<AtomicUsize>,
    held: Arc<AtomicBool>,
}

impl StoppingProxy {
    /// `server`: `127.0.0.1:port`.
    pub fn start(server: String, mark: &'static str, stop_at: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (counted, held) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let watch = Arc::new(Watch { mark, stop_at, counted: Arc::clone(&counted), held: Arc::clone(&held) });
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else { return };
                let (to_client, from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let watch = Arc::clone(&watch);
                std::thread::spawn(move || pass(from_server, to_client));
                std::thread::spawn(move || watch.pass(client, server));
            }
        });
        Self { port, counted, held }
    }

    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Statements that were counted.
    pub fn counted(&self) -> usize {
        self.counted.load(Ordering::SeqCst)
    }

    /// The statement is held back now.
    pub fn has_stopped(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    drop(std::io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Both));
}

impl Watch {
    /// Message by message: a byte of kind, then the length with itself. The first one has no kind.
    fn pass(&self, mut client: TcpStream, mut server: TcpStream) {
        let mut counting = false;
        let mut first = true;
        loop {
            let mut head = vec![0; if first { 4 } else { 5 }];
            if client.read_exact(&mut head).is_err() {
                break;
            }
            let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap()) as usize;
            let mut body = vec![0; length - 4];
            if client.read_exact(&mut body).is_err() {
                break;
            }
            // A statement comes as Query, or as Parse with Execute behind it.
            if !first && matches!(head[0], b'Q' | b'P') {
                let text = String::from_utf8_lossy(&body);
                counting |= text.contains(self.mark);
                if counting && self.counted.fetch_add(1, Ordering::SeqCst) + 1 == self.stop_at {
                    self.held.store(true, Ordering::SeqCst);
                    // Until the client is gone.
                    drop(client.read(&mut [0]));
                    while client.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
                    break;
                }
            }
            first = false;
            head.extend_from_slice(&body);
            if server.write_all(&head).is_err() {
                break;
            }
        }
        drop(server.shutdown(Shutdown::Both));
        drop(client.shutdown(Shutdown::Both));
    }
}
