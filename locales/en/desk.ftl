# What people do at their desk: accounts, credentials, events, binders, co-owner lists, options, schedule, why.

## Help of the commands

help-schedule = Days and hours of publication
help-schedule-show = Shows days and hours, and whether the service is active
help-schedule-set = Sets days and hours (in place of those that stand), or switches the service
help-schedule-set-slots = Days and hours: mon-fri=12:30,18:00 sat=09:00; “none” clears them all
help-schedule-set-on = Switches the service on
help-schedule-set-off = Switches the service off
help-accounts = Published accounts: list, tick, clear
help-accounts-list = Lists accounts
help-accounts-mark = Ticks “Service client”: the account is published, and its party gets credentials if it has none
help-accounts-statements = Archives the account statement as a PDF, one event a published account: the next publication sends it
help-accounts-unmark = Clears “Service client”: the account and its documents are removed at the next publication
help-accounts-unmark-yes = Does not ask
help-any-ids = Keys of the records (none: all that the other filters keep)
help-any-entity = Code of the entity
help-any-role = Role: landlord, tenant, co-owner or other
help-any-number = Beginning of the account number, or a pattern with * and ? (quoted)
help-any-building = Code of the building
help-any-published = Only what is published
help-any-unpublished = Only what is not
help-any-dry-run = Shows what would be done, writing nothing
help-credentials = Logins and temporary passwords
help-credentials-missing = Lists the published parties that have no login or no password
help-credentials-assign = Gives what is missing; a password is never shown
help-credentials-assign-parties = Codes of the parties (none: all who lack something)
help-credentials-assign-reissue = Gives the parties named a new temporary password
help-credentials-letters = Writes a letter a party with its login and temporary password, to be handed over or posted
help-credentials-letters-parties = Codes of the parties (none: all that have a published account and an access)
help-credentials-letters-out = Folder of the letters (by default: "lettres" in the data folder)
help-events = Events: list, publish, unpublish
help-events-list = Lists events
help-events-publish = Publishes as of today: the next publication sends them
help-events-publish-again = Also those dated today already
help-events-unpublish-now = Withdraws at once from the site what is visible, and says who could see it since when
help-events-unpublish = Unpublishes (00/00/00): the next publication removes them
help-any-template = Code of the event template
help-any-from = From this date on (YYYY-MM-DD)
help-any-to = Up to this date (YYYY-MM-DD)
help-any-account = Number of the account, or ENTITY/NUMBER
help-binders = Binders: list, new ones, names, rights
help-binders-list = Lists the binders and their rights
help-binders-create = Makes binders, with no right ticked
help-binders-create-module = Module: rental or condo
help-binders-create-parent = Code of the binder that they stand in
help-any-binders = Code and name of each binder: QUOTES="Quotes and works"
help-binders-rename = Renames binders: their documents don’t move
help-binders-rights = Changes the rights of binders
help-binders-rights-codes = Codes of the binders
help-binders-rights-set = Exactly these boxes: landlord, tenant, co-owner, member, president (separated by commas)
help-binders-rights-none = No box
help-binders-rights-tick = Ticks these boxes too
help-binders-rights-untick = Clears these boxes
help-co-owners = The co-owner list
help-co-owners-list = Shows the list as it would be printed today
help-co-owners-list-buildings = Codes of the buildings (none: all that have co-owners)
help-co-owners-generate = Makes the list as a PDF for the council: the next publication sends it
help-co-owners-generate-buildings = Codes of the buildings (none: all that have co-owners)
help-co-owners-generate-initials = Initials printed on the list (by default: those of the service)
help-render = Writes a document of the agent to a file, for a look before it is sent
help-render-co-owners = The co-owner list of a building
help-render-statement = The statement of an account
help-render-expenses = The expense list of a building and a fiscal year
help-render-works-fund = The works funds of a co-owner
help-render-letter = The access letter of a party, its password masked
help-render-expenses-year = Label of the year, or a part that is enough: 2015
help-render-works-fund-holder = Key of the co-owner record, or code of the party if it has only one
help-render-letter-party = Code or key of the party
help-any-out = File to write
help-options = The extranet’s options: list, set
help-options-list = Lists the options with value, default and rule
help-options-set = Sets options: all of them, or none if a value is wrong
help-options-set-options = Name and value: send_102=yes full_index_weekday=sunday
help-why = Why a document, an account or a party is on the site, or isn’t
help-why-document = A document: number of its event, photo:5, or the document’s id
help-why-account = An account: its number, or ENTITY/NUMBER
help-why-party = A party: its code
help-any-id = What is asked about

## Results

desk-row-done = Done: { $what }
desk-row-to-do = To do: { $what }
desk-row-already = Done already: { $what }
desk-row-refused = Refused: { $what }: { $why }
desk-nothing-to-withdraw = Server “{ $target }”: nothing of this selection is visible there, nothing was sent.
desk-exposure-none = Nothing of this selection was visible on the site.
desk-exposure =
    { $count ->
        [one] Event { $id } ({ $title }): one document visible since { $since }
       *[other] Event { $id } ({ $title }): { $count } documents visible since { $since }
    }
desk-exposure-server = Server "{ $target }"
desk-exposure-rule = Scope { $scope } { $concerns }, binder { $binder } ({ $code }) open to: { $rights }
desk-exposure-readers =
    { $count ->
        [0] Nobody could see it.
        [one] One party could see it:
       *[other] { $count } parties could see it:
    }
desk-summary = Done: { $done }. Done already: { $already }. Refused: { $refused }.
desk-summary-dry = Dry run, nothing was written. To do: { $done }. Done already: { $already }. Refused: { $refused }.
desk-summary-nothing = Nothing matches this selection.
desk-unknown-year = No open year with expenses has this label: "{ $named }".
desk-unknown-record = No record of this building with funds is "{ $named }", or several are.
desk-given-twice = “{ $name }” is given twice: nothing was done. Give it once.
desk-letters-folder = Access letters in { $folder }: they bear passwords. Hand them over, then erase them.
desk-kind-account = account { $id }
desk-kind-party = party { $id }
desk-kind-building = building { $id }
desk-kind-event = event { $id }
desk-kind-binder = binder { $id }
desk-kind-option = option { $id }
desk-service-on = service on
desk-service-off = service off
desk-slot-on = slot { $day } { $time } in the schedule
desk-slot-off = slot { $day } { $time } out of the schedule
desk-yes = yes
desk-no = no
desk-none = none

## What staff should know of a row

desk-notice-not-validated = This account is not validated yet: validate it before the next publication.
desk-notice-login-given = Login given: { $login }.
desk-notice-password-given = Temporary password given (issue { $issue }): it leaves with the next publication.
desk-notice-no-login = This name gives no login: enter one in the party’s record.
desk-notice-documents-leave =
    { $count ->
        [one] One document of this account will be removed at the next publication.
       *[other] { $count } documents of this account will be removed at the next publication.
    }
desk-notice-access-leaves = It was this party’s last published account: it will not be able to log in.
desk-notice-rights-hole = A box is ticked without all those to its right: members of the council would see less than co-owners.
desk-notice-nobody-reads = Nobody will see this document: no published party there has a right on this binder.
desk-notice-readers =
    { $count ->
        [one] One party will see it.
       *[other] { $count } parties will see it.
    }
desk-notice-stays-expired = Its duration is over: it stays removed.
desk-notice-waits-for-processing = Its template sets a duration, and it has no processing date: it waits.
desk-notice-not-shown = What the PDF does not show: { $what }.
desk-notice-expense-rights = The expense list takes the rights of this binder.

## Before unmarking (D24)

desk-unmark-boxes =
    { $count ->
        [0] No account to clear.
        [one] One account will be cleared.
       *[other] { $count } accounts will be cleared.
    }
desk-unmark-documents =
    { $count ->
        [0] No document published for { $accounts ->
            [one] it
           *[other] them
        } alone will be removed.
        [one] One document published for { $accounts ->
            [one] it
           *[other] them
        } will be removed at the next publication.
       *[other] { $count } documents published for { $accounts ->
            [one] it
           *[other] them
        } will be removed at the next publication.
    }
desk-unmark-ask = Go on? [y/N]
desk-unmark-yes = Nothing was done: to confirm, add --yes.

## Refusals of a whole request

desk-no-selection = Say which ones: numbers, or at least one filter. Nothing was done. See “--help”.
desk-no-rights = Say which boxes: --set, --tick, --untick or --none. Nothing was done.
desk-no-schedule = Say which days and hours (mon-fri=12:30,18:00), or --on, or --off. Nothing was done.
desk-unknown-entity = No entity has the code “{ $named }”.
desk-unknown-building = No building has the code “{ $named }”.
desk-unknown-template = No event template has the code “{ $named }”.
desk-unknown-account = No account has the number “{ $named }”.
desk-shared-number = Several entities have an account of number “{ $named }”: write the entity’s code too.
desk-unknown-party = No party has the code “{ $named }”.
desk-unknown-document = No document is called “{ $named }”: give the number of its event, photo:5, or the document’s id.
desk-unknown-option = No option is called “{ $named }”. Nothing was done.
desk-bad-value = “{ $named }” is no possible value. Nothing was done.
desk-bad-slot = “{ $named }” is no slot. Nothing was done.
desk-nearest = Did you mean “{ $nearest }”?
desk-expected = Expected: { $nearest }
desk-busy = The agency’s database stayed locked by another program: nothing was changed. Agency: try again in a moment.
desk-unwritable = This database can’t be written there: { $function } is not possible from the agent, and nothing was changed. Agency: do it in the back office; administrator: make the view writable if the agent is to do it.
desk-read-only = The file of the agency’s database is read-only for the agent: { $function } is not possible, and nothing was changed. Administrator: give the account that runs the agent the right to write into this file and into its folder.
desk-function-accounts = ticking or clearing accounts
desk-function-credentials = giving logins and passwords
desk-function-events = publishing or unpublishing events
desk-function-binders = making, renaming or changing binders
desk-function-options = setting the options
desk-function-schedule = setting days and hours
desk-function-co-owner-lists = archiving co-owner lists
desk-function-statements = archiving account statements

## Lists

desk-head-id = No.
desk-head-entity = Entity
desk-head-number = Account
desk-head-label = Label
desk-head-role = Role
desk-head-party = Party
desk-head-ticked = Ticked
desk-head-state = Next publication
desk-head-name = Name
desk-head-no-login = No login
desk-head-no-password = No password
desk-head-template = Template
desk-head-date = Date
desk-head-published = Published on
desk-head-subject = Subject
desk-head-code = Code
desk-head-module = Module
desk-head-parent = In
desk-head-rights = Rights
desk-head-remarks = Remarks
desk-head-option = Option
desk-head-value = Value
desk-head-default = Default
desk-head-rule = Rule
desk-head-identity = Identity
desk-head-units = Units
desk-head-working-capital = Working capital
desk-head-works-fund = Works fund
desk-head-council-member = Council member
desk-head-council-president = President
desk-head-resident = Resident
desk-co-owners-head = Co-owner list: { $building } { $address }
desk-account-not-asked = not asked for
desk-account-refused = refused
desk-account-published = published
desk-account-inactive = deactivated
desk-role-landlord = landlord
desk-role-tenant = tenant
desk-role-co-owner = co-owner
desk-role-other = other
desk-module-rental = rental
desk-module-condo = condo
desk-right-landlord = landlord
desk-right-tenant = tenant
desk-right-co-owner = co-owner
desk-right-council-member = council member
desk-right-council-president = council president
desk-binder-locked = locked name
desk-binder-site = fed on the site
desk-binder-hole = rights with a hole
desk-day-1 = Monday
desk-day-2 = Tuesday
desk-day-3 = Wednesday
desk-day-4 = Thursday
desk-day-5 = Friday
desk-day-6 = Saturday
desk-day-7 = Sunday
desk-schedule-on = The service { $service } is active. Days and hours (Europe/Paris):
desk-schedule-off = The service { $service } is not active: nothing leaves by itself. Days and hours (Europe/Paris):
desk-schedule-empty = No day and no hour is ticked.

## Options

desk-option-group-bank-landlord = Group bank entries by date (landlords)
desk-option-group-bank-tenant = Group bank entries by date (tenants)
desk-option-group-bank-co-owner = Group bank entries by date (co-owners)
desk-option-group-by-tenant = Keep two tenants’ payments of one day apart
desk-option-exclude-not-remitted = Leave out what isn’t remitted to landlords
desk-option-use-attachment-names = Use the attachments’ own names
desk-option-attachment-title = Default title of attachments: neutral, number or subject
desk-option-withhold-bank-details = Don’t send the condominiums’ bank details
desk-option-send-expenses = Send the expense list
desk-option-send-102 = Send the 102xxx accounts with the works funds
desk-option-inactivate-on-notice = Deactivate tenants when their notice is recorded
desk-option-inactivate-on-move-out = Deactivate tenants when their departure is recorded
desk-option-inactivate-sellers = Deactivate sellers when a transfer is recorded
desk-option-resend-on-change = Send a document again when its content changes
desk-option-normalize-rights = Complete binder rights to the right
desk-option-write-run-log = Write a log file a run (for support)
desk-option-write-winscp-xml = WinSCP log as XML (for support)
desk-option-co-owner-list-number = Number of the co-owner list on the building
desk-option-co-owner-list-template-id = Event template that archives the co-owner list
desk-option-condo-statement-template-id = Event template of the account statements (condo)
desk-option-rental-statement-template-id = Event template of the account statements (rental)
desk-option-list-initials = Initials printed on lists that the agent makes again
desk-option-expense-roots = Roots of expense accounts
desk-option-works-fund-roots = Roots of works funds
desk-option-voted-works-roots = Roots of provisions for voted works
desk-option-working-capital-roots = Roots of working capital
desk-option-full-index-weekday = Day of the weekly full index
desk-option-landlord-sees-tenant-accounts = Landlords see their tenants’ accounts (the site’s option)
desk-option-landlord-sees-tenant-documents = Landlords see their tenants’ documents (the site’s option)

## Why

desk-why-document = { $record }: { $title }
desk-why-rules = Rules: { $rules }
desk-why-placed = Binder { $binder } ({ $code }), scope { $scope } { $concerns }, dated { $date }
desk-why-until = Visible until { $until }
desk-why-readers =
    { $count ->
        [0] Nobody sees it: no published party there has a right on this binder.
        [one] One party sees it:
       *[other] { $count } parties see it:
    }
desk-why-reader-waits = (no login: access still to be given)
desk-why-published = It is published, or will be at the next publication.
desk-why-not-asked = It has no publication date (00/00/00): nobody asked for it, or it was unpublished.
desk-why-over = Its duration is over.
desk-why-waits = It waits. { $why }
desk-why-refused = It is refused. { $why }
desk-why-gone = It is in the agency’s database no more: it is removed from the site.
desk-why-voucher-placed = Binder { $binder } ({ $code }), building { $concerns }
desk-why-voucher = A voucher: it follows its expense line.
desk-why-superseded = Event { $event } cancels and replaces it.
desk-why-left-out = The last publication left it out ({ $record }): { $why }
desk-why-never = It was never published.
desk-why-live = On line since { $since } ({ $id })
desk-why-removed = Removed from the site ({ $id })
desk-why-account = Account { $number } ({ $entity }), { $label }, { $role }
desk-why-account-published = It is published, or will be at the next publication.
desk-why-account-not-asked = “Service client” is not ticked: it is not published.
desk-why-account-refused = It is ticked and can’t be published.
desk-why-account-inactive = It is ticked, and an option deactivates it.
desk-why-account-live = It is on line.
desk-why-account-not-live = It is not on line.
desk-why-account-documents =
    { $count ->
        [0] No document is on line for it alone.
        [one] One document is on line for it alone.
       *[other] { $count } documents are on line for it alone.
    }
desk-why-party-of = Party: { $party }
desk-why-no-party = It is linked to no party.
desk-why-party = Party { $code }, { $name }
desk-why-allowed = It may log in: at least one of its accounts is published.
desk-why-allowed-later = At least one of its accounts is published; it will be able to log in once it has a login.
desk-why-not-allowed = It may not log in: none of its accounts is published.
desk-why-status = Building { $building }: { $status }
desk-why-its-account = Account { $number } ({ $entity }): { $verdict }
desk-why-lacks-login = It has no login: see “publier credentials assign”.
desk-why-lacks-password = It lacks a temporary password (never given, or to be renewed after a revocation): see “publier credentials assign”.
desk-why-password-due = Its temporary password (issue { $issue }) leaves with the next publication.
desk-why-password-sent = Its temporary password (issue { $issue }) has left.
desk-why-target = Server “{ $target }” (last confirmed publication: { $at })
desk-why-target-never = Server “{ $target }” (no publication was confirmed there yet)
desk-why-no-run = Nothing was published yet.
desk-why-run = Last run: { $at }, { $outcome }
desk-why-confirmed = Last confirmed publication: { $at }
desk-run-done = done
desk-run-partial = done, with refusals
desk-run-held = held, waits for a person
desk-run-failed = failed
desk-run-running = under way
desk-run-interrupted = interrupted
desk-scope-account = account
desk-scope-unit = unit
desk-scope-building = building
desk-scope-entity = entity
desk-space-rental = Rental space
desk-space-condo = Condo space
desk-record-event = event { $id }
desk-record-attachment = attachment { $id }
desk-record-photo = photo { $id }
desk-record-voucher = voucher { $id }
