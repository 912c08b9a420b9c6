//! Writes `publication.xml` (schemas/publication.xsd), section by section, in the order of the contract.
//!
//! Promises: what is written in order is valid against the XSD; amounts have two decimals and a dot, dates are
//! ISO, instants UTC; the same records give the same bytes. Refuses nothing: what to send is decided before.
//! Limits: sections are opened and closed by [`Xml::section`], in the caller's order. What stands in them is written by
//! `people`, `books` and `documents`.

mod books;
mod documents;
mod people;

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use publier_core::domain::binder::Status;
use publier_core::domain::ids::BinderId;
use publier_core::domain::options::Module;

use crate::xml::{Mark, Writer};
pub use books::AccountHead;
pub use documents::DocumentEntry;
pub use people::Access;

/// The namespace of the contract.
pub const NAMESPACE: &str = "urn:publier:publication:1";
/// The version of the contract.
pub const SCHEMA: &str = "1.0";
/// The name of the XML inside the zip.
pub const ENTRY_NAME: &str = "publication.xml";

/// The attributes of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Series of the (channel, target) pair.
    pub series: String,
    /// Number of this publication in its series, from 1.
    pub sequence: u64,
    /// Number of the last delivered one.
    pub previous: Option<u64>,
    /// Id of this publication.
    pub id: String,
    /// The instant of its decisions.
    pub generated_at: DateTime<Utc>,
    /// `full`, `changes` or `removals`.
    pub mode: &'static str,
    /// Réf cabinet.
    pub agency_ref: Option<String>,
    /// Nom de domaine (A2).
    pub domain: String,
}

/// A writer of `publication.xml`.
#[derive(Debug)]
pub struct Xml<W: Write> {
    xml: Writer<W>,
}

fn module_name(module: Module) -> &'static str {
    match module {
        Module::Rental => "rental",
        Module::Condo => "condo",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Landlord => "landlord",
        Status::Tenant => "tenant",
        Status::CoOwner => "co_owner",
        Status::CouncilMember => "council_member",
        Status::CouncilPresident => "council_president",
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl<W: Write> Xml<W> {
    /// Opens the publication.
    ///
    /// # Errors
    /// When the output refuses; so do all the others.
    pub fn begin(out: W, header: &Header) -> io::Result<Self> {
        let mut xml = Writer::new(out);
        xml.start("publication")?
            .attr("xmlns", NAMESPACE)
            .attr("schema", SCHEMA)
            .attr("series", &header.series)
            .attr_display("sequence", header.sequence);
        if let Some(previous) = header.previous {
            xml.attr_display("previous", previous);
        }
        xml.attr("id", &header.id)
            .attr("generatedAt", &instant(header.generated_at))
            .attr("mode", header.mode)
            .attr_opt("agencyRef", header.agency_ref.as_deref())
            .attr("domain", &header.domain)
            .attr("balanceConvention", "debit-credit");
        Ok(Self { xml })
    }

    /// Opens a section; [`Xml::end`] closes it.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn section(&mut self, name: &'static str) -> io::Result<()> {
        self.xml.start(name).map(|_| ())
    }

    /// Opens the expenses, with the binder whose rights they take (E2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn expenses_section(&mut self, rights_from: BinderId) -> io::Result<()> {
        self.xml.start("expenses")?.attr_display("rightsFrom", rights_from);
        Ok(())
    }

    /// Opens the works funds, with the day they are stated for (F4).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn works_funds_section(&mut self, as_of: Option<NaiveDate>) -> io::Result<()> {
        self.xml.start("worksFunds")?;
        if let Some(as_of) = as_of {
            self.xml.attr_display("asOf", as_of);
        }
        Ok(())
    }

    /// Writes every section before the documents, empty: in a publication of removals alone they mean nothing.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn empty_bulk(&mut self) -> io::Result<()> {
        for name in [
            "entities",
            "staff",
            "suppliers",
            "parties",
            "buildings",
            "holdings",
            "leases",
            "accounts",
            "binders",
        ] {
            self.section(name)?;
            self.end()?;
        }
        self.works_funds_section(None)?;
        self.end()
    }

    /// Holds what follows back, so that it can be taken back: an account whose entries turn out to be unreadable.
    pub fn mark(&mut self) -> Mark {
        self.xml.mark()
    }

    /// Keeps what was written since a mark.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn keep(&mut self, mark: Mark) -> io::Result<()> {
        self.xml.keep(mark)
    }

    /// Takes back what was written since a mark.
    pub fn take_back(&mut self, mark: &Mark) {
        self.xml.take_back(mark);
    }

    /// Closes what was opened last.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn end(&mut self) -> io::Result<()> {
        self.xml.end()
    }

    /// Closes the publication. Returns the output and how many characters that XML forbids were replaced.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(self) -> io::Result<(W, usize)> {
        self.xml.finish()
    }
}
