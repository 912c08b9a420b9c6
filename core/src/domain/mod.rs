//! The trade's rules: records in, verdicts out, each citing its number in the domain's rule book.

pub mod account;
pub mod audience;
pub mod bank;
pub mod binder;
pub mod co_owner_list;
pub mod credentials;
pub mod digest;
pub mod document;
pub mod expenses;
pub mod ids;
pub mod money;
pub mod options;
pub mod party;
pub mod records;
pub mod staff;
pub mod statement;
pub mod succession;
pub mod works_fund;
