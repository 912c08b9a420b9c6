//! The agency itself: its options, users, schedule, binders and templates.

use rusqlite::params;

use super::Maker;

/// A binder: code, module, name, then its rights (landlord, tenant, co-owner, member, president).
type Binder = (&'static str, &'static str, &'static str, [i64; 5]);

const BINDERS: &[Binder] = &[
    ("LETTERS_RENTAL", "rental", "Courriers", [1, 1, 0, 0, 0]),
    ("STATEMENTS_RENTAL", "rental", "Relevés de gérance", [1, 0, 0, 0, 0]),
    ("RECEIPTS_RENTAL", "rental", "Quittances", [0, 1, 0, 0, 0]),
    ("LEASES_RENTAL", "rental", "Baux", [1, 1, 0, 0, 0]),
    ("WORKS_RENTAL", "rental", "Travaux", [1, 0, 0, 0, 0]),
    ("MISC_RENTAL", "rental", "Divers", [1, 1, 0, 0, 0]),
    ("MEETINGS", "condo", "Assemblées Générales", [0, 0, 1, 1, 1]),
    ("MAINTENANCE", "condo", "Carnet d’entretien", [0, 0, 1, 1, 1]),
    ("COUNCIL", "condo", "Conseil syndical", [0, 0, 0, 1, 1]),
    ("CONTRACT", "condo", "Contrat syndical", [0, 0, 1, 1, 1]),
    ("LETTERS_CONDO", "condo", "Courriers", [0, 0, 1, 1, 1]),
    ("MISC_CONDO", "condo", "Divers", [0, 0, 1, 1, 1]),
    ("INVOICES", "condo", "Factures", [0, 0, 0, 1, 1]),
    ("BYLAWS", "condo", "Règlement de copropriété", [0, 0, 1, 1, 1]),
];

/// A template: name, binder, whether its readers are told.
pub(super) type Template = (&'static str, &'static str, i64);

/// The templates of the rental module, then those of the condo module; their ids run from 1.
pub(super) const TEMPLATES: [&[Template]; 2] = [
    &[
        ("Courrier", "LETTERS_RENTAL", 1),
        ("Relevé de gérance", "STATEMENTS_RENTAL", 0),
        ("Bail", "LEASES_RENTAL", 0),
        ("Divers", "MISC_RENTAL", 0),
    ],
    &[
        ("Courrier", "LETTERS_CONDO", 1),
        ("Convocation", "MEETINGS", 1),
        ("Procès-verbal", "MEETINGS", 1),
        ("Carnet d’entretien", "MAINTENANCE", 0),
        ("Divers", "MISC_CONDO", 0),
    ],
];

/// Finds a binder's id.
pub(super) fn binder(code: &str) -> i64 {
    let at = BINDERS.iter().position(|(known, ..)| *known == code);
    at.and_then(|at| i64::try_from(at + 1).ok()).unwrap_or_default()
}

/// Inserts the agency's own rows.
pub(super) fn settings(maker: &Maker<'_>) -> anyhow::Result<()> {
    let db = maker.db;
    let (name, seed) = (maker.size.name, maker.seed);
    db.execute(
        "INSERT INTO agency (id, name, agency_ref, domain_name, licence_valid, address_1, postcode, city, phone, email)
         VALUES (1, ?1, ?2, ?3, 1, '1, place du Pressoir', '54000', 'NANCY', '03 53 01 00 00', 'contact@example.org')",
        params![format!("AGENCE {name} {seed}").to_uppercase(), seed.to_string(), format!("agence-{name}")],
    )?;
    db.execute_batch(
        "INSERT INTO app_user (id, login, initials, name, receives_system_messages) VALUES
             (1, 'AA', 'AA', 'Adèle ACCUEIL', 1), (2, 'BB', 'BB', 'Benoît BUREAU', 0);
         INSERT INTO scheduled_service (name, active) VALUES ('pi_sys_publier_xml', 1);
         INSERT INTO schedule_slot (service_name, weekday, local_time) VALUES
             ('pi_sys_publier_xml', 1, '06:00'), ('pi_sys_publier_xml', 3, '06:00'), ('pi_sys_publier_xml', 5, '06:00');
         INSERT INTO extranet_settings (id, group_bank_landlord, exclude_not_remitted, send_expenses, send_102)
             VALUES (1, 1, 1, 1, 1);
         INSERT INTO journal (code, name, is_bank) VALUES
             ('BQ', 'Banque', 1), ('OD', 'Opérations diverses', 0), ('AF', 'Appels de fonds', 0), ('QT', 'Quittancement', 0);
         INSERT INTO analytic_account (code, name, not_remitted) VALUES
             ('47Prov', 'Provisions non reversées', 1), ('10Loyer', 'Loyers', 0);
         INSERT INTO staff_member (id, name, job, email, phone, entity_id) VALUES
             (1, 'Adèle ACCUEIL', 'Accueil', 'accueil@example.org', '03 53 01 00 01', NULL),
             (2, 'Benoît BUREAU', 'Gestionnaire', 'gestion@example.org', '03 53 01 00 02', 1);
         INSERT INTO supplier (id, name, trade, email, phone, address_1, postcode, city, published) VALUES
             (1, 'Plomberie du Coteau', 'Plomberie', 'plomberie@example.org', '03 53 01 10 01', '6, rue du Coteau', '54000', 'NANCY', 1),
             (2, 'Ascenseurs de la Treille', 'Ascenseurs', 'ascenseurs@example.org', '03 53 01 10 02', NULL, NULL, NULL, 1);
         INSERT INTO case_file (id, number, reference, case_type, opened_on, entity_id) VALUES
             (1, '0152', '15', 'Sinistre', '2022-01-27', 2);",
    )?;
    let mut binders = db.prepare(
        "INSERT INTO binder (id, code, module, name, right_landlord, right_tenant, right_co_owner,
             right_council_member, right_council_president) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (code, module, name, [landlord, tenant, co_owner, member, president]) in BINDERS {
        binders.execute(params![
            binder(code),
            code,
            module,
            name,
            landlord,
            tenant,
            co_owner,
            member,
            president
        ])?;
    }
    let mut templates = db.prepare(
        "INSERT INTO event_template (id, code, name, binder_id, notify) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (id, (name, code, notify)) in (1_i64..).zip(TEMPLATES.into_iter().flatten()) {
        templates.execute(params![id, format!("M{id:02}"), name, binder(code), notify])?;
    }
    Ok(())
}
