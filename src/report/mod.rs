//! Listeners: the transfer log, the run report, the console.
