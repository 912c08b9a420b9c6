//! The embedded FTPS and SFTP servers of the demo and of quick tests.
