# What stops a publication, and what staff should look at in one that left.

flow-no-licence = The extranet’s licence is not valid: nothing is sent. Agency: validate the licence in the software’s administration, then publish again.
flow-bad-domain = The extranet’s domain name is missing or wrong (“{ $detail }”): nothing is sent. Agency: enter the one given to Crypto (lower-case letters, digits and hyphens).
flow-database-missing = The agency’s database is not there: { $detail }. Administrator: correct “database” in agent.toml, or make this file accessible.
flow-database-unreadable = The agency’s database can’t be read ({ $detail }). Administrator: check the file and the rights of the account that runs the agent.
flow-database-damaged = The agency’s database can’t be read: { $detail }. Nothing is sent. Administrator: check that “database” is the software’s own, then have it repaired or restore it from a backup.
flow-database-schema = The agency’s database does not have the expected form: { $detail }. Administrator: update the software, or complete the views; the expected form stands in schemas/agency.sql.
flow-schema-no-table = { $table }: no such table
flow-schema-no-column = { $column }: no such column
flow-schema-other-type = { $column }: { $found } instead of { $expected }
flow-database-busy = The agency’s database stayed locked. Nothing is lost: the publication will be tried again.
flow-database-no-row = The agency’s database lacks the expected row in “{ $detail }”. Administrator: check that the file is the agency’s own.
flow-ledger = The agent’s ledger can’t be used ({ $detail }). Administrator: check the agent’s data folder.
flow-ledger-damaged = The agent’s ledger (state.db, in its data folder) can’t be read: { $detail }. Nothing is sent. Administrator: restore this file from a backup; failing that, put it aside and run “publier publish --adopt”, which compares with the server before it sends.
flow-ledger-newer = The agent’s ledger ({ $path }) was written by a newer agent (form { $found }, this one knows up to { $known }). Administrator: install the newer one again; the older must not write into it.
flow-ledger-foreign = The file { $path } is not the agent’s ledger. Administrator: give another “data.dir”, or put this file aside.
flow-ledger-network = The agent’s ledger ({ $path }) is on a network disk ({ $detail }), where it can be damaged. Administrator: place “data.dir” on a local disk.
flow-disk = A local file can’t be read or written ({ $detail }). Administrator: check the free space and the rights of the data folder.
flow-disk-full = This machine’s disk is full. Nothing is lost: the publication will leave again. Administrator: free some room in the agent’s data folder.
flow-out-of-order = The agency’s database gives its rows in an inconsistent order ({ $detail }). Vendor: hand this to support.
flow-stopped = The publication was stopped. Nothing is lost: it goes on at the next start.
flow-defect = The agent met an internal error ({ $detail }). Vendor: hand this to support with the log.
flow-gave-way = The publication gave way to another that did not leave. Nothing is lost: publish again.
flow-uncertain = The server does not tell whether the publication arrived: it stands neither under its temporary name nor under its final one. It is not confirmed, and the next one will replace it. Extranet vendor: check whether it was taken.
flow-no-receipt = Publication no. { $sequence } stands on the server, but the extranet has not acknowledged it yet: it is not confirmed. The next run looks for the receipt first, and sends everything again if it has not come. Extranet vendor: check that the extranet takes what is deposited.
flow-receipt-unreadable = Publication no. { $sequence } stands on the server, but its receipt can’t be read: it is not confirmed. The next run looks for it again. Extranet vendor: compare the file “receipt-….xml” with schemas/receipt.xsd.
flow-receipt-of-another = Publication no. { $sequence } stands on the server, but the receipt found is another publication’s: it is not confirmed. The next run looks for it again. Extranet vendor: check the series, the number and the digest that the extranet writes into “receipt-….xml”.
flow-receipt-refused = The extranet refused publication no. { $sequence }: { $reasons }. Nothing that it carried is confirmed, and all of it will be sent again. Extranet vendor: correct what made it refuse.
flow-receipt-no-reason = no reason given

flow-stored-balance = Account { $account }: the stored balance is not the sum of the entries; that sum is published. Agency: recompute the balance.
flow-opening-differs = Account { $account }: an opening differs from the sum of the entries before it. Agency: check the closing.
flow-not-validated = Account { $account }: published, but not validated yet. Agency: validate it, or clear its publication.
flow-invalid-bank = Building { $building }: the IBAN or BIC is wrong; the bank details are sent empty. Agency: correct them.
flow-former-holders =
    { $count ->
        [one] One works-fund amount stands on a former co-owner’s record. Agency: move it to the buyer; “publier check” names the record.
       *[other] { $count } works-fund amounts stand on former co-owners’ records. Agency: move them to the buyers; “publier check” names the records.
    }
flow-more-remarks =
    { $count ->
        [one] And one more remark: see publier check.
       *[other] And { $count } more remarks: see publier check.
    }
flow-plain-transport = Files travel in clear (FTP without encryption). Administrator: move to FTPS or SFTP.
flow-withheld-passwords =
    { $count ->
        [one] One temporary password waits for an encrypted transport.
       *[other] { $count } temporary passwords wait for an encrypted transport.
    }
flow-returning-access =
    { $count ->
        [one] One revoked access comes back without a new temporary password: { $parties }. Agency: run “publier credentials assign”.
       *[other] { $count } revoked accesses come back without a new temporary password: { $parties }. Agency: run “publier credentials assign”.
    }
flow-account-moved =
    { $count ->
        [one] Account { $account } changed its party: its document on line goes to the new one, who will read it; the former no longer does. Agency: check the account’s party.
       *[other] Account { $account } changed its party: its { $count } documents on line go to the new one, who will read them; the former no longer does. Agency: check the account’s party.
    }
flow-repaired-texts =
    { $count ->
        [one] One text of the database was not UTF-8; it was read as Windows-1252.
       *[other] { $count } texts of the database were not UTF-8; they were read as Windows-1252.
    }
flow-no-manifest = The summary of this publication was not kept in the history. The publication itself is complete. { $words }
flow-not-wal = The agency’s database is not in WAL mode: it had to be copied before it was read. Administrator: put it in WAL mode.
flow-list-late = Co-owner list of { $building }: it changed and could not be made again. The next publication will try. { $words }
flow-lists-late = The co-owner lists could not be looked at again. The next publication will try. { $words }
flow-list-dropped = Co-owner list of { $building }: what the PDF does not show: { $what }.
flow-letter-unmade = { $record }: { $what }
flow-letter-dropped = { $record }: what the PDF does not show: { $what }.
flow-replaced-characters =
    { $count ->
        [one] One character that XML forbids was replaced. “publier check” names the record.
       *[other] { $count } characters that XML forbids were replaced. “publier check” names the records.
    }
