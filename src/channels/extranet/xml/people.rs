//! Entities, staff, suppliers, parties with their access, buildings, holdings, leases: who is who, and where.

use std::io::{self, Write};

use publier_core::domain::binder::Status;
use publier_core::domain::ids::{AccountId, BuildingId, CoOwnerRecordId, PartyId};
use publier_core::domain::records::{
    Address, Building, Entity, Holding, Lease, Party, StaffMember, Supplier, Unit,
};

use super::{Xml, module_name, status_name};
use crate::settings::secret::Secret;

/// A party's access (D3-D5, D26).
#[derive(Debug)]
pub struct Access<'a> {
    /// Code accès.
    pub login: &'a str,
    /// Connexion autorisée.
    pub allowed: bool,
    /// The temporary password with its number of issue, while it is due.
    pub temporary_password: Option<(i64, &'a Secret)>,
}

impl<W: Write> Xml<W> {
    /// Writes an entity.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        self.xml
            .start("entity")?
            .attr_display("id", entity.id)
            .attr("code", &entity.code)
            .attr("module", module_name(entity.module))
            .attr("name", &entity.name);
        self.xml.end()
    }

    /// Writes a member of the staff (H2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn staff_member(&mut self, member: &StaffMember) -> io::Result<()> {
        self.xml
            .start("member")?
            .attr_display("id", member.id)
            .attr("name", &member.name)
            .attr_opt("job", member.job.as_deref())
            .attr_opt("email", member.email.as_deref())
            .attr_opt("phone", member.phone.as_deref());
        if let Some(entity) = member.entity {
            self.xml.attr_display("entity", entity);
        }
        self.xml.end()
    }

    /// Writes a supplier (H2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn supplier(&mut self, supplier: &Supplier) -> io::Result<()> {
        self.xml
            .start("supplier")?
            .attr_display("id", supplier.id)
            .attr("name", &supplier.name)
            .attr_opt("trade", supplier.trade.as_deref())
            .attr_opt("email", supplier.email.as_deref())
            .attr_opt("phone", supplier.phone.as_deref());
        self.address(&supplier.address)?;
        self.xml.end()
    }

    fn address(&mut self, address: &Address) -> io::Result<()> {
        if *address == Address::default() {
            return Ok(());
        }
        self.xml
            .start("postalAddress")?
            .attr_opt("postcode", address.postcode.as_deref())
            .attr_opt("city", address.city.as_deref());
        for line in &address.lines {
            self.xml.leaf("line", line)?;
        }
        self.xml.end()
    }

    /// Writes a party with its contacts, access and council records (section 8 of the rules).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn party(
        &mut self,
        party: &Party,
        emails: &[String],
        mobiles: &[String],
        access: Option<&Access<'_>>,
        records: &[(CoOwnerRecordId, BuildingId, Status)],
    ) -> io::Result<()> {
        self.xml
            .start("party")?
            .attr_display("id", party.id)
            .attr("code", &party.code)
            .attr("name", &party.display_name);
        self.address(&party.address)?;
        if let Some((latitude, longitude)) = party.position {
            self.xml.start("geo")?.attr_display("latitude", latitude).attr_display("longitude", longitude);
            self.xml.end()?;
        }
        for email in emails {
            self.xml.leaf("email", email)?;
        }
        for mobile in mobiles {
            self.xml.leaf("mobile", mobile)?;
        }
        if let Some(access) = access {
            self.access(access)?;
        }
        for (record, building, status) in records {
            self.xml
                .start("record")?
                .attr_display("id", record)
                .attr_display("building", building)
                .attr("status", status_name(*status));
            self.xml.end()?;
        }
        self.xml.end()
    }

    fn access(&mut self, access: &Access<'_>) -> io::Result<()> {
        self.xml.start("access")?.attr("login", access.login).attr_display("allowed", access.allowed);
        if let Some((issue, password)) = access.temporary_password {
            self.xml
                .start("temporaryPassword")?
                .attr_display("issue", issue)
                .attr("mustChange", "true")
                .text(password.expose());
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Writes a building with its bank account and units. `bank` is `None` when there is none to send, two empty
    /// texts to erase the former one (D16).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn building<'u>(
        &mut self,
        building: &Building,
        bank: Option<(&str, &str)>,
        units: impl IntoIterator<Item = &'u Unit>,
    ) -> io::Result<()> {
        self.xml
            .start("building")?
            .attr_display("id", building.id)
            .attr("code", &building.code)
            .attr("name", &building.name)
            .attr("label", &building.label)
            .attr_display("entity", building.entity);
        self.address(&building.address)?;
        if let Some((iban, bic)) = bank {
            self.xml.start("bank")?.attr("iban", iban).attr("bic", bic);
            self.xml.end()?;
        }
        for unit in units {
            self.xml
                .start("unit")?
                .attr_display("id", unit.id)
                .attr("number", &unit.number)
                .attr("kind", &unit.kind)
                .attr_display("main", unit.is_main);
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Writes a holding (C21).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn holding(
        &mut self,
        holding: &Holding,
        party: PartyId,
        account: Option<AccountId>,
    ) -> io::Result<()> {
        self.xml.start("holding")?.attr_display("party", party);
        if let Some(record) = holding.record {
            self.xml.attr_display("record", record);
        }
        if let Some(account) = account {
            self.xml.attr_display("account", account);
        }
        self.xml.attr_display("unit", holding.unit).attr_display("from", holding.from);
        if let Some(to) = holding.to {
            self.xml.attr_display("to", to);
        }
        self.xml.end()
    }

    /// Writes a lease between published accounts (C25).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn lease(&mut self, lease: &Lease, landlord: Option<AccountId>) -> io::Result<()> {
        self.xml.start("lease")?.attr_display("unit", lease.unit);
        if let Some(landlord) = landlord {
            self.xml.attr_display("landlord", landlord);
        }
        self.xml.attr_display("tenant", lease.tenant).attr_display("from", lease.from);
        if let Some(to) = lease.to {
            self.xml.attr_display("to", to);
        }
        self.xml.end()
    }
}
