//! The suite of flow: the whole job, from the agency's database to files on a server, by the library and by the real
//! program.

mod bad_input;
mod capture;
mod days;
mod demo;
mod dry_run;
mod economy;
mod hold;
mod kill;
mod life;
mod lists;
mod reader;
mod receipts;
mod resume;
mod rules;
mod targets;
mod unwritten;
mod wire;
