//! The limit on what leaves: one for all connections of a round, at its hours.

use publier::transfer::courier::pool::Pool;
use publier_core::schedule::{BandwidthLimit, Hours};

use super::*;
use crate::support::flow::Hand;

const KIB: u64 = 1024;

/// Sends eight files of 300 KiB over four connections at this time of Paris; how long it took, on the runtime's clock.
async fn send_at(now: &str) -> (Duration, u64) {
    let server = MemoryServer::with_folder(&RemotePath::new("/depot").unwrap());
    let (heard, local) = (Arc::new(Heard::default()), tempfile::tempdir().unwrap());
    let limit = BandwidthLimit {
        hours: Hours::read("08:00-19:00").unwrap(),
        days: vec![2],
        bytes_per_second: 200 * KIB,
    };
    let deposit = RemotePath::new("/depot").unwrap();
    let clock = Arc::new(Hand::at(now));
    let dispatch =
        Dispatch::new(Arc::new(server.clone()), deposit, RetryPolicy::once(), clock, heard.clone());
    let mut pool = Pool::new(dispatch.with_limits(vec![limit]), 4);
    let content = noise(300 * 1024);
    for ticket in 0..8 {
        let path = local.path().join(ticket.to_string());
        fs::write(&path, &content).unwrap();
        let remote = RemotePath::new(format!("/depot/{ticket}.zip")).unwrap();
        let size_bytes = content.len() as u64;
        pool.submit(ticket, Parcel { local: path, remote, size_bytes, digest: sha256(&content) });
    }
    let began = tokio::time::Instant::now();
    while let Some((ticket, result)) = pool.next().await {
        assert!(result.is_ok(), "{ticket}: {result:?}");
    }
    let took = began.elapsed();
    pool.close().await;
    assert_eq!((server.files().len(), heard.progress_bytes()), (8, 8 * 300 * KIB));
    (took, server.connections())
}

#[tokio::test(start_paused = true)]
async fn all_connections_together_stay_below_the_limit_of_the_hour() {
    let (took, connections) = send_at("2026-11-24T10:00:00+01:00").await;
    assert_eq!(connections, 4);
    let due = Duration::from_secs(12);
    assert!(took + Duration::from_millis(200) > due && took < due + Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn outside_those_hours_the_line_decides() {
    let (took, _) = send_at("2026-11-24T19:00:00+01:00").await;
    assert!(took < Duration::from_millis(100), "{took:?}");
}
