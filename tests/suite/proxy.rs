//! The line of the tests and benchmarks does what it says, or what is measured through it means nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::proxy::{Deed, Fault, On, Proxy, Way, Weather};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A server that sends back what it gets, and a line before it.
fn echo(weather: Weather) -> (Proxy, TcpStream) {
    let listener = TcpListener::bind((THERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut reading = stream.try_clone().unwrap();
                let _ended = std::io::copy(&mut reading, &mut stream);
                let _ended = stream.shutdown(std::net::Shutdown::Write);
            });
        }
    });
    let proxy = Proxy::start(HERE, THERE, [port], weather).unwrap();
    let stream = TcpStream::connect((HERE, port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    (proxy, stream)
}

fn ask(stream: &mut TcpStream, length: usize) -> Duration {
    let began = Instant::now();
    stream.write_all(&vec![7; length]).unwrap();
    stream.read_exact(&mut vec![0; length]).unwrap();
    began.elapsed()
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn a_byte_travels_for_the_delay_each_way_and_opening_costs_a_round_trip_more() {
    let (proxy, mut stream) = echo(Weather { delay: ms(100), rate: None });
    let first = ask(&mut stream, 1);
    assert!(first >= ms(400), "{first:?}: one round trip to open, one to answer");
    // The last packet of the opening and the first byte travel together.
    assert!(first < ms(490), "{first:?}: half a round trip too many");
    proxy.set_weather(Weather { delay: ms(30), rate: None });
    let second = ask(&mut stream, 1);
    assert!(second >= ms(60), "{second:?}");
    assert_eq!((proxy.connections(), proxy.bytes(Way::ToServer), proxy.bytes(Way::ToClient)), (1, 2, 2));
}

#[test]
fn many_bytes_are_on_their_way_at_once() {
    let (_proxy, mut stream) = echo(Weather { delay: ms(30), rate: None });
    ask(&mut stream, 1);
    let mut writing = stream.try_clone().unwrap();
    let began = Instant::now();
    std::thread::spawn(move || writing.write_all(&vec![1; 500_000]).unwrap());
    stream.read_exact(&mut vec![0; 500_000]).unwrap();
    assert!(began.elapsed() < ms(1500), "{:?}: not one block a round trip", began.elapsed());
}

#[test]
fn the_rate_is_that_of_the_line() {
    let (_proxy, mut stream) = echo(Weather { delay: ms(0), rate: Some(1_000_000) });
    let mut writing = stream.try_clone().unwrap();
    let began = Instant::now();
    std::thread::spawn(move || writing.write_all(&vec![1; 300_000]).unwrap());
    stream.read_exact(&mut vec![0; 300_000]).unwrap();
    let took = began.elapsed();
    assert!(took >= ms(290), "{took:?}");
}

/// Sends through a line with a fault; gives the bytes that came back and how it ended.
fn hit(deed: Deed, way: Way) -> (usize, Result<usize, ErrorKind>) {
    let (proxy, mut stream) = echo(Weather::default());
    let fault = Fault { on: On::FirstPort, way, after_bytes: 1000, deed };
    proxy.inject(Fault { on: On::OtherPorts, ..fault });
    proxy.inject(fault);
    stream.set_read_timeout(Some(ms(500))).unwrap();
    stream.write_all(&[1; 3000]).unwrap();
    let mut got = 0;
    let end = loop {
        match stream.read(&mut [0; 256]) {
            Ok(0) => break Ok(0),
            Ok(read) => got += read,
            Err(error) => break Err(error.kind()),
        }
    };
    assert_eq!(
        proxy.faults_left(),
        [Fault { on: On::OtherPorts, ..fault }],
        "used once, and only where it fits"
    );
    (got, end)
}

#[test]
fn a_cut_ends_both_sides_after_exactly_so_many_bytes() {
    for way in [Way::ToServer, Way::ToClient] {
        let (got, end) = hit(Deed::Cut, way);
        assert_eq!(end, Ok(0), "{way:?}");
        // What the server sent back before it was cut off may be lost with the connection.
        assert!(got <= 1000 && (way == Way::ToServer || got == 1000), "{way:?}: {got}");
    }
}

#[test]
fn a_reset_is_seen_as_one() {
    for way in [Way::ToServer, Way::ToClient] {
        let (got, end) = hit(Deed::Reset, way);
        assert_eq!(end, Err(ErrorKind::ConnectionReset), "{way:?}");
        assert!(got <= 1000);
    }
}

#[test]
fn a_stall_and_a_loss_leave_the_connection_open_and_silent() {
    for deed in [Deed::Stall, Deed::Drop] {
        for way in [Way::ToServer, Way::ToClient] {
            assert_eq!(hit(deed, way), (1000, Err(ErrorKind::WouldBlock)), "{deed:?} {way:?}");
        }
    }
}

#[test]
fn a_fault_at_byte_0_hits_before_the_first_byte() {
    let (proxy, mut stream) = echo(Weather { delay: ms(20), rate: None });
    proxy.inject(Fault { on: On::Any, way: Way::ToServer, after_bytes: 0, deed: Deed::Cut });
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
}
