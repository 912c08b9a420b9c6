# The run report, the console and the transfer log’s own warning.

report-subject = { $result } ({ $target })
report-headline-done =
    { $count ->
        [0] Publication succeeded: no new document
        [one] Publication succeeded: { $shown } document published
       *[other] Publication succeeded: { $shown } documents published
    }
report-headline-removals =
    { $count ->
        [one] Publication succeeded: { $shown } withdrawal
       *[other] Publication succeeded: { $shown } withdrawals
    }
report-headline-partial =
    { $count ->
        [one] Publication partial: { $shown } item to correct
       *[other] Publication partial: { $shown } items to correct
    }
report-headline-held = Publication held: nothing left, your consent is awaited
report-headline-held-but-removals =
    { $count ->
        [one] Publication held: { $shown } withdrawal that a person asked for left, your consent is awaited for the rest
       *[other] Publication held: { $shown } withdrawals that a person asked for left, your consent is awaited for the rest
    }
report-headline-stopped = Publication stopped before its end
report-headline-failed = Publication failed: { $cause }

report-place = Agency { $agency }, server “{ $target }”
report-place-nameless = Server “{ $target }”
report-when = { $moment }, in { $duration }
report-files =
    { $count ->
        [0] No file sent
        [one] { $shown } file sent ({ $size })
       *[other] { $shown } files sent ({ $size })
    }
report-rendered =
    { $count ->
        [one] of which { $shown } letter rendered as PDF
       *[other] of which { $shown } letters rendered as PDF
    }
report-resumed =
    { $count ->
        [one] { $shown } interrupted upload went on where it had stopped
       *[other] { $shown } interrupted uploads went on where they had stopped
    }
report-adoption = Compared with the server: { $there } files stand there already, { $other } have another size, { $missing } are missing
report-title-audiences = Readers
report-nobody-reads =
    { $count ->
        [one] { $shown } document that nobody reads. Agency: look at the binder’s rights and at the target
       *[other] { $shown } documents that nobody reads. Agency: look at the binder’s rights and at the target
    }
report-scope-building = building
report-scope-entity = entity
report-readers =
    { $count ->
        [one] { $record }, scope { $scope }: { $shown } reader
       *[other] { $record }, scope { $scope }: { $shown } readers
    }
report-widened =
    { $count ->
        [one] { $shown } document becomes visible to more people
       *[other] { $shown } documents become visible to more people
    }
report-nothing-lost = Nothing is lost: what is not confirmed leaves again with the next publication.

report-title-to-do = TO DO
report-title-sections = IN DETAIL
report-title-prepared = PREPARED, NOTHING IS CONFIRMED
report-title-left-out = LEFT OUT, TO BE LOOKED AT
report-title-waiting = WAITING
report-title-withdrawn = WITHDRAWN FROM THE SITE
report-title-warnings = WARNINGS
report-title-next = NEXT PUBLICATIONS

report-confirm = To accept this publication: publier publish --confirm { $digest }
report-server-says = Answer received: { $words }
report-more =
    { $count ->
        [one] and { $shown } other
       *[other] and { $shown } others
    }
report-record = - { $kind } { $id }
report-record-labelled = - { $kind } { $id }: { $label }
report-counted =
    { $count ->
        [one] - { $shown } item: { $reason }
       *[other] - { $shown } items: { $reason }
    }

report-kind-account = Account
report-kind-party = Party
report-kind-building = Building
report-kind-unit = Unit
report-kind-binder = Binder
report-kind-event = Event
report-kind-attachment = Attachment
report-kind-photo = Photo
report-kind-voucher = Voucher
report-kind-expense = Expense
report-kind-works-fund = Works fund
report-kind-co-owner-list = Co-owner list
report-kind-entity = Entity
report-kind-staff-member = Staff member
report-kind-supplier = Supplier
report-kind-holding = Holding
report-kind-lease = Lease
report-kind-co-owner-record = Co-owner record
report-kind-ownership-transfer = Transfer of ownership
report-kind-fiscal-year = Fiscal year
report-kind-allocation-key = Allocation key
report-kind-event-template = Event template
report-kind-case-file = Case file
report-kind-access = Access of party

report-section = - { $section }: { $published } of { $known }
report-section-unchanged = { $shown } already online
report-section-held = { $shown } waiting
report-section-refused =
    { $count ->
        [one] { $shown } left out
       *[other] { $shown } left out
    }
report-section-not-asked = { $shown } not to publish
report-section-entities = Entities
report-section-staff = Staff
report-section-suppliers = Suppliers
report-section-parties = Parties
report-section-buildings = Buildings
report-section-holdings = Holdings
report-section-leases = Leases
report-section-accounts = Accounts
report-section-binders = Binders
report-section-expenses = Expenses
report-section-works-funds = Works funds
report-section-documents = Documents

report-mode-full = full
report-mode-changes = changes
report-mode-removals = removals only
report-reference-run = For support: run { $run }
report-reference-publication = { $run }, publication { $publication }, no. { $sequence } ({ $mode })

report-cause-other = An unexpected error stopped the publication.
report-cause-usage = The command was not understood.
report-cause-configuration = A setting is missing or not valid.
report-cause-database = The database can’t be read.
report-cause-connection = The server can’t be reached.
report-cause-unconfirmed = The extranet did not confirm what was sent.
report-cause-already-running = Another publication is running.
report-cause-interrupted = The publication was stopped.
report-cause-done = The publication is over.
report-cause-partial = The publication is incomplete.
report-cause-held = The publication is held.
report-remedy-other = Vendor: send this report to support if this happens again.
report-remedy-usage = Administrator: see publier help.
report-remedy-configuration = Administrator: correct agent.toml; publier config check names the line.
report-remedy-database = Administrator: check the path and the state of the database; publier check says what is missing.
report-remedy-connection = Administrator: check the server’s address and the Internet connection.
report-remedy-already-running = Agency: nothing to do, wait for the end of the publication under way.
report-remedy-interrupted = Agency: nothing to do, the next run goes on.
report-remedy-done = Agency: nothing to do.
report-remedy-partial = Agency: correct what the report names.
report-remedy-held = Agency: read the report, then accept the publication.

report-warning-log = The transfer log could not be written ({ $place }: { $words }). The transfers are not affected.

report-console-files = { $done } / { $total } files
report-console-bytes = { $done } / { $total }
report-console-failed = { $shown } failed
report-console-left = { $duration } left
