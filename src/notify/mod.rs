//! Mail, webhook, ping: what leaves after a run.
