//! A wire that keeps every byte that passes, on every port of a server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

/// An address of 127/8 that no other wire of this process has, and hardly one of another process.
pub fn own_address() -> Ipv4Addr {
    static LAST: AtomicU16 = AtomicU16::new(300);
    let [c, d] = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(127, u8::try_from(std::process::id() % 250).unwrap() + 1, c, d)
}

/// Stands before some ports of this machine's own address, under another one.
pub struct Capture {
    address: Ipv4Addr,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Capture {
    /// Begins to listen on the same ports of another address.
    pub fn before(ports: impl IntoIterator<Item = u16>) -> Self {
        let capture = Self { address: own_address(), bytes: Arc::default() };
        for port in ports {
            let listener = TcpListener::bind((capture.address, port)).unwrap();
            let bytes = capture.bytes.clone();
            std::thread::spawn(move || {
                for client in listener.incoming().flatten() {
                    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
                    copy(client.try_clone().unwrap(), server.try_clone().unwrap(), bytes.clone());
                    copy(server, client, bytes.clone());
                }
            });
        }
        capture
    }

    /// The host to connect to.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// How many bytes passed so far.
    pub fn count(&self) -> usize {
        self.bytes.lock().unwrap().len()
    }

    /// Which of these words passed in clear, in any of the encodings that a text could have.
    pub fn shows<'w>(&self, words: &[&'w str]) -> Vec<&'w str> {
        let bytes = self.bytes.lock().unwrap();
        let shown = |pattern: &[u8]| bytes.windows(pattern.len()).any(|window| window == pattern);
        let is_shown = |word: &str| {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            shown(word.as_bytes()) || shown(&wide)
        };
        words.iter().copied().filter(|word| is_shown(word)).collect()
    }
}

/// Copies one way, on a thread of its own, and ends the other side's reading with it.
fn copy(mut from: TcpStream, mut to: TcpStream, bytes: Arc<Mutex<Vec<u8>>>) {
    std::thread::spawn(move || {
        let mut block = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut block) {
            bytes.lock().unwrap().extend_from_slice(&block[..read]);
            if to.write_all(&block[..read]).is_err() {
                break;
            }
        }
        let _gone = to.shutdown(Shutdown::Write);
    });
}
