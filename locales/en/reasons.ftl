# Reasons: for every code, the sentence that tells it (reason-SET-CODE) and what to do about it,
# beginning with whose move it is (remedy-SET-CODE). The codes: core/src/publication/reason.rs.

## Why a transfer failed (rule A9).

reason-transfer-connection-refused = The server refuses the connection: no service answers at this address and port.
remedy-transfer-connection-refused = Host: check that the transfer service is running and that the firewall lets it be reached; if so, the administrator checks the address and port that are set.
reason-transfer-host-not-found = The server’s name is not found.
remedy-transfer-host-not-found = Administrator: check the server’s name in the settings, then this computer’s access to the Internet and to its DNS.
reason-transfer-no-route = No network leads to the server.
remedy-transfer-no-route = Administrator: check this computer’s Internet connection, VPN and firewall.
reason-transfer-timed-out = The server did not answer in time.
remedy-transfer-timed-out = Host: check the server’s load and access if this happens again; the next run goes on by itself.
reason-transfer-connection-lost = The connection with the server broke during the exchange.
remedy-transfer-connection-lost = Administrator: check that the Internet connection is stable if this happens again; the next run goes on where the transfer stopped.
reason-transfer-authentication-refused = The server refuses the user name or the password.
remedy-transfer-authentication-refused = Administrator: check the server’s user name and password in the settings; if they are right, ask the host whether the account is locked.
reason-transfer-login-paused = The server refused the password twice within an hour: none is tried for now, so that the account is not locked.
remedy-transfer-login-paused = Administrator: correct the user or the password in the settings; a changed password is tried at once, otherwise wait until the time given.
reason-transfer-host-key-changed = The server’s key is no longer the recorded one: it may not be the right server, and nothing was sent to it.
remedy-transfer-host-key-changed = Administrator: ask the host whether the key was changed and get the new fingerprint by telephone; only then replace it in the settings.
reason-transfer-host-key-unknown = The server’s key is not recorded yet: nothing was sent to it.
remedy-transfer-host-key-unknown = Administrator: ask the host for the fingerprint of its key and write it in the settings.
reason-transfer-certificate-refused = The server’s certificate is not accepted: expired, made for another name, or from an unknown authority.
remedy-transfer-certificate-refused = Host: renew or correct the certificate; if it is right, the administrator writes its authority or its fingerprint in the settings.
reason-transfer-certificate-changed = The server’s certificate is not the recorded one: it may not be the right server, and nothing was sent to it.
remedy-transfer-certificate-changed = Administrator: ask the host whether the certificate was changed and get the new fingerprint by telephone; only then replace it in the settings.
reason-transfer-tls-failed = The encrypted connection with the server could not be made.
remedy-transfer-tls-failed = Host: turn on TLS 1.2 or 1.3 on the server; the administrator checks that the protocol and port that are set are the right ones.
reason-transfer-permission-denied = The server forbids this operation to the account in use.
remedy-transfer-permission-denied = Host: give the account the right to write, rename and make folders in the deposit folder.
reason-transfer-folder-missing = The folder does not exist on the server.
remedy-transfer-folder-missing = Administrator: check the deposit folder in the settings; if it is right, the host makes it.
reason-transfer-file-exists = A file of the same name exists on the server and can’t be replaced.
remedy-transfer-file-exists = Host: let the account replace its files, or remove the one in place.
reason-transfer-disk-full = The server has no room left: its disk or the account’s quota is full.
remedy-transfer-disk-full = Host: free some room or raise the account’s quota; sending then goes on by itself.
reason-transfer-file-locked = The file is in use by another program on the server.
remedy-transfer-file-locked = Host: release the file if this happens again; the next run tries anew.
reason-transfer-name-refused = The server refuses the name of this file.
remedy-transfer-name-refused = Vendor: send the transfer log to support; the other files have left.
reason-transfer-rename-failed = The file arrived, but the server could not give it its final name.
remedy-transfer-rename-failed = Host: let the account rename its files in the deposit folder.
reason-transfer-size-mismatch = The size of the file on the server is not that of the file sent.
remedy-transfer-size-mismatch = Host: check the server’s disk and filters (antivirus, text conversion) if this happens again; the next run sends the file anew.
reason-transfer-data-channel-refused = The server answers, but refuses the data channel (passive ports).
remedy-transfer-data-channel-refused = Host: open the FTP server’s passive ports in the firewall; the administrator checks the agency’s own.
reason-transfer-server-error = The server answered with an error that is not in the list.
remedy-transfer-server-error = Vendor: send the transfer log to support, with the server’s answer that stands in it.
reason-transfer-local-file-missing = The file to send no longer exists on this computer.
remedy-transfer-local-file-missing = Agency: put the file back in its place, or take it off the event.
reason-transfer-local-file-unreadable = The file to send can’t be read on this computer.
remedy-transfer-local-file-unreadable = Administrator: give the service the right to read this file, and check the disk or the share that holds it.
reason-transfer-local-file-changed = The file was modified while it was sent.
remedy-transfer-local-file-changed = Agency: nothing to do if the document is finished; the next run sends the whole of it.
reason-transfer-local-disk-full = This computer’s disk is full.
remedy-transfer-local-disk-full = Administrator: free some room on the disk that holds the working folder.
reason-transfer-interrupted = Sending was stopped by a person or by the system.
remedy-transfer-interrupted = Agency: nothing to do, the next run goes on; so as not to wait, start the publication.

## Why a record is left out.

reason-refused-no-binder = The event’s template has no binder.
remedy-refused-no-binder = Agency: choose a binder in the event template.
reason-refused-binder-fed-on-site = The template’s binder is fed on the site itself and receives nothing from here.
remedy-refused-binder-fed-on-site = Agency: choose another binder in the event template, or put the document on the site.
reason-refused-module-mismatch = The binder belongs to another module (condo or rental) than the event.
remedy-refused-module-mismatch = Agency: choose in the template a binder of the event’s own module.
reason-refused-no-scope = The event concerns nobody: no account, no unit, no building.
remedy-refused-no-scope = Agency: write in the event the account, unit or building it concerns.
reason-refused-dangling-target = The event names an account, a unit or a building that no longer exists.
remedy-refused-dangling-target = Agency: correct whom the event concerns.
reason-refused-target-not-published = The account that the event names is not published.
remedy-refused-target-not-published = Agency: publish the account, or change whom the event concerns.
reason-refused-no-document-date = The event concerns a unit and has no date: nobody can tell whose the unit was.
remedy-refused-no-document-date = Agency: enter the event’s date.
reason-refused-blank-event = The event is blank: no text, no attachment.
remedy-refused-blank-event = Agency: complete the event or remove its publication date.
reason-refused-expired = The event’s duration of publication is over.
remedy-refused-expired = Agency: nothing to do, unless the document must stay visible: then change its processing date or the template’s duration.
reason-refused-file-missing = The attached file does not exist on the disk.
remedy-refused-file-missing = Agency: put the file back in its place or attach it anew.
reason-refused-file-empty = The attached file is empty.
remedy-refused-file-empty = Agency: attach the right file anew.
reason-refused-file-too-large = The attached file is over the size limit.
remedy-refused-file-too-large = Agency: make the file smaller (coarser scan, useful pages only); otherwise the administrator raises the limit.
reason-refused-file-unreadable = The attached file can’t be read, or stands outside the files’ folder.
remedy-refused-file-unreadable = Administrator: give the service the right to read this file and check that it is inside the files’ folder.
reason-refused-file-type = The attached file's type is not one of those that are sent, or it bears macros.
remedy-refused-file-type = Agency: attach it as a PDF; otherwise the administrator completes "publication.file_types" in agent.toml.
reason-refused-file-damaged = The attached file is cut short or damaged: it would not open.
remedy-refused-file-damaged = Agency: attach the right file again.
reason-refused-file-protected = The attached PDF is encrypted or asks for a password.
remedy-refused-file-protected = Agency: save it without protection, then attach it again.
reason-refused-body-format = The format of the event’s text is not supported.
remedy-refused-body-format = Agency: save the text anew in the software’s editor, or attach it as a PDF.
reason-refused-render-failed = The event’s text could not be laid out.
remedy-refused-render-failed = Vendor: give the event’s number to support; meanwhile, attach the text as a PDF.
reason-refused-transfer-refused = The server refuses this document for good.
remedy-refused-transfer-refused = Host: look at the server’s answer in the transfer log.
reason-refused-account-without-party = The account belongs to no party.
remedy-refused-account-without-party = Agency: link the account to a party.
reason-refused-bad-value = A value of the record is unreadable or out of range.
remedy-refused-bad-value = Agency: correct the record; the verification (publier check) names the value.
reason-refused-unreadable = A date, a box or a reference of the record can’t be read, or its key is another record’s too: it is shown to nobody.
remedy-refused-unreadable = Agency: correct the record; the verification (publier check) names the value.
reason-refused-dangling-reference = The line refers to a record that no longer exists.
remedy-refused-dangling-reference = Agency: correct the line or restore the record; the verification (publier check) names both.
reason-refused-no-invoices-binder = No condo binder has the code INVOICES, which receives the invoices.
remedy-refused-no-invoices-binder = Agency: make this binder, or turn off the sending of vouchers.
reason-refused-council-only = This list’s binder is open to every co-owner, but the list is for the council alone.
remedy-refused-council-only = Agency: keep the binder to the council, or choose another.

## Why a record waits.

reason-waits-future-date = The publication date has not come yet.
remedy-waits-future-date = Agency: nothing to do, the document will leave on its date.
reason-waits-no-processing-date = The template sets a duration of publication, but the event has no processing date.
remedy-waits-no-processing-date = Agency: enter the event’s processing date.
reason-waits-binder-linked-later = The event’s template was linked to a binder later: what had been left out is not published by that.
remedy-waits-binder-linked-later = Agency: publish the event as of today if it is to appear.
reason-waits-plain-transport = A temporary password never leaves over a connection that is not encrypted.
remedy-waits-plain-transport = Administrator: set the server to FTPS or SFTP.
reason-waits-publication-held = The whole publication is held.
remedy-waits-publication-held = Agency: read the report, then accept the publication or correct what it points out.

## Why a document, account or section is withdrawn.

reason-removed-manual = A person withdrew it from publication.
remedy-removed-manual = Agency: nothing to do; to publish it again, set its date or tick publication again.
reason-removed-expired = Its duration of publication is over.
remedy-removed-expired = Agency: nothing to do, unless the document must stay visible: then change its processing date or the template’s duration.
reason-removed-superseded = A newer document supersedes it.
remedy-removed-superseded = Agency: nothing to do.
reason-removed-postponed = Its publication date was postponed.
remedy-removed-postponed = Agency: nothing to do, it will come back on its new date.
reason-removed-gone = The record no longer exists in the database.
remedy-removed-gone = Agency: nothing to do if the deletion is meant; otherwise, restore the record.
reason-removed-binder = Its template has no binder any more, or the binder is gone.
remedy-removed-binder = Agency: choose a binder in the event template if the document must stay visible.
reason-removed-scope = Whom it concerns has changed or is no longer published.
remedy-removed-scope = Agency: nothing to do if the change is meant; otherwise, correct whom the event concerns.
reason-removed-account = The account is no longer published: notice, departure, sale or closed account.
remedy-removed-account = Agency: nothing to do if the departure is meant; otherwise, check the account and the options of publication.
reason-removed-option = The option that sent it is off.
remedy-removed-option = Agency: nothing to do; to send it again, tick the option.
reason-removed-year-closed = The fiscal year is closed.
remedy-removed-year-closed = Agency: nothing to do.
reason-removed-refused = Its new version is refused while those it concerns have changed.
remedy-removed-refused = Agency: correct the new version; the report says what is missing.

## Why a whole publication is held.

reason-hold-first-of-series = This is the first publication to this server: it waits for your consent.
remedy-hold-first-of-series = Agency: check the numbers of accounts and documents, then accept the publication.
reason-hold-no-account = No account is published: the site would be emptied.
remedy-hold-no-account = Agency: check that the database is the right one and that the accounts are ticked; accept only if this is meant.
reason-hold-collapse = More than half of the accounts or documents online are gone from the database.
remedy-hold-collapse = Agency: check that the database is the right one and complete; accept only if this loss is meant.
reason-hold-clock-back = The computer’s clock is behind the last publication.
remedy-hold-clock-back = Administrator: set the computer’s time; the next publication will leave.
reason-hold-clock-forward = The computer’s clock is more than 45 days ahead of the last publication: documents would be withdrawn as expired.
remedy-hold-clock-forward = Administrator: check the computer’s date; if it is right, the agency accepts the publication.
reason-hold-plan-changed = The accepted plan has changed since: it withdraws more.
remedy-hold-plan-changed = Agency: read the new report, then accept its new code.
reason-hold-unknown-plan = The code that was given is that of no publication that waits.
remedy-hold-unknown-plan = Agency: copy the code of this report, eight characters at least.

## Why a change that staff asked for is not made.

reason-staff-not-found = No record bears this number or code.
remedy-staff-not-found = Agency: check the number or the code; the command “list” shows them.
reason-staff-name-locked = The name of this binder can’t be changed.
remedy-staff-name-locked = Agency: make another binder, or keep this name.
reason-staff-fed-on-site = This binder is fed on the extranet: the agent doesn’t touch it.
remedy-staff-fed-on-site = Agency: manage it on the site, or choose another binder.
reason-staff-no-name = The name or the code is blank.
remedy-staff-no-name = Agency: give a name and a code.
reason-staff-illegal-character = The name or the code holds a character that can’t be shown.
remedy-staff-illegal-character = Agency: type it again, without a line break or a special character.
reason-staff-code-taken = Another binder bears this code already.
remedy-staff-code-taken = Agency: choose another code, or rename the binder that exists.
reason-staff-wrong-module = This right or parent is of the other module (rental or condo).
remedy-staff-wrong-module = Agency: choose a right or a parent of the same module.
reason-staff-no-login = The name of this party gives no login.
remedy-staff-no-login = Agency: enter a login in the party’s record, then try again.
reason-staff-no-ticked-account = No account of this party is published: it needs no access.
remedy-staff-no-ticked-account = Agency: tick “Service client” on one of its accounts; credentials come with it.
reason-staff-archive-only = This event archives a Statissimmo run: it is never published.
remedy-staff-archive-only = Agency: nothing to do.
reason-staff-no-credentials = The party has no login or no temporary password to hand over.
remedy-staff-no-credentials = Agency: give them with "publier credentials assign", then try again.
reason-staff-list-setting-missing = The document's number or the event template of the co-owner list is not set.
remedy-staff-list-setting-missing = Agency: set "co_owner_list_number" and "co_owner_list_template_id" with "publier options set".
reason-staff-nobody-listed = No co-owner holds a unit of this building today.
remedy-staff-nobody-listed = Agency: check the building and who holds its units.
reason-staff-no-statement-template = The event template of the account statements is not set.
remedy-staff-no-statement-template = Agency: set "condo_statement_template_id" or "rental_statement_template_id" with "publier options set".
reason-staff-file-stands = Another file has this name already, or the name is among the agency’s files: it is not replaced.
remedy-staff-file-stands = Agency: give another file name, outside the agency’s folders.
