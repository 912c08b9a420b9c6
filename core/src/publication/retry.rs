//! The one retry policy: whether a failed transfer is tried again in this run, and after which pause.
//!
//! Promises: pure (the jitter and the time spent are arguments); a refused login, a refused identity and
//! whatever a person must settle are never tried again; the pauses double up to a bound and the run's
//! deadline is never passed by a pause. Adapters try once: only this policy repeats.

use std::time::Duration;

use crate::publication::reason::TransferReason;

/// How often, how far apart and for how long an operation is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries of one operation in all, the first one included.
    pub attempts: u32,
    /// The longest pause after the first failure; it doubles after each other one.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// No try begins later than this after the run's first one.
    pub run_deadline: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_mins(1),
            run_deadline: Duration::from_hours(2),
        }
    }
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Wait, then try again.
    After(Duration),
    /// The failure stands.
    Stop,
}

/// A part of a pause left to chance, so that several agents don't return together: 0 to 1000 per mille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Jitter(u32);

impl Jitter {
    /// Takes any number as a share: its remainder by 1001.
    pub fn from_noise(noise: u32) -> Self {
        Self(noise % 1001)
    }
}

impl RetryPolicy {
    /// A policy that never tries twice.
    pub fn once() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Decides after the try number `failed` (from 1) failed for `reason`, `spent` after the run's first try.
    pub fn after(&self, reason: TransferReason, failed: u32, spent: Duration, jitter: Jitter) -> Retry {
        let pause = self.pause(failed, jitter);
        let in_time = spent.checked_add(pause).is_some_and(|begin| begin <= self.run_deadline);
        if is_worth_retrying(reason) && failed < self.attempts && in_time {
            Retry::After(pause)
        } else {
            Retry::Stop
        }
    }

    /// The pause after a failure: between half of the doubling bound and the whole of it.
    fn pause(&self, failed: u32, jitter: Jitter) -> Duration {
        let doublings = failed.saturating_sub(1).min(20);
        let bound = self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause);
        let half = bound / 2;
        half + half.saturating_mul(jitter.0) / 1000
    }
}

/// Tells whether the same operation, tried again within the run, can end otherwise. An interruption ends the
/// run, and a file that changed no longer has the digest its name bears: both wait for another run.
pub fn is_worth_retrying(reason: TransferReason) -> bool {
    reason.is_transient() && !matches!(reason, TransferReason::Interrupted | TransferReason::LocalFileChanged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 4,
        first_pause: Duration::from_secs(2),
        longest_pause: Duration::from_secs(6),
        run_deadline: Duration::from_secs(100),
    };

    #[test]
    fn pauses_double_up_to_their_bound() {
        let full = Jitter::from_noise(1000);
        let pause = |failed| POLICY.after(TransferReason::TimedOut, failed, Duration::ZERO, full);
        assert_eq!(pause(1), Retry::After(Duration::from_secs(2)));
        assert_eq!(pause(2), Retry::After(Duration::from_secs(4)));
        assert_eq!(pause(3), Retry::After(Duration::from_secs(6)));
        assert_eq!(pause(4), Retry::Stop);
    }

    #[test]
    fn a_refused_login_is_never_tried_again() {
        for reason in [
            TransferReason::AuthenticationRefused,
            TransferReason::LoginPaused,
            TransferReason::HostKeyChanged,
            TransferReason::HostKeyUnknown,
            TransferReason::CertificateRefused,
            TransferReason::CertificateChanged,
            TransferReason::PermissionDenied,
            TransferReason::Interrupted,
            TransferReason::LocalFileChanged,
        ] {
            assert_eq!(POLICY.after(reason, 1, Duration::ZERO, Jitter::default()), Retry::Stop, "{reason}");
        }
    }

    #[test]
    fn no_try_begins_after_the_run_s_deadline() {
        let spent = Duration::from_secs(99);
        let decided = POLICY.after(TransferReason::TimedOut, 1, spent, Jitter::from_noise(1000));
        assert_eq!(decided, Retry::Stop);
    }

    #[test]
    fn a_policy_of_one_try_never_repeats_what_the_usual_one_does() {
        let after = |policy: RetryPolicy| {
            policy.after(TransferReason::TimedOut, 1, Duration::ZERO, Jitter::from_noise(1000))
        };
        assert_eq!(after(RetryPolicy::once()), Retry::Stop);
        assert_eq!(after(RetryPolicy::default()), Retry::After(RetryPolicy::default().first_pause));
    }

    proptest! {
        #[test]
        fn a_pause_stays_between_half_its_bound_and_its_bound(failed in 1_u32..100_000, noise: u32) {
            let pause = POLICY.pause(failed, Jitter::from_noise(noise));
            prop_assert!(pause >= POLICY.first_pause / 2 && pause <= POLICY.longest_pause);
        }
    }
}
