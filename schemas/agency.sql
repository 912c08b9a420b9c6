-- agency.sql: the back office's database, as the agent reads it.
--
-- What this file promises
--   * The agent reads these NAMES, whether they are tables or views. A back office that stores its data
--     differently maps its own tables with views of the same names and columns; nothing else is asked of it.
--     At start the agent checks that every table and column below exists with the type given here, and names
--     what is missing. PRAGMA user_version is not used.
--   * The agent writes few rows, each in its own short transaction and idempotent by a unique key: `message`
--     (run_id, user_id); rows of `event`, `attachment` and `building_document` with origin = 'agent' and an
--     `agent_key`; the two dates of `listing`; and what a member of staff asks for by command (publication
--     dates, flags, rights, logins, schedule). Where the name is a view that can't be written, that function
--     is unavailable and the verification tool says which one.
--   * The database is expected in WAL mode, so that a publication never blocks the back office.
--   * Passwords and addresses of servers never stand here: they belong to the machine's agent.toml.
--
-- Conventions
--   * `*_cents`: integer cents of a euro. Amounts are signed only where a comment says so.
--   * Dates: TEXT, 'YYYY-MM-DD', agency's local calendar; the back office's 00/00/00 is NULL. Instants: TEXT,
--     'YYYY-MM-DDTHH:MM:SSZ' (UTC). Times of day: TEXT, 'HH:MM', Europe/Paris.
--   * Booleans: INTEGER, 0 or 1. Text: UTF-8, NFC.
--   * Each comment gives the French term of the back office, then the unit or values, then the number of the
--     rule that uses it (A1 ... J20).
--   * CHECKs guard the form of a value. What a trade rule judges (a login missing, a SIRET with a wrong key, a
--     binder's rights with a hole...) is left to the agent, which reports it with its rule.


-- ---------------------------------------------------------------------------------------------------------
-- 1. Agency, users, messages, schedule, settings
-- ---------------------------------------------------------------------------------------------------------

-- Cabinet: the one agency this database belongs to. A1, A2, I3
CREATE TABLE agency (
    id             INTEGER PRIMARY KEY CHECK (id = 1),                           -- always 1
    name           TEXT NOT NULL,                                                -- nom du cabinet, as printed on lists and in grouped labels; D28, G3
    agency_ref     TEXT,                                                         -- référence du cabinet chez l'éditeur (publication/@agencyRef)
    domain_name    TEXT,                                                         -- nom de domaine de l'extranet; one DNS label; NULL = not set yet; A2
    licence_valid  INTEGER NOT NULL DEFAULT 0 CHECK (licence_valid IN (0, 1)),   -- licence extranet validée; nothing is sent without it; A1
    siret          TEXT,                                                         -- SIRET (variable courrier no 21); 14 digits expected, checked by the agent; I3
    address_1      TEXT,                                                         -- adresse, ligne 1
    address_2      TEXT,                                                         -- adresse, ligne 2
    postcode       TEXT,                                                         -- code postal
    city           TEXT,                                                         -- ville
    phone          TEXT,                                                         -- téléphone professionnel
    email          TEXT                                                          -- courriel professionnel
) STRICT;

-- Utilisateur du logiciel métier: who may receive the run's report. A6, G3
CREATE TABLE app_user (
    id                        INTEGER PRIMARY KEY,
    login                     TEXT NOT NULL UNIQUE,                              -- identifiant dans le logiciel métier (not an extranet login)
    initials                  TEXT NOT NULL,                                     -- initiales, printed on lists; G3
    name                      TEXT NOT NULL,                                     -- nom
    receives_system_messages  INTEGER NOT NULL DEFAULT 0 CHECK (receives_system_messages IN (0, 1)) -- reçoit les messages « système »; A6
) STRICT;

-- Messagerie interne: one message per run and user. Written by the agent. A6
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    run_id      TEXT NOT NULL,                                                   -- identifiant du passage de l'agent
    user_id     INTEGER NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,     -- destinataire
    created_at  TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]*Z'), -- date et heure; UTC
    subject     TEXT NOT NULL,                                                   -- objet; the result comes first
    body        TEXT NOT NULL,                                                   -- texte; never a secret
    read_at     TEXT CHECK (read_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]*Z'), -- lu le; UTC; NULL = unread
    UNIQUE (run_id, user_id)
) STRICT;

-- Service système: `pi_sys_publier_xml` is the publication's. A3
CREATE TABLE scheduled_service (
    name    TEXT PRIMARY KEY NOT NULL,                                           -- nom du service, e.g. pi_sys_publier_xml; A3
    active  INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1))                  -- service actif; A3
) STRICT;

-- Créneau de publication: a weekday and a local time. A4
CREATE TABLE schedule_slot (
    service_name  TEXT NOT NULL REFERENCES scheduled_service (name) ON DELETE CASCADE ON UPDATE CASCADE, -- service
    weekday       INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),              -- jour; Monday = 1 ... Sunday = 7; A4
    local_time    TEXT NOT NULL CHECK (local_time GLOB '[0-2][0-9]:[0-5][0-9]' AND local_time < '24:00'), -- heure locale; HH:MM, Europe/Paris; A4
    PRIMARY KEY (service_name, weekday, local_time)
) STRICT;

-- Paramètres « publication service client »: one row. Every option is off by default unless said.
CREATE TABLE extranet_settings (
    id                       INTEGER PRIMARY KEY CHECK (id = 1),                 -- always 1
    group_bank_landlord      INTEGER NOT NULL DEFAULT 0 CHECK (group_bank_landlord IN (0, 1)),   -- Regrouper les écritures de trésorerie (Propriétaire); D14
    group_bank_tenant        INTEGER NOT NULL DEFAULT 0 CHECK (group_bank_tenant IN (0, 1)),     -- Regrouper les écritures de trésorerie (Locataire); D14
    group_bank_co_owner      INTEGER NOT NULL DEFAULT 0 CHECK (group_bank_co_owner IN (0, 1)),   -- Regrouper les écritures de trésorerie (Copropriétaire); D14
    group_by_tenant          INTEGER NOT NULL DEFAULT 0 CHECK (group_by_tenant IN (0, 1)),       -- ne pas regrouper les règlements de deux locataires du même jour; D29
    exclude_not_remitted     INTEGER NOT NULL DEFAULT 0 CHECK (exclude_not_remitted IN (0, 1)),  -- Exclure les analytiques non reversés aux propriétaires; D15, D27
    use_attachment_names     INTEGER NOT NULL DEFAULT 0 CHECK (use_attachment_names IN (0, 1)),  -- Utiliser le nom des pièces jointes (global; or-ed with the template's); C8, C9
    attachment_title         TEXT NOT NULL DEFAULT 'neutral' CHECK (attachment_title IN ('neutral', 'number', 'subject')), -- titre par défaut d'une pièce jointe; C7
    withhold_bank_details    INTEGER NOT NULL DEFAULT 0 CHECK (withhold_bank_details IN (0, 1)), -- Ne pas envoyer les coordonnées bancaires des copropriétés; D16
    send_expenses            INTEGER NOT NULL DEFAULT 0 CHECK (send_expenses IN (0, 1)),         -- Envoyer la liste des dépenses; E1, E6
    send_102                 INTEGER NOT NULL DEFAULT 0 CHECK (send_102 IN (0, 1)),              -- Envoyer les comptes 102xxx dans les fonds travaux; F2
    inactivate_on_notice     INTEGER NOT NULL DEFAULT 0 CHECK (inactivate_on_notice IN (0, 1)),  -- Inactiver les locataires à l'enregistrement du préavis; D9
    inactivate_on_move_out   INTEGER NOT NULL DEFAULT 0 CHECK (inactivate_on_move_out IN (0, 1)),-- Inactiver les locataires à l'enregistrement du départ; D10
    inactivate_sellers       INTEGER NOT NULL DEFAULT 0 CHECK (inactivate_sellers IN (0, 1)),    -- Inactiver les vendeurs à l'enregistrement d'une mutation; D11
    resend_on_change         INTEGER NOT NULL DEFAULT 1 CHECK (resend_on_change IN (0, 1)),      -- renvoyer un document dont le contenu change; on by default; C4
    normalize_rights         INTEGER NOT NULL DEFAULT 0 CHECK (normalize_rights IN (0, 1)),      -- compléter les droits des classeurs vers la droite; B5
    write_run_log            INTEGER NOT NULL DEFAULT 0 CHECK (write_run_log IN (0, 1)),         -- Activer log (réservé à l'assistance); A7, A11
    write_winscp_xml         INTEGER NOT NULL DEFAULT 0 CHECK (write_winscp_xml IN (0, 1)),      -- Log WinScp en XML (réservé à l'assistance); A8, A11
    co_owner_list_number     INTEGER CHECK (co_owner_list_number > 0),           -- Numéro pour la création du document sur l'immeuble; NULL = not set; G1
    co_owner_list_template_id INTEGER REFERENCES event_template (id),            -- Modèle d'événement pour archivage de la liste; NULL = not set; G1, G7
    condo_statement_template_id  INTEGER REFERENCES event_template (id),         -- Modèle d'événement des extraits de compte (Syndic); NULL = not set; C16
    rental_statement_template_id INTEGER REFERENCES event_template (id),         -- Modèle d'événement des extraits de compte (Gérance); NULL = not set; C16
    list_initials            TEXT,                                               -- initiales imprimées par le service sur les listes refaites; G3, G8
    expense_roots            TEXT NOT NULL DEFAULT '6,472',                      -- racines des comptes de dépenses, comma separated prefixes; E4
    works_fund_roots         TEXT NOT NULL DEFAULT '105',                        -- racines des fonds de travaux, prefixes; F1
    voted_works_roots        TEXT NOT NULL DEFAULT '102',                        -- racines des provisions pour travaux décidés, prefixes; F2
    working_capital_roots    TEXT NOT NULL DEFAULT '103',                        -- racines des avances (fonds de roulement), prefixes; G4
    full_index_weekday       INTEGER CHECK (full_index_weekday BETWEEN 1 AND 7), -- jour de l'inventaire complet hebdomadaire; Monday = 1; NULL = never; A5
    landlord_sees_tenant_accounts  INTEGER NOT NULL DEFAULT 0 CHECK (landlord_sees_tenant_accounts IN (0, 1)),  -- option du site (vue sur les comptes des locataires): only `preview` reads it; D19, C25
    landlord_sees_tenant_documents INTEGER NOT NULL DEFAULT 0 CHECK (landlord_sees_tenant_documents IN (0, 1)) -- option du site (vue sur les documents des locataires): only `preview` reads it; C25
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 2. Entities, parties, staff, suppliers
-- ---------------------------------------------------------------------------------------------------------

-- Entité: a book of accounts, of one module (gérance or syndic). B1, C22, D16
CREATE TABLE entity (
    id      INTEGER PRIMARY KEY,
    code    TEXT NOT NULL UNIQUE,                                                -- code entité, e.g. G001, S038
    module  TEXT NOT NULL CHECK (module IN ('rental', 'condo')),                 -- module: gérance or syndic; B1
    name    TEXT NOT NULL,                                                       -- nom de l'entité
    iban    TEXT,                                                                -- IBAN de la fiche entité; used where the building has none; D16
    bic     TEXT                                                                 -- BIC de la fiche entité; D16
) STRICT;

-- Tiers, identité: a person or a company, once, whatever its roles. D3, D4, D26, H1-H4
-- Birth dates, income, notes and a client's own IBAN are left out on purpose: the agent never reads them.
CREATE TABLE party (
    id                        INTEGER PRIMARY KEY,
    code                      TEXT NOT NULL UNIQUE,                              -- code tiers, e.g. YALOXECORTONDENISE
    title                     TEXT,                                              -- civilité: Monsieur, Madame, Madame et Monsieur...
    surname                   TEXT NOT NULL,                                     -- nom; the co-owner list is sorted by it; G4
    first_name                TEXT,                                              -- prénom
    display_name              TEXT NOT NULL,                                     -- nom affiché, without the civility, e.g. YALOXE CORTON Denise
    address_1                 TEXT,                                              -- adresse postale, ligne 1
    address_2                 TEXT,                                              -- adresse postale, ligne 2
    postcode                  TEXT,                                              -- code postal
    city                      TEXT,                                              -- ville
    latitude                  REAL,                                              -- géolocalisation; decimal degrees, north positive
    longitude                 REAL,                                              -- géolocalisation; decimal degrees, east positive
    login                     TEXT UNIQUE,                                       -- Code accès; NULL = none given yet; never recomputed; D3, D4
    temporary_password        TEXT,                                              -- Mot de passe temporaire, of the first connexion only; the back office's copy; D5
    temporary_password_issue  INTEGER NOT NULL DEFAULT 0 CHECK (temporary_password_issue >= 0), -- numéro d'émission du mot de passe; 0 = never issued; D5, D26
    temporary_password_set_on TEXT CHECK (temporary_password_set_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]') -- date d'émission; advice after 30 days; D5
) STRICT;

-- E-mails personnels d'un tiers, in order. H1
CREATE TABLE party_email (
    id        INTEGER PRIMARY KEY,
    party_id  INTEGER NOT NULL REFERENCES party (id) ON DELETE CASCADE,          -- tiers
    position  INTEGER NOT NULL CHECK (position >= 1),                            -- ordre d'affichage, from 1
    email     TEXT NOT NULL,                                                     -- adresse e-mail
    UNIQUE (party_id, position)
) STRICT;

-- Téléphones mobiles d'un tiers, in order. H1
CREATE TABLE party_mobile (
    id        INTEGER PRIMARY KEY,
    party_id  INTEGER NOT NULL REFERENCES party (id) ON DELETE CASCADE,          -- tiers
    position  INTEGER NOT NULL CHECK (position >= 1),                            -- ordre d'affichage, from 1
    mobile    TEXT NOT NULL,                                                     -- numéro de mobile
    UNIQUE (party_id, position)
) STRICT;

-- Collaborateur de l'agence: professional contact, always sent; its credentials are the site's. H1, H2
CREATE TABLE staff_member (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,                                                    -- nom
    job        TEXT,                                                             -- fonction
    email      TEXT,                                                             -- courriel professionnel
    phone      TEXT,                                                             -- téléphone professionnel
    entity_id  INTEGER REFERENCES entity (id)                                    -- entité suivie; NULL = the whole agency
) STRICT;

-- Fournisseur (« Nos partenaires »): sent when flagged. H2
CREATE TABLE supplier (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,                                                    -- raison sociale
    trade      TEXT,                                                             -- métier
    email      TEXT,                                                             -- courriel professionnel
    phone      TEXT,                                                             -- téléphone professionnel
    address_1  TEXT,                                                             -- adresse
    postcode   TEXT,                                                             -- code postal
    city       TEXT,                                                             -- ville
    published  INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1))            -- à publier sur l'extranet; H2
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 3. Buildings, units, co-owner records, accounts, holdings, leases, transfers
-- ---------------------------------------------------------------------------------------------------------

-- Immeuble. C14, D16
CREATE TABLE building (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,                                             -- code immeuble, e.g. GILBERT; printed before a unit's number; G4
    name       TEXT NOT NULL,                                                    -- nom, as printed in the list's head; G3
    label      TEXT NOT NULL,                                                    -- libellé affiché dans « Concerne », e.g. Bâtiment 8 - GILBERT; C14
    entity_id  INTEGER NOT NULL REFERENCES entity (id),                          -- entité qui administre l'immeuble
    address_1  TEXT,                                                             -- adresse, ligne 1
    address_2  TEXT,                                                             -- adresse, ligne 2
    postcode   TEXT,                                                             -- code postal
    city       TEXT,                                                             -- ville
    iban       TEXT,                                                             -- IBAN du syndicat; NULL = the entity's; D16
    bic        TEXT                                                              -- BIC du syndicat; D16
) STRICT;

-- Lot. F4, G4
CREATE TABLE unit (
    id           INTEGER PRIMARY KEY,
    building_id  INTEGER NOT NULL REFERENCES building (id),                      -- immeuble
    number       TEXT NOT NULL,                                                  -- numéro de lot, kept as text: 012, 069
    kind         TEXT NOT NULL,                                                  -- nature: Appartement, Cave, Parking...
    is_main      INTEGER NOT NULL DEFAULT 0 CHECK (is_main IN (0, 1)),           -- lot principal
    position     INTEGER NOT NULL DEFAULT 0,                                     -- ordre d'affichage du lot chez son détenteur, ascending; G4
    UNIQUE (building_id, number)
) STRICT;

-- Fiche copropriétaire: a party in one building; a party may have several. B5, D23, G4, G9, H4
CREATE TABLE co_owner_record (
    id                 INTEGER PRIMARY KEY,
    party_id           INTEGER NOT NULL REFERENCES party (id),                   -- tiers
    building_id        INTEGER NOT NULL REFERENCES building (id),                -- immeuble
    label              TEXT NOT NULL,                                            -- libellé de la fiche
    council_member     INTEGER NOT NULL DEFAULT 0 CHECK (council_member IN (0, 1)),    -- membre du conseil syndical; B5, G9
    council_president  INTEGER NOT NULL DEFAULT 0 CHECK (council_president IN (0, 1)), -- président du conseil syndical; B5, G9
    resident           INTEGER NOT NULL DEFAULT 0 CHECK (resident IN (0, 1))     -- résidant dans l'immeuble; G4
) STRICT;

-- Compte: the unit of publication. D1, D2, D21-D25
CREATE TABLE account (
    id                    INTEGER PRIMARY KEY,
    entity_id             INTEGER NOT NULL REFERENCES entity (id),               -- code entité
    number                TEXT NOT NULL,                                         -- numéro comptable, e.g. 411ALOXECO
    label                 TEXT NOT NULL,                                         -- libellé comptable
    party_id              INTEGER REFERENCES party (id),                         -- tiers principal; NULL = not linked to an identity, can't be flagged; D2, D17
    role                  TEXT NOT NULL CHECK (role IN ('landlord', 'tenant', 'co_owner', 'other')), -- propriétaire, locataire, copropriétaire, autre
    co_owner_record_id    INTEGER REFERENCES co_owner_record (id),               -- fiche copropriétaire dont c'est un (sous-)compte; D23
    published             INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)),-- case « Service client » cochée; D1
    validated             INTEGER NOT NULL DEFAULT 1 CHECK (validated IN (0, 1)),-- Compte validé; D25
    available_from        TEXT CHECK (available_from GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- Recherche disponible à partir du; NULL = first entry; D12, D21
    opening_mode          TEXT NOT NULL DEFAULT 'carry_forward' CHECK (opening_mode IN ('carry_forward', 'opening_balance')), -- « Report à nouveau » / « Reprise en solde »; D22
    stored_balance_cents  INTEGER,                                               -- solde enregistré; signed, debit - credit, of the full ledger; NULL = not kept; D18
    UNIQUE (entity_id, number)
) STRICT;

-- Détention d'un lot: by a co-owner record or by a landlord's account, dated. C21, F5, H1
CREATE TABLE holding (
    id                   INTEGER PRIMARY KEY,
    co_owner_record_id   INTEGER REFERENCES co_owner_record (id),                -- fiche copropriétaire qui détient le lot
    landlord_account_id  INTEGER REFERENCES account (id),                        -- compte du propriétaire bailleur qui détient le lot
    account_id           INTEGER REFERENCES account (id),                        -- compte qui porte les charges du lot; a seller who keeps a unit on it stays active; D11
    unit_id              INTEGER NOT NULL REFERENCES unit (id),                  -- lot
    held_from            TEXT NOT NULL CHECK (held_from GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- détenu depuis le, included; C21
    held_to              TEXT CHECK (held_to GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),            -- détenu jusqu'au, included; NULL = still held; C21
    CHECK ((co_owner_record_id IS NULL) <> (landlord_account_id IS NULL))
) STRICT;

-- Bail: landlord - unit - tenant, dated. C21, C25, D9, D10, D19
CREATE TABLE lease (
    id                      INTEGER PRIMARY KEY,
    unit_id                 INTEGER NOT NULL REFERENCES unit (id),               -- lot loué
    landlord_account_id     INTEGER NOT NULL REFERENCES account (id),            -- compte du propriétaire bailleur
    tenant_account_id       INTEGER NOT NULL REFERENCES account (id),            -- compte du locataire
    starts_on               TEXT NOT NULL CHECK (starts_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- début du bail, included; C21
    ends_on                 TEXT CHECK (ends_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),             -- fin du bail, included; NULL = running; C21
    notice_recorded_on      TEXT CHECK (notice_recorded_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),  -- préavis enregistré le; NULL = none or cancelled; D9
    move_out_recorded_on    TEXT CHECK (move_out_recorded_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),-- départ enregistré le; NULL = none; D10
    security_deposit_cents  INTEGER CHECK (security_deposit_cents >= 0)          -- dépôt de garantie (DG) de la fiche locataire; cents; J8
) STRICT;

-- Mutation: the transfer of one unit from a seller's record to a buyer's. D11, F5, G5
CREATE TABLE ownership_transfer (
    id                INTEGER PRIMARY KEY,
    unit_id           INTEGER NOT NULL REFERENCES unit (id),                     -- lot vendu
    seller_record_id  INTEGER NOT NULL REFERENCES co_owner_record (id),          -- fiche du vendeur
    buyer_record_id   INTEGER NOT NULL REFERENCES co_owner_record (id),          -- fiche de l'acquéreur
    recorded_on       TEXT NOT NULL CHECK (recorded_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de saisie: the trigger; D11
    effective_on      TEXT NOT NULL CHECK (effective_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]') -- date de jouissance
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 4. Ledger, expenses, works funds
-- ---------------------------------------------------------------------------------------------------------

-- Journal comptable. D14
CREATE TABLE journal (
    code     TEXT PRIMARY KEY NOT NULL,                                          -- code journal
    name     TEXT NOT NULL,                                                      -- nom
    is_bank  INTEGER NOT NULL DEFAULT 0 CHECK (is_bank IN (0, 1))                -- journal de banque (trésorerie); D14
) STRICT;

-- Compte analytique. D15, D27
CREATE TABLE analytic_account (
    code          TEXT PRIMARY KEY NOT NULL,                                     -- code analytique, e.g. 47Prov
    name          TEXT NOT NULL,                                                 -- nom
    not_remitted  INTEGER NOT NULL DEFAULT 0 CHECK (not_remitted IN (0, 1))      -- non reversé aux propriétaires; D15
) STRICT;

-- Exercice comptable d'un immeuble. E1, E6
CREATE TABLE fiscal_year (
    id           INTEGER PRIMARY KEY,
    building_id  INTEGER NOT NULL REFERENCES building (id),                      -- immeuble
    label        TEXT NOT NULL,                                                  -- libellé, e.g. Exercice 2015
    starts_on    TEXT NOT NULL CHECK (starts_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- premier jour
    ends_on      TEXT NOT NULL CHECK (ends_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),   -- dernier jour, included
    closed       INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),            -- exercice clos: not sent; E1
    UNIQUE (building_id, label)
) STRICT;

-- Clé de répartition. E3
CREATE TABLE allocation_key (
    id           INTEGER PRIMARY KEY,
    building_id  INTEGER NOT NULL REFERENCES building (id),                      -- immeuble
    code         TEXT NOT NULL,                                                  -- code, e.g. 010
    name         TEXT NOT NULL,                                                  -- nom, e.g. CHARGES COMMUNES GENERALES
    UNIQUE (building_id, code)
) STRICT;

-- Écriture d'un compte de tiers. Streamed in the order of its index. D12-D15, D21, D22
CREATE TABLE ledger_entry (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER NOT NULL REFERENCES account (id),                 -- compte
    entry_date         TEXT NOT NULL CHECK (entry_date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date
    label              TEXT NOT NULL,                                            -- libellé
    debit_cents        INTEGER NOT NULL DEFAULT 0,                               -- débit; cents, signed: negative = a reversal (extourne), shown on the other side; D12
    credit_cents       INTEGER NOT NULL DEFAULT 0,                               -- crédit; cents, signed likewise; D12
    journal_code       TEXT NOT NULL REFERENCES journal (code),                  -- journal; D14
    analytic_code      TEXT REFERENCES analytic_account (code),                  -- analytique; NULL = none; D15
    kind               TEXT NOT NULL DEFAULT 'normal' CHECK (kind IN ('normal', 'opening', 'closing')), -- écriture, à-nouveau, clôture; D22
    tenant_account_id  INTEGER REFERENCES account (id)                           -- locataire d'où vient l'encaissement (landlord's entries); NULL = none; D29
) STRICT;

-- Dépense: an accounting line of a building's year. Streamed in the order of its index. E1-E9
CREATE TABLE expense_line (
    id                 INTEGER PRIMARY KEY,
    building_id        INTEGER NOT NULL REFERENCES building (id),                -- immeuble
    fiscal_year_id     INTEGER NOT NULL REFERENCES fiscal_year (id),             -- exercice; E1
    allocation_key_id  INTEGER REFERENCES allocation_key (id),                   -- clé de répartition; NULL = none, so not in the list; E4
    account_number     TEXT NOT NULL,                                            -- numéro de compte, e.g. 602001; kept or left out by its root; E4
    account_label      TEXT NOT NULL,                                            -- libellé du compte
    entry_date         TEXT NOT NULL CHECK (entry_date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date
    label              TEXT NOT NULL,                                            -- libellé de la dépense
    amount_cents       INTEGER NOT NULL,                                         -- montant TTC; cents, signed: a credit note (avoir) is negative; E3, E4
    vat_cents          INTEGER NOT NULL DEFAULT 0,                               -- TVA incluse; cents, sign of the amount; E3
    deductible_cents   INTEGER NOT NULL DEFAULT 0,                               -- part déductible des revenus fonciers; cents; E3
    recoverable_cents  INTEGER NOT NULL DEFAULT 0,                               -- part récupérable sur le locataire; cents; E3
    private_record_id  INTEGER REFERENCES co_owner_record (id),                  -- frais privatif: fiche à qui il est imputé; NULL = a common charge; E9
    event_id           INTEGER REFERENCES event (id) ON DELETE SET NULL          -- événement d'origine; NULL = none
) STRICT;

-- Pièce comptable: a scanned invoice; one content may serve several lines and buildings. E5, E8
CREATE TABLE voucher (
    id             INTEGER PRIMARY KEY,
    path           TEXT NOT NULL,                                                -- fichier, relative to the files' root, '/' separated
    original_name  TEXT NOT NULL,                                                -- nom d'origine du fichier
    mime           TEXT                                                          -- type MIME tel que noté; NULL = unknown (found by content)
) STRICT;

-- Pièces jointes aux écritures de dépenses. E5
CREATE TABLE expense_line_voucher (
    expense_line_id  INTEGER NOT NULL REFERENCES expense_line (id) ON DELETE CASCADE, -- dépense
    voucher_id       INTEGER NOT NULL REFERENCES voucher (id) ON DELETE CASCADE,      -- pièce comptable
    PRIMARY KEY (expense_line_id, voucher_id)
) STRICT;

-- Fonds par lot: balance of a 102, 103 or 105 account for one unit. Streamed in the order of its index. F1-F5, G4
CREATE TABLE works_fund (
    id                  INTEGER PRIMARY KEY,
    co_owner_record_id  INTEGER NOT NULL REFERENCES co_owner_record (id),        -- fiche copropriétaire; F4
    building_id         INTEGER NOT NULL REFERENCES building (id),               -- immeuble
    unit_id             INTEGER NOT NULL REFERENCES unit (id),                   -- lot; F5
    account_number      TEXT NOT NULL,                                           -- numéro de compte, e.g. 105999; read by its root; F1, F2
    account_label       TEXT NOT NULL,                                           -- libellé, e.g. Fonds de travaux
    amount_cents        INTEGER NOT NULL,                                        -- montant détenu; cents, a credit balance is positive, as shown; F4
    as_of               TEXT NOT NULL CHECK (as_of GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]') -- arrêté au; F4
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 5. Binders, event templates, case files, events, photos, building documents
-- ---------------------------------------------------------------------------------------------------------

-- Classeur. Rental binders use the two first rights, condo binders the four next. B1-B12
CREATE TABLE binder (
    id                       INTEGER PRIMARY KEY,
    code                     TEXT NOT NULL UNIQUE,                               -- code stable; INVOICES is the condo binder « Factures »; B2, E2
    module                   TEXT NOT NULL CHECK (module IN ('rental', 'condo')),-- module: gérance or syndic; B1
    name                     TEXT NOT NULL,                                      -- nom affiché; may change, documents don't move; B2
    parent_id                INTEGER REFERENCES binder (id),                     -- classeur parent; NULL = root; rights are never inherited; B8, B12
    name_locked              INTEGER NOT NULL DEFAULT 0 CHECK (name_locked IN (0, 1)),             -- nom non modifiable; B2
    fed_on_site              INTEGER NOT NULL DEFAULT 0 CHECK (fed_on_site IN (0, 1)),             -- alimenté sur l'extranet: never the agent's; B9
    right_landlord           INTEGER NOT NULL DEFAULT 0 CHECK (right_landlord IN (0, 1)),          -- droit Propriétaire (gérance); B3
    right_tenant             INTEGER NOT NULL DEFAULT 0 CHECK (right_tenant IN (0, 1)),            -- droit Locataire (gérance); B3
    right_co_owner           INTEGER NOT NULL DEFAULT 0 CHECK (right_co_owner IN (0, 1)),          -- droit Copropriétaire (syndic); B4
    right_council_member     INTEGER NOT NULL DEFAULT 0 CHECK (right_council_member IN (0, 1)),    -- droit Membre du conseil syndical; B4
    right_council_president  INTEGER NOT NULL DEFAULT 0 CHECK (right_council_president IN (0, 1)), -- droit Président du conseil syndical; B4
    right_provider           INTEGER NOT NULL DEFAULT 0 CHECK (right_provider IN (0, 1))           -- droit Prestataire: kept and ignored; B4
) STRICT;

-- Modèle d'événement, onglet Extranet. C2, C6, C9-C12
CREATE TABLE event_template (
    id                     INTEGER PRIMARY KEY,
    code                   TEXT NOT NULL UNIQUE,                                 -- code du modèle
    name                   TEXT NOT NULL,                                        -- libellé; used in neutral titles (« Courrier du 12/03/2024 »); C7
    binder_id              INTEGER REFERENCES binder (id) ON DELETE SET NULL,    -- classeur; NULL = its events can't be published; C2, C18
    group_by_case_type     INTEGER NOT NULL DEFAULT 0 CHECK (group_by_case_type IN (0, 1)),    -- Regrouper par type de dossier; C10
    prefix_case_reference  INTEGER NOT NULL DEFAULT 0 CHECK (prefix_case_reference IN (0, 1)), -- Préfixer les documents (réf. dossier); only with the former; C11
    duration_months        INTEGER CHECK (duration_months >= 0),                 -- durée de publication; months from processed_on; NULL or 0 = for ever; C6
    use_attachment_names   INTEGER NOT NULL DEFAULT 0 CHECK (use_attachment_names IN (0, 1)),  -- Utiliser le nom des pièces jointes; C9
    notify                 INTEGER NOT NULL DEFAULT 0 CHECK (notify IN (0, 1)),  -- Activer les notifications; C12
    legal_kind             TEXT CHECK (legal_kind IN (                           -- document imposé par le décret 2019-502; NULL = none
                               -- every co-owner
                               'bylaws',                    -- règlement de copropriété et modificatifs publiés
                               'division_statement',        -- état descriptif de division et modificatifs publiés
                               'summary_sheet',             -- fiche synthétique
                               'maintenance_log',           -- carnet d'entretien
                               'diagnostic',                -- diagnostics techniques en cours de validité
                               'insurance_contract',        -- contrats d'assurance en cours
                               'service_contract',          -- autres contrats et marchés en cours
                               'syndic_contract',           -- contrat de syndic
                               'meeting_minutes',           -- procès-verbaux des trois dernières assemblées annuelles
                               'approved_quote',            -- devis de travaux approuvés
                               -- the co-owner's own unit
                               'approved_account',          -- compte individuel après approbation des comptes
                               'paid_charges',              -- charges courantes et hors budget payées sur deux ans
                               'works_fund_share',          -- part du fonds de travaux rattachée au lot
                               'fund_call',                 -- avis d'appel de fonds sur trois ans
                               -- council
                               'trial_balance',             -- balances générales des comptes
                               'charges_statement',         -- relevé général des charges et produits
                               'bank_statement',            -- relevés périodiques des comptes bancaires
                               'writ_or_judgment',          -- assignations et décisions encore susceptibles de recours
                               'co_owner_list',             -- liste des copropriétaires
                               'professional_card',         -- carte professionnelle (put on the site)
                               'liability_insurance',       -- responsabilité civile professionnelle (put on the site)
                               'financial_guarantee'))      -- garantie financière (put on the site)
) STRICT;

-- Dossier (sinistre...): its type names a sub-folder, its reference a prefix. C10, C11, C26
CREATE TABLE case_file (
    id         INTEGER PRIMARY KEY,
    number     TEXT NOT NULL,                                                    -- numéro, kept as text: 0152; C26
    reference  TEXT,                                                             -- référence, text; the prefix of C11; C26
    case_type  TEXT NOT NULL,                                                    -- type de dossier, e.g. Sinistre: the folder's title; C10
    opened_on  TEXT CHECK (opened_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- ouvert le
    entity_id  INTEGER REFERENCES entity (id)                                    -- entité du dossier
) STRICT;

-- Événement: a letter, a statement, a notice... and its attachments. C1-C27
-- account_id, unit_id and building_id carry NO foreign key on purpose: the back office keeps the reference
-- after the record was deleted, and a dangling narrower target must refuse the document instead of letting it
-- widen to the next one (C20). The narrowest filled target wins: account > unit > building > entity.
CREATE TABLE event (
    id                   INTEGER PRIMARY KEY,
    template_id          INTEGER NOT NULL REFERENCES event_template (id),        -- modèle d'événement; gives the binder; C2
    entity_id            INTEGER REFERENCES entity (id),                         -- entité de l'événement; no scope by itself; C20, C22
    subject              TEXT NOT NULL DEFAULT '',                               -- objet: title of the body's PDF; C7, C9
    body                 TEXT,                                                   -- zone traitement de texte, becomes a PDF; NULL or blank = none; C1
    body_format          TEXT NOT NULL DEFAULT 'html' CHECK (body_format IN ('html', 'rtf', 'docx')), -- format du texte; rtf and docx are refused
    note                 TEXT,                                                   -- zone de note: internal, never published; I7
    event_date           TEXT CHECK (event_date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),   -- date du document; C14, C21
    processed_on         TEXT CHECK (processed_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de traitement; NULL with a duration = held; C6, C27
    published_on         TEXT CHECK (published_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de publication; NULL (00/00/00) = not published, or to be removed; C4, C5
    publish_request      INTEGER NOT NULL DEFAULT 0 CHECK (publish_request >= 0),-- compteur, moved by « Publier en date du jour »; C4, C12
    account_id           INTEGER,                                                -- compte concerné; no foreign key (see above); C15, C20
    unit_id              INTEGER,                                                -- lot concerné; no foreign key; dated by C21
    building_id          INTEGER,                                                -- immeuble concerné; no foreign key; C15
    entity_scope         INTEGER NOT NULL DEFAULT 0 CHECK (entity_scope IN (0, 1)), -- portée « entité » choisie explicitement; C20
    case_file_id         INTEGER REFERENCES case_file (id) ON DELETE SET NULL,   -- dossier; C10
    supersedes_event_id  INTEGER REFERENCES event (id) ON DELETE SET NULL,       -- annule et remplace; G6
    origin               TEXT NOT NULL DEFAULT 'staff' CHECK (origin IN ('staff', 'agent')), -- créé par un utilisateur, ou par l'agent
    agent_key            TEXT UNIQUE,                                            -- clé unique d'une ligne écrite par l'agent; NULL = staff's
    revision             INTEGER CHECK (revision >= 0),                          -- numéro de révision, moved by the back office at each saved change of the event or its body; NULL = not kept: the content is compared at each run; C4
    CHECK (origin = 'staff' OR agent_key IS NOT NULL)
) STRICT;

-- Pièce jointe d'un événement. C1, C7, C8
CREATE TABLE attachment (
    id             INTEGER PRIMARY KEY,
    event_id       INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,     -- événement
    position       INTEGER NOT NULL CHECK (position >= 1),                       -- ordre, from 1; C7
    original_name  TEXT NOT NULL,                                                -- nom d'origine, with its extension; C8
    path           TEXT NOT NULL,                                                -- fichier, relative to the files' root, '/' separated
    mime           TEXT,                                                         -- type MIME tel que noté; NULL = unknown (found by content)
    origin         TEXT NOT NULL DEFAULT 'staff' CHECK (origin IN ('staff', 'agent')), -- ajoutée par un utilisateur, ou par l'agent
    agent_key      TEXT UNIQUE,                                                  -- clé unique d'une ligne écrite par l'agent; NULL = staff's
    CHECK (origin = 'staff' OR agent_key IS NOT NULL)
) STRICT;

-- Photo d'un immeuble. C17, C24, J19
CREATE TABLE photo (
    id               INTEGER PRIMARY KEY,
    building_id      INTEGER NOT NULL REFERENCES building (id),                  -- immeuble: the photo's scope; C17
    binder_id        INTEGER REFERENCES binder (id) ON DELETE SET NULL,          -- classeur: the photo's rights; NULL = not sent; C24
    path             TEXT NOT NULL,                                              -- fichier, relative to the files' root, '/' separated
    title            TEXT NOT NULL,                                              -- titre
    taken_on         TEXT CHECK (taken_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),         -- prise le
    published_on     TEXT CHECK (published_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),     -- date de publication; NULL = not published; C4, C5
    publish_request  INTEGER NOT NULL DEFAULT 0 CHECK (publish_request >= 0)     -- compteur de publication; C4
) STRICT;

-- Document de l'immeuble, onglet Documents: among others the co-owner list. G1, G2, G5, G8
CREATE TABLE building_document (
    id              INTEGER PRIMARY KEY,
    building_id     INTEGER NOT NULL REFERENCES building (id),                   -- immeuble
    number          INTEGER NOT NULL CHECK (number > 0),                         -- numéro du document; G1
    name            TEXT NOT NULL,                                               -- nom, e.g. Liste_copropriétaires.pdf; G2
    path            TEXT NOT NULL,                                               -- fichier, relative to the files' root, '/' separated
    event_id        INTEGER REFERENCES event (id) ON DELETE SET NULL,            -- événement créé avec le document; G2
    content_digest  TEXT,                                                        -- empreinte des données visibles de la liste (no date, time or initials); NULL = not a list; G5, G8
    origin          TEXT NOT NULL DEFAULT 'staff' CHECK (origin IN ('staff', 'agent')), -- déposé par un utilisateur, ou par l'agent
    agent_key       TEXT UNIQUE,                                                 -- clé unique d'une ligne écrite par l'agent; NULL = staff's
    CHECK (origin = 'staff' OR agent_key IS NOT NULL)
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 6. Marketed units, mandates, rents, sales (shared by Statissimmo and the listings)
-- ---------------------------------------------------------------------------------------------------------

-- Fiche lot commerciale: a property the agency lets, sells or manages, with or without a managed unit behind it.
-- No person's name stands in this group of tables. I6, J8, J13, J17
CREATE TABLE property (
    id                      INTEGER PRIMARY KEY,
    code                    TEXT NOT NULL UNIQUE,                                -- code gestion, e.g. APT DEMO
    physical_code           TEXT,                                                -- code physique
    unit_id                 INTEGER REFERENCES unit (id),                        -- lot géré; NULL = not one of a managed building
    kind                    TEXT NOT NULL,                                       -- critère 1 du lot (type), e.g. Appartement; J12
    address_1               TEXT,                                                -- adresse; public only as listing.location_kind says; J13
    postcode                TEXT,                                                -- code postal
    city                    TEXT,                                                -- commune
    insee_code              TEXT,                                                -- code INSEE de la commune
    latitude                REAL,                                                -- localisation confidentielle; decimal degrees; J7, J13
    longitude               REAL,                                                -- localisation confidentielle; decimal degrees; J7, J13
    area_m2                 REAL CHECK (area_m2 > 0),                            -- surface habitable; m2
    rooms                   INTEGER CHECK (rooms >= 0),                          -- nombre de pièces
    bedrooms                INTEGER CHECK (bedrooms >= 0),                       -- nombre de chambres
    floor                   INTEGER,                                             -- étage; 0 = ground floor
    construction_year       INTEGER CHECK (construction_year BETWEEN 1000 AND 2999), -- année de construction
    furnished               INTEGER NOT NULL DEFAULT 0 CHECK (furnished IN (0, 1)),  -- meublé
    energy_value            INTEGER CHECK (energy_value >= 0),                   -- DPE: consommation; kWh/m2/year
    energy_class            TEXT CHECK (energy_class IN ('A', 'B', 'C', 'D', 'E', 'F', 'G')), -- DPE: classe
    ghg_value               INTEGER CHECK (ghg_value >= 0),                      -- GES: émissions; kgCO2/m2/year
    ghg_class               TEXT CHECK (ghg_class IN ('A', 'B', 'C', 'D', 'E', 'F', 'G')),    -- GES: classe
    security_deposit_cents  INTEGER CHECK (security_deposit_cents >= 0)          -- dépôt de garantie (DG) de la fiche lot; cents; J8
) STRICT;

-- Mandat: of management, sale or letting. J4, J5
CREATE TABLE mandate (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,                                           -- numéro au registre
    property_id  INTEGER NOT NULL REFERENCES property (id),                      -- bien
    kind         TEXT NOT NULL CHECK (kind IN ('management', 'sale', 'letting')),-- gérance, transaction (vente), location
    exclusivity  TEXT NOT NULL DEFAULT 'simple' CHECK (exclusivity IN ('simple', 'exclusive', 'co_exclusive', 'semi_exclusive')), -- simple, exclusif, co-exclusif, semi-exclusif; J5
    signed_on    TEXT NOT NULL CHECK (signed_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de signature; eligible when signed + n < today; J4
    ends_on      TEXT CHECK (ends_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),            -- échéance; NULL = none
    price_cents  INTEGER CHECK (price_cents >= 0),                               -- prix du mandat de vente, fees included; cents
    fee_cents    INTEGER CHECK (fee_cents >= 0)                                  -- honoraires; cents
) STRICT;

-- Loyer relevé: a lease seen by the statistics. I4, I6
CREATE TABLE rent_record (
    id                   INTEGER PRIMARY KEY,
    property_id          INTEGER NOT NULL REFERENCES property (id),              -- bien
    lease_id             INTEGER REFERENCES lease (id),                          -- bail; NULL = not kept
    starts_on            TEXT NOT NULL CHECK (starts_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- entrée du locataire
    ends_on              TEXT CHECK (ends_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),            -- sortie; NULL = present
    rent_cents           INTEGER NOT NULL,                                       -- loyer mensuel hors charges; cents; the agent checks that it is positive; I5
    charges_cents        INTEGER NOT NULL DEFAULT 0,                             -- provision mensuelle pour charges; cents
    previous_rent_cents  INTEGER                                                 -- dernier loyer du locataire précédent; cents; NULL = first letting
) STRICT;

-- Vente: a property sold by the agency. I4, J6
CREATE TABLE sale (
    id            INTEGER PRIMARY KEY,
    property_id   INTEGER NOT NULL REFERENCES property (id),                     -- bien vendu
    mandate_id    INTEGER REFERENCES mandate (id),                               -- mandat
    agreed_on     TEXT CHECK (agreed_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),          -- date du compromis
    completed_on  TEXT NOT NULL CHECK (completed_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de l'acte: dates the sold feed; J6
    price_cents   INTEGER NOT NULL                                               -- prix de vente; cents; the agent checks that it is positive; I5
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 7. Statissimmo
-- ---------------------------------------------------------------------------------------------------------

-- Paramètres Statissimmo: one row; the SIRET is the agency's. I1, I2
CREATE TABLE statissimmo_settings (
    id                 INTEGER PRIMARY KEY CHECK (id = 1),                       -- always 1
    active             INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),      -- publication Statissimmo activée
    use_other_account  INTEGER NOT NULL DEFAULT 0 CHECK (use_other_account IN (0, 1)), -- Utiliser un accès différent de PI; I1
    other_account_ref  TEXT,                                                     -- référence de cet autre compte (its password is in agent.toml); I1
    event_template_id  INTEGER REFERENCES event_template (id)                    -- modèle d'événement pour historiser les comptes-rendus; NULL = not set; I2
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 8. Listings (annonces)
-- ---------------------------------------------------------------------------------------------------------

-- Paramètres « publication des annonces »: one row. J1, J2, J4-J11, J18
CREATE TABLE listings_settings (
    id                      INTEGER PRIMARY KEY CHECK (id = 1),                  -- always 1
    active                  INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)), -- publication des annonces activée
    agency_reference        TEXT,                                                -- Réf cabinet; the deposit folder comes from it; J1
    use_secondary_server    INTEGER NOT NULL DEFAULT 0 CHECK (use_secondary_server IN (0, 1)), -- serveur secondaire: a second destination (address in agent.toml); J1, J18
    federation_reference    TEXT,                                                -- Réf adhérent dans la fédération (Fnaim); NULL = none; J1
    old_norm                INTEGER NOT NULL DEFAULT 0 CHECK (old_norm IN (0, 1)),             -- Mode de compatibilité (norme immonet.net): refused when on; J2
    keep_immonet_transfers  INTEGER NOT NULL DEFAULT 0 CHECK (keep_immonet_transfers IN (0, 1)), -- Maintenir les transferts Immonet.net: refused when on; J2
    blocking_days           INTEGER NOT NULL DEFAULT 7 CHECK (blocking_days >= 0),             -- Bloquer la publication; days after the signature, 0 = none; J4
    amepi_registered        INTEGER NOT NULL DEFAULT 0 CHECK (amepi_registered IN (0, 1)),     -- Inscrit AMEPI; J5
    amepi_blocking_days     INTEGER NOT NULL DEFAULT 7 CHECK (amepi_blocking_days >= 0),       -- délai propre à l'AMEPI; days; J4
    sold_registered         INTEGER NOT NULL DEFAULT 0 CHECK (sold_registered IN (0, 1)),      -- Inscrit biens vendus; J6
    sold_since              TEXT CHECK (sold_since GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- date de recalcul des biens vendus; NULL = all; J6
    webimm_registered       INTEGER NOT NULL DEFAULT 0 CHECK (webimm_registered IN (0, 1)),    -- Inscrit WebImm: the confidential location is sent; J7
    unit_deposit_only       INTEGER NOT NULL DEFAULT 0 CHECK (unit_deposit_only IN (0, 1)),    -- Ne pas prendre en compte le DG de la fiche locataire; J8
    compressed              INTEGER NOT NULL DEFAULT 1 CHECK (compressed IN (0, 1)),           -- Envoi compacté; one zip; J9
    images_in_xml           INTEGER NOT NULL DEFAULT 0 CHECK (images_in_xml IN (0, 1)),        -- Images incluses XML (base64); J9
    validate_before         INTEGER NOT NULL DEFAULT 0 CHECK (validate_before IN (0, 1)),      -- Validation avant transfert; J10
    validate_after          INTEGER NOT NULL DEFAULT 0 CHECK (validate_after IN (0, 1)),       -- Validation après transfert; J10
    demo_mode               INTEGER NOT NULL DEFAULT 0 CHECK (demo_mode IN (0, 1))             -- Réglages de démonstration; J11
) STRICT;

-- Compte de publication auxiliaire. Its password is in agent.toml, under its name. J3, J20
CREATE TABLE auxiliary_account (
    id               INTEGER PRIMARY KEY,
    name             TEXT NOT NULL UNIQUE,                                       -- Nom; under 16 characters, checked by the agent; J3
    national_number  TEXT NOT NULL                                               -- No National, /REP/NoNational; equal to the main one = a warning; J3, J20
) STRICT;

-- Portail de diffusion. J15
CREATE TABLE portal (
    code  TEXT PRIMARY KEY NOT NULL,                                             -- code du portail
    name  TEXT NOT NULL                                                          -- nom
) STRICT;

-- Annonce (onglet publicité de la fiche lot). One row a property; it gives up to two listings, for sale and for rent. J11-J17
CREATE TABLE listing (
    id                    INTEGER PRIMARY KEY,
    property_id           INTEGER NOT NULL UNIQUE REFERENCES property (id),      -- bien
    published             INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)),-- Diffuser cette annonce sur Internet; J12
    internet_reference    TEXT,                                                  -- Référence Internet; NULL = not published; J12
    category              TEXT,                                                  -- catégorie Internet, stored; NULL or unknown = « Autres »; J12
    category_from_kind    TEXT,                                                  -- type du lot dont la catégorie a été déduite: recomputed only when it changed; J12
    visibility            TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'agencies', 'agency', 'nobody')), -- Visible par: tout public, inter-agences, l'agence, personne; J12
    for_sale              INTEGER NOT NULL DEFAULT 0 CHECK (for_sale IN (0, 1)), -- à vendre; J17
    for_rent              INTEGER NOT NULL DEFAULT 0 CHECK (for_rent IN (0, 1)), -- à louer; J17
    price_cents           INTEGER CHECK (price_cents >= 0),                      -- prix de vente; cents; J17
    rent_cents            INTEGER CHECK (rent_cents >= 0),                       -- loyer mensuel; cents; J17
    charges_cents         INTEGER CHECK (charges_cents >= 0),                    -- charges mensuelles; cents
    available_on          TEXT CHECK (available_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- disponible le; NULL = at once
    auxiliary_account_id  INTEGER REFERENCES auxiliary_account (id) ON DELETE SET NULL, -- compte auxiliaire; NULL = the main one; J3
    publication_category  TEXT,                                                  -- Catégorie publication (« A saisir »...); NULL = none; J15
    location_kind         TEXT NOT NULL DEFAULT 'own_commune' CHECK (location_kind IN ('own_commune', 'other_commune', 'unit_address', 'other_address')), -- Localisation par le public; J13
    location_address      TEXT,                                                  -- adresse publique, when 'other_address'; J13
    location_postcode     TEXT,                                                  -- code postal public, when 'other_commune' or 'other_address'; J13
    location_city         TEXT,                                                  -- commune publique, likewise; J13
    public_latitude       REAL,                                                  -- point public; decimal degrees; J13
    public_longitude      REAL,                                                  -- point public; decimal degrees; J13
    radius_km             INTEGER CHECK (radius_km >= 0),                        -- rayon autour du point public; km; J13
    geographic_sector     TEXT,                                                  -- secteur géographique, free text
    is_demo               INTEGER NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1)),  -- lot de démonstration: PagesIMMO only, one day; J11, J18
    first_published_on    TEXT CHECK (first_published_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- Date de parution; kept; J15
    last_updated_on       TEXT CHECK (last_updated_on GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]')     -- Date de mise à jour; moves; J15
) STRICT;

-- Titre et descriptif d'une annonce, by kind and language. J14
CREATE TABLE listing_text (
    listing_id  INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,      -- annonce
    kind        TEXT NOT NULL CHECK (kind IN ('general', 'window', 'print', 'general_rental')), -- Générale, Vitrine, Parution, Générale (location); J14
    language    TEXT NOT NULL CHECK (language IN ('fr', 'us', 'de')),            -- version: française, US, DE; J14
    title       TEXT NOT NULL DEFAULT '',                                        -- titre
    body        TEXT NOT NULL DEFAULT '',                                        -- descriptif; 'window' and 'print': 255 characters, longer = a warning; J14
    PRIMARY KEY (listing_id, kind, language),
    CHECK (kind <> 'print' OR language = 'fr')
) STRICT;

-- Diffusion du lot: the portals ticked for a listing. J15
CREATE TABLE listing_portal (
    listing_id   INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,     -- annonce
    portal_code  TEXT NOT NULL REFERENCES portal (code),                         -- portail
    PRIMARY KEY (listing_id, portal_code)
) STRICT;

-- Photo d'une annonce; its location data is removed before it leaves. J9, J19
CREATE TABLE listing_photo (
    id          INTEGER PRIMARY KEY,
    listing_id  INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,      -- annonce
    position    INTEGER NOT NULL CHECK (position >= 1),                          -- ordre, from 1
    path        TEXT NOT NULL,                                                   -- fichier, relative to the files' root, '/' separated
    title       TEXT NOT NULL DEFAULT '',                                        -- légende; no address unless the public location is the unit's; J19
    UNIQUE (listing_id, position)
) STRICT;


-- ---------------------------------------------------------------------------------------------------------
-- 9. Indexes: what lets the agent stream without sorting
-- ---------------------------------------------------------------------------------------------------------

CREATE INDEX ledger_entry_stream      ON ledger_entry (account_id, entry_date, id);
CREATE INDEX expense_line_stream      ON expense_line (building_id, fiscal_year_id, allocation_key_id, account_number, entry_date, id);
CREATE INDEX expense_line_voucher_use ON expense_line_voucher (voucher_id);
CREATE INDEX works_fund_stream        ON works_fund (co_owner_record_id, building_id, account_number, unit_id);
CREATE INDEX attachment_by_event      ON attachment (event_id, position);
CREATE INDEX event_by_template        ON event (template_id);
CREATE INDEX event_by_account         ON event (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX event_by_superseded      ON event (supersedes_event_id) WHERE supersedes_event_id IS NOT NULL;
CREATE INDEX expense_line_by_event    ON expense_line (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX account_by_party         ON account (party_id);
CREATE INDEX account_by_record        ON account (co_owner_record_id);
CREATE INDEX co_owner_record_by_building ON co_owner_record (building_id, party_id);
CREATE INDEX co_owner_record_by_party ON co_owner_record (party_id);
CREATE INDEX holding_by_unit          ON holding (unit_id);
CREATE INDEX holding_by_record        ON holding (co_owner_record_id);
CREATE INDEX holding_by_landlord      ON holding (landlord_account_id);
CREATE INDEX lease_by_unit            ON lease (unit_id);
CREATE INDEX lease_by_tenant          ON lease (tenant_account_id);
CREATE INDEX lease_by_landlord        ON lease (landlord_account_id);
CREATE INDEX ownership_transfer_by_unit   ON ownership_transfer (unit_id);
CREATE INDEX ownership_transfer_by_seller ON ownership_transfer (seller_record_id);
CREATE INDEX building_by_entity       ON building (entity_id);
CREATE INDEX photo_by_building        ON photo (building_id);
CREATE INDEX building_document_by_number ON building_document (building_id, number);
CREATE INDEX mandate_by_property      ON mandate (property_id);
CREATE INDEX rent_record_by_property  ON rent_record (property_id);
CREATE INDEX sale_by_property         ON sale (property_id);
