# The verification tool: what it finds, on what, and what to do; the server and the décret 2019-502.

check-nothing = Nothing to report.
check-total = Check: { $counts }
check-module = { $module }: { $counts }
check-level-error = Error
check-level-warning = Warning
check-level-advice = Advice
check-yes = yes
check-no = no
check-schema-table = Table missing.
check-schema-column = Column missing.
check-schema-type = Column of another type (found ≠ expected):
check-trust-none = nothing proves it
check-trust-system = the system's authorities
check-trust-authorities = the authorities of “ca_file”
check-trust-pinned = fingerprint in agent.toml
check-trust-known-hosts = known_hosts file
check-server-head = Server { $target } ({ $session })
check-server-protocol = Protocol: { $value }
check-server-encrypted = Encrypted: { $value }
check-server-trust = Identity known by: { $value }
check-server-fingerprint = Fingerprint shown: { $value }
check-server-setting = To pin it in agent.toml: { $value }
check-server-deposit = Deposit folder: { $value }
check-server-takes-files = Trial file written, renamed and removed: { $value }
check-server-size = Size confirmed by: { $value }
check-server-resume = Goes on with an interrupted file by: { $value }
check-server-times = Sets the time of a file by: { $value }
check-server-hash = Gives a file’s SHA-256 by: { $value }
check-elan-head = { $building }
check-elan-site = site
check-count-error =
    { $count ->
        [one] { $count } error
       *[other] { $count } errors
    }
check-count-warning =
    { $count ->
        [one] { $count } warning
       *[other] { $count } warnings
    }
check-count-advice =
    { $count ->
        [one] { $count } piece of advice
       *[other] { $count } pieces of advice
    }
check-others =
    { $count ->
        [one] and { $count } other
       *[other] and { $count } others
    }
check-more =
    { $count ->
        [one] And { $count } other: --json gives them all.
       *[other] And { $count } others: --json gives them all.
    }
check-elan-total =
    { $count ->
        [one] Décret 2019-502: { $count } document is missing or not visible to those concerned. The three “to be checked on the site” are not counted.
       *[other] Décret 2019-502: { $count } documents are missing or not visible to those concerned. The three “to be checked on the site” are not counted.
    }

## Modules.

check-module-configuration = Configuration
check-module-database = Database
check-module-accounts = Accounts
check-module-binders = Binders
check-module-events = Events
check-module-documents = Files and photos
check-module-parties = Parties
check-module-expenses = Expenses
check-module-works-funds = Works funds
check-module-co-owner-lists = Co-owner lists
check-module-schedule = Schedule
check-module-service = Scheduled service
check-module-server = Servers

## What a finding names.

check-kind-setting = setting
check-kind-file = file
check-kind-table = table
check-kind-row = row
check-kind-agency = agency
check-kind-entity = entity
check-kind-building = building
check-kind-account = account
check-kind-party = party
check-kind-binder = binder
check-kind-template = template
check-kind-event = event
check-kind-attachment = attachment
check-kind-photo = photo
check-kind-voucher = voucher
check-kind-expense-line = expense
check-kind-record = co-owner record
check-kind-slot = slot
check-kind-service = service
check-kind-target = server
check-kind-remote-file = remote file

## Functions that a view can make unavailable.

check-function-report = the report in the messages
check-function-accounts = publishing accounts
check-function-credentials = logins and passwords
check-function-events = publishing events
check-function-binders = binders
check-function-options = options
check-function-schedule = the schedule
check-function-co-owner-lists = co-owner lists
check-function-listings = the dates of listings

## The décret 2019-502.

check-elan-online = online
check-elan-ready = next publication
check-elan-incomplete = incomplete
check-elan-closed = binder closed
check-elan-missing = missing
check-elan-on-the-site = to be checked on the site
check-legal-bylaws = Bylaws (règlement de copropriété)
check-legal-division-statement = Division statement
check-legal-summary-sheet = Summary sheet
check-legal-maintenance-log = Maintenance log
check-legal-diagnostic = Diagnostics in force
check-legal-insurance-contract = Insurance contracts in force
check-legal-service-contract = Other contracts in force
check-legal-syndic-contract = Syndic contract
check-legal-meeting-minutes = Minutes of the last three annual meetings
check-legal-approved-quote = Approved works quotes
check-legal-approved-account = Account after approval
check-legal-paid-charges = Charges paid over two years
check-legal-works-fund-share = Works-fund share
check-legal-fund-call = Fund calls of three years
check-legal-trial-balance = Trial balances
check-legal-charges-statement = General statement of charges and income
check-legal-bank-statement = Bank statements
check-legal-writ-or-judgment = Writs and judgments
check-legal-co-owner-list = Co-owner list
check-legal-professional-card = Professional card
check-legal-liability-insurance = Liability insurance
check-legal-financial-guarantee = Financial guarantee

## Findings.

check-config-missing = There is no configuration file.
check-config-missing-remedy = Administrator: copy agent.toml.example as agent.toml and fill it in, or name the file with --config.
check-config-unreadable = The configuration file can't be read: { $words }.
check-config-unreadable-remedy = Administrator: let the account that runs the agent read it.
check-config-invalid = { $problem }
check-config-invalid-remedy = { $remedy }
check-data-folder-unwritable = The agent's folder can't be written: { $words }.
check-data-folder-unwritable-remedy = Administrator: let the account that runs the agent write there, or change “data.dir”.
check-data-folder-open = The agent's folder is open to other accounts of the machine: it holds what leaves for clients.
check-data-folder-open-remedy = Administrator: keep it for the agent's account alone (mode 0700).
check-ledger-unusable = The agent's ledger can't be used: { $words }.
check-ledger-unusable-remedy = Administrator: look at that file and its rights, restore it from a backup, or install the version of the agent that wrote it again.
check-ledger-newer = a newer agent wrote it
check-ledger-foreign = it is another program’s file
check-ledger-network = it is on a network disk, where it can be damaged
check-plain-ftp = Files travel in clear (FTP without encryption), and temporary passwords don't leave.
check-plain-ftp-remedy = Administrator: change to FTPS or SFTP.
check-clock-back = The machine's clock is before the last confirmed publication ({ $date }): the next would be held.
check-clock-back-remedy = Administrator: set the machine's clock.
check-clock-forward = The last confirmed publication is of { $date }, more than 45 days ago: the next would be held.
check-clock-forward-remedy = Agency: if the agent was stopped, accept the next publication. Administrator: else look at the machine's clock.
check-no-licence = The extranet's licence isn't valid: nothing is sent.
check-no-licence-remedy = Agency: validate the licence in the software's administration.
check-bad-domain = The extranet's domain name is missing or not valid (“{ $domain }”): nothing is sent.
check-bad-domain-remedy = Agency: enter the one given to Crypto (small letters, digits and hyphens).
check-database-missing = The agency's database is not there.
check-database-missing-remedy = Administrator: correct “agency.database” in agent.toml, or make the file accessible.
check-database-unreadable = The agency's database can't be read to its end: { $words }.
check-database-unreadable-remedy = Administrator: look at the file and at the rights of the account that runs the agent; if it is damaged, have it repaired or restore it from a backup.
check-database-busy = The agency's database stayed locked.
check-database-busy-remedy = Administrator: try again; if it lasts, look for the program that locks it.
check-schema-differs = { $what } { $types }
check-schema-differs-remedy = Administrator: update the software, or complete the views; the expected form is in schemas/agency.sql.
check-row-missing = The table lacks the row that must be there.
check-row-missing-remedy = Administrator: make sure that the file is the agency's.
check-not-wal = The database isn't in WAL mode: it is copied before each publication.
check-not-wal-remedy = Administrator: put it in WAL mode (PRAGMA journal_mode = WAL).
check-no-entry-index = No index gives the entries of one account: all are sorted at each publication, which is slower for it.
check-no-entry-index-remedy = Administrator: ask the publisher for an index on the columns account_id, entry_date, id of the table ledger_entry (schemas/agency.sql).
check-database-read-only = This account can't write the database ({ $words }): it is published, but the report does not reach the messages and the staff's commands are refused.
check-database-read-only-remedy = Administrator: let the account that runs the agent write the database and its folder.
check-function-unavailable = It is a view that the agent can't write. Unavailable: { $function }.
check-function-unavailable-remedy = Administrator: give the view the INSTEAD OF triggers that it lacks, or put a table in its place.
check-dangling-key = The row names a record of “{ $parent }” that does not exist.
check-dangling-key-remedy = Vendor: restore the record or correct the row.
check-not-utf8 = “{ $column }” isn't UTF-8: the text is read as Windows-1252.
check-not-utf8-remedy = Vendor: convert the text to UTF-8.
check-illegal-character = “{ $column }” holds an invisible character that XML forbids; it is replaced when sent.
check-illegal-character-remedy = Agency: type that text again.
check-bad-date = “{ $column }” holds a date that does not exist.
check-bad-date-remedy = Agency: correct the record's date.
check-wrong-type = “{ $column }” holds a value of another type than its column's.
check-wrong-type-remedy = Vendor: correct the value; an amount is a whole number of cents.
check-no-account = No account is published: the next publication would be held.
check-no-account-remedy = Agency: tick “Service client” on the accounts to publish.
check-account-without-party = The account is ticked, but linked to no party: it is not published.
check-account-without-party-remedy = Agency: link the account to a party, or clear the box.
check-account-unreadable = The account's entries can't be read or added up: it is not published.
check-account-unreadable-remedy = Agency: correct the dates and amounts named under “Database”.
check-record-of-another-party = The account is party no. { $party }’s and its co-owner record party no. { $holder }’s: the first reads what is sent to the account.
check-record-of-another-party-remedy = Agency: check the party of the account and that of the record.
check-not-validated = The account is published and not validated yet.
check-not-validated-remedy = Agency: validate it, or clear its publication.
check-stored-balance = The stored balance isn't the sum of the entries; that sum is published.
check-stored-balance-remedy = Agency: have the balance computed again.
check-opening-differs = An opening isn't the sum of the entries before it.
check-opening-differs-remedy = Agency: look at the year's closing.
check-invalid-bank = The bank details are wrong ({ $what }): they are sent empty.
check-invalid-bank-remedy = Agency: correct them on the building's record, or on the entity's.
check-shared-bank = The entity's bank account serves several condominiums: { $buildings }. By law each has its own.
check-shared-bank-remedy = Agency: enter each building's own account on its record.
check-rights-hole = A right is ticked without every one to its right: the council would see less than a co-owner.
check-rights-hole-remedy = Agency: tick the rights up to the president, or switch on the option that completes them.
check-binder-without-name = The binder has no name: the site shows a binder without a title.
check-binder-without-name-remedy = Agency: give it a name.
check-binder-cycle = The binder stands in itself: it is sent as a root.
check-binder-cycle-remedy = Agency: choose another parent.
check-parent-missing = The parent does not exist: the binder is sent as a root.
check-parent-missing-remedy = Agency: choose another parent.
check-parent-of-other-module = The parent is of the other module: the binder is sent as a root.
check-parent-of-other-module-remedy = Agency: choose a parent of the same module.
check-parent-fed-on-site = The parent is fed on the site and isn't sent: the binder is sent as a root.
check-parent-fed-on-site-remedy = Agency: choose another parent.
check-no-binder =
    { $count ->
        [one] One event asks to be published, and its template has no binder.
       *[other] { $count } events ask to be published, and their template has no binder.
    }
check-no-binder-remedy = Agency: choose a binder in the event template, then publish those events again.
check-binder-linked-later =
    { $count ->
        [one] One event waits: its template was linked to a binder later.
       *[other] { $count } events wait: their template was linked to a binder later.
    }
check-binder-linked-later-remedy = Agency: publish as of today those that are to appear.
check-binder-fed-on-site =
    { $count ->
        [one] The binder is fed on the site: nothing is sent there from here ({ $count } event concerned).
       *[other] The binder is fed on the site: nothing is sent there from here ({ $count } events concerned).
    }
check-binder-fed-on-site-remedy = Agency: choose another binder, or put the documents on the site.
check-template-missing = The event's template { $template } does not exist.
check-template-missing-remedy = Vendor: restore the template, or give the event another.
check-body-format =
    { $count ->
        [one] One text is RTF or DOCX, which isn't read: it is not published.
       *[other] { $count } texts are RTF or DOCX, which aren't read: they are not published.
    }
check-body-format-remedy = Agency: save those texts again in the software's editor, or attach them as PDF.
check-body-too-large = The event's text is over 16 MiB: it is not read, hence not published.
check-body-too-large-remedy = Agency: make the pictures in the text smaller, or attach it as a PDF.
check-blank-event = The event is blank: neither text nor attachment.
check-blank-event-remedy = Agency: complete the event or take its publication date away.
check-no-scope = The event names no account, unit, building or whole entity.
check-no-scope-remedy = Agency: enter the account, unit or building concerned in the event.
check-dangling-target = It names an account, unit or building that no longer exists; nobody sees it.
check-dangling-target-remedy = Agency: correct its target.
check-target-not-published = It names an account, unit or building that isn't published; nobody sees it.
check-target-not-published-remedy = Agency: publish the account, change the target or take the publication date away.
check-no-document-date = The event concerns a unit and has no date: nobody can tell whose the unit was; it is shown to nobody.
check-no-document-date-remedy = Agency: enter the event’s date.
check-module-mismatch = The binder is of the other module.
check-module-mismatch-remedy = Agency: choose a binder of the same module in the template.
check-no-processing-date = The template has a duration, and the event no processing date: it waits.
check-no-processing-date-remedy = Agency: enter the event's processing date.
check-supersedes-circle = The event cancels and replaces an event that replaces it in turn: none is withdrawn.
check-supersedes-circle-remedy = Agency: clear “cancels and replaces” on the oldest.
check-expired-republished = The event was published again after the end of its duration: it is not sent.
check-expired-republished-remedy = Agency: change its processing date, or its template's duration.
check-empty-audience = Nobody would see it: no published account may read that binder at that place and date.
check-empty-audience-remedy = Agency: look at the binder's rights and at the target.
check-readers =
    { $even ->
        [yes] Documents published: { $count }, read by { $most } parties.
       *[no] Documents published: { $count }, read by { $fewest } to { $most } parties, by binder.
    }
check-readers-remedy = Agency: make sure that this is the number that you expect.
check-id-out-of-range = A record's key is out of the range that the extranet takes (1 to 999,999,999,999).
check-id-out-of-range-remedy = Vendor: give that record another key.
check-file-missing = The file is not on the disk (record { $of }).
check-file-missing-remedy = Agency: put the file back or attach it again.
check-file-empty = The file is empty (record { $of }).
check-file-empty-remedy = Agency: attach the right file again.
check-file-too-large = The file is over the limit (record { $of }).
check-file-too-large-remedy = Agency: make the file smaller; else the administrator raises “publication.max_file_size”.
check-file-type = Files of this type are not sent, or it bears macros (record { $of }).
check-file-type-remedy = Agency: attach it as a PDF; else the administrator completes “publication.file_types”.
check-photo-type = This photo is neither a JPEG nor a PNG (record { $of }).
check-photo-type-remedy = Agency: save it as JPEG or PNG, then replace it.
check-file-damaged = This PDF or photo is cut short or damaged (record { $of }).
check-file-damaged-remedy = Agency: attach the right file again.
check-file-protected = This PDF asks for a password or is encrypted (record { $of }).
check-file-protected-remedy = Agency: save it without protection, then attach it again.
check-file-unreadable = The file can't be read, is outside the files' folders, or is no picture (record { $of }).
check-file-unreadable-remedy = Administrator: let the service read the file and make sure that it stands in a folder of “agency.files”.
check-photo-without-binder = The photo has a publication date and no binder: it is not sent.
check-photo-without-binder-remedy = Agency: choose a binder for the photo, if it is to be seen.
check-login-missing = An account is published, but the party has no login: it can't connect.
check-login-missing-remedy = Agency: assign a login and a password.
check-password-missing = The party has a login, and was never given a temporary password.
check-password-missing-remedy = Agency: assign a password.
check-stale-password = The temporary password is older than thirty days.
check-stale-password-remedy = Agency: make sure that the client connected; else assign a new one.
check-password-not-renewed = The access had been revoked and comes back, without a new temporary password.
check-password-not-renewed-remedy = Agency: run “publier credentials assign”, then hand the client the new password.
check-party-without-name = The party has no name to show: it leaves without one.
check-party-without-name-remedy = Agency: complete the record.
check-no-address = The postal address is incomplete: letters leave without it.
check-no-address-remedy = Agency: complete the record.
check-no-invoices-binder = Expenses are to be sent, and no condominium binder has the code INVOICES, which gives them their rights.
check-no-invoices-binder-remedy = Agency: create that binder, or switch the expenses off.
check-expense-unreadable = The expense can't be read or added up: it is not sent.
check-expense-unreadable-remedy = Agency: correct its date or its amounts.
check-expense-dangling = The fiscal year or the allocation key does not exist, or is another building's: the expense is not sent.
check-expense-dangling-remedy = Agency: correct the entry's year or key.
check-shares-exceed-amount = The deductible and the recoverable parts together exceed the amount.
check-shares-exceed-amount-remedy = Agency: correct the entry's parts.
check-share-of-other-sign = The deductible or the recoverable part hasn't the amount's sign.
check-share-of-other-sign-remedy = Agency: correct the entry's parts.
check-vat-of-other-sign = The VAT hasn't the amount's sign.
check-vat-of-other-sign-remedy = Agency: correct the entry's VAT.
check-event-of-other-building = The event that it comes from ({ $other }) concerns another building than the expense.
check-event-of-other-building-remedy = Agency: correct the entry's building or the event's.
check-private-of-other-building = The private charge is charged to record { $other }, which is of another building.
check-private-of-other-building-remedy = Agency: correct the entry's record or building.
check-former-holder = An amount of account { $account } stands on a former co-owner's record (unit { $unit }): nobody sees it.
check-former-holder-remedy = Agency: transfer it to the buyer.
check-fund-unreadable = The amount or the date can't be read or added up: nothing of that record is sent.
check-fund-unreadable-remedy = Agency: correct the amount or the date.
check-list-half-set = The co-owner list wants two settings, and this one is missing: it can't be made.
check-list-half-set-remedy = Agency: set the document's number and the event template.
check-list-without-binder = The template of the co-owner list has no condominium binder to publish it in.
check-list-without-binder-remedy = Agency: choose a binder kept for the council in that template.
check-council-only = The binder of the co-owner list is open to plain co-owners, and the list is for the council: it is refused.
check-council-only-remedy = Agency: keep the binder for the council, or choose another in the template.
check-no-slot = The service is on, and no day and hour is ticked: nothing will leave.
check-no-slot-remedy = Agency: tick the days and hours of publication.
check-bad-slot = This slot is no day and hour: the schedule can't be followed.
check-bad-slot-remedy = Agency: correct it in the system services.
check-service-missing = The scheduled service isn't in the database: nothing will leave by itself.
check-service-missing-remedy = Agency: create it and switch it on.
check-service-inactive = The scheduled service is off: nothing will leave by itself.
check-service-inactive-remedy = Agency: switch it on.
check-service-dotted = The service bears the old spelling, with dots; it is accepted.
check-service-dotted-remedy = Agency: rename it { $name } some day.
check-no-reader = No user receives the “system” messages: nobody will read the report.
check-no-reader-remedy = Agency: tick “system messages” for one user at least.
check-server-unreachable = { $reason } ({ $words })
check-server-unreachable-remedy = { $advice }
check-server-unknown = { $reason } ({ $words })
check-server-unknown-remedy = { $advice } If the host confirms this fingerprint, write in agent.toml, under this server: { $setting }
check-login-refused = { $reason } ({ $words })
check-login-refused-remedy = { $advice }
check-operation-refused = The server refuses the operation “{ $operation }”, which every publication needs ({ $words }).
check-operation-refused-remedy = Host: allow “{ $operation }” to this account. With OpenSSH, take it off the requests that “internal-sftp -P” denies, or add it to those that “-p” allows.
check-deposit-missing = The deposit folder { $deposit } isn't on the server.
check-deposit-missing-remedy = Host: make it. Administrator: or correct “deposit” in agent.toml.
check-deposit-unwritable = A trial file could not be written, renamed or removed in { $deposit }. { $reason } ({ $words })
check-deposit-unwritable-remedy = Host: let the account write, rename and remove in that folder.
check-folders-refused = The server made no trial folder in { $folder }: a publication puts its files into “documents” there, by numbered folders that it makes. { $reason } ({ $words })
check-folders-refused-remedy = Host: let this account make folders (“{ $operation }”), or make “documents” in { $deposit } yourself and, in it, the hundred folders 00 to 99.
check-size-unconfirmed = The server doesn't confirm the size of a trial file ({ $words }): no publication would ever be confirmed.
check-size-unconfirmed-remedy = Host: allow SIZE, MLST or LIST for this account.
check-receipts-unread = The target awaits the extranet’s receipts (“receipts”), but a trial file couldn’t be read back from the server ({ $words }): no publication would ever be confirmed.
check-receipts-unread-remedy = Host: let this account read the files of the deposit folder. Administrator: or else, remove “receipts” from agent.toml.
check-folder-unlisted = The folder { $folder } could not be listed ({ $words }): orphan files and parts left over there are not known.
check-folder-unlisted-remedy = Host: allow “{ $operation }” to this account in that folder. A publication doesn’t need it; “publish --adopt” does.
check-orphan-file = This file stands on the server, and no publication of this ledger lists it.
check-orphan-file-remedy = Administrator: if no other agent publishes here, it can be removed.
check-left-over-part = An interrupted transfer left this part on the server.
check-left-over-part-remedy = Administrator: nothing to do if a publication is under way; else it can be removed.
