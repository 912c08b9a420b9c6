# The command line: help, refusals, what commands say.

help-template = { "{about-with-newline}" }\Usage: { "{usage}" }\\{ "{all-args}" }
help = The agency’s publication agent: reads the database, decides, renders, sends, reports.
help-heading-commands = Commands
help-heading-options = Options
help-value-command = COMMAND
help-value-file = FILE
help-value-lang = LANG
help-value-n = N
help-value-dir = DIR
help-value-digest = DIGEST
help-value-date = DATE
help-value-name = NAME
help-value-id = ID
help-value-code = CODE
help-value-role = ROLE
help-value-pattern = PATTERN
help-value-party = PARTY
help-value-building = BUILDING
help-value-account = ACCOUNT
help-value-year = YEAR
help-value-co-owner = CO-OWNER
help-value-number = NUMBER
help-value-code-name = CODE=NAME
help-value-module = MODULE
help-value-rights = RIGHTS
help-value-initials = INITIALS
help-value-name-value = NAME=VALUE
help-value-days-times = DAYS=TIMES
help-help = Shows this help
help-version = Shows the version
help-option-lang = Language of messages: fr or en
help-option-json = One JSON object a line, and a summary at the end
help-option-quiet = Shows errors only
help-demo = The whole job on a demo agency: database, servers, publication, report
help-demo-dir = The demo’s folder (./demo by default)
help-demo-reset = Deletes the demo that stands there and starts afresh
help-demo-keep = Leaves the servers up at the end
help-demo-serve = Starts the servers alone
help-check = Checks the configuration, the database and every rule; only reads
help-check-server = Tries each server too: identity, login, deposit folder
help-check-elan = Shows, by condominium, which documents the décret 2019-502 wants on the extranet instead
help-run = Runs the service in the foreground, until a signal stops it
help-status = Shows what happened, what waits and what comes next
help-schedule = The publication schedule
help-schedule-next = Lists the next slots, in the agency’s time
help-schedule-next-number = How many slots (10 by default)
help-option-config-file = Configuration file (./agent.toml by default, then the system’s)
help-config = The configuration: check it, show it
help-config-check = Checks the configuration and what it names, without writing anything or calling the server
help-config-show = Shows each setting and where it comes from, secrets hidden
help-publish = Publishes now
help-publish-dry-run = Plans and renders without sending anything or writing to any database
help-publish-out = Folder that keeps what the dry run made
help-publish-confirm = Accepts the held plan that bears this digest
help-publish-adopt = Compares with the server first: what stands there is not sent again (new machine, lost ledger)
help-publish-full-index = Lists every live document again, without sending it
help-publish-resend-since = Sends again the documents published since this date (YYYY-MM-DD)
help-publish-target = One server alone, by its name in the configuration

usage-unknown-argument = publier: unknown option “{ $argument }”. See “publier --help”.
usage-unknown-command = publier: unknown command “{ $argument }”. See “publier --help”.
usage-missing = publier: { $argument } is missing. See “publier --help”.
usage-conflict = publier: “{ $argument }” does not go with another option given. See “publier --help”.
usage-bad-value = publier: “{ $value }” is no possible value of { $argument }{ $possible }. See “publier --help”.
usage-possible = {" "}(possible: { $values })
usage-range = {" "}({ $least } to { $most })
usage-date = {" "}(expected: YYYY-MM-DD)
usage-number = {" "}(expected: a whole number)
usage-other = publier: the command was not understood. See “publier --help”.

commands-no-target = No server is called “{ $name }” in the configuration. See “publier config show”.
commands-bad-slot = The publication schedule holds a wrong time: { $slot }. Agency: correct it in the system services.
commands-already-running = A publication is under way: wait until it ends.
commands-already-running-since = A publication is under way (process { $pid }, since { $since }): wait until it ends.
commands-withdraw-waits = The dates are taken away, but a publication is under way: give the command again when it has ended, or the next one removes them from the site.
commands-withdraw-waits-since = The dates are taken away, but a publication is under way (process { $pid }, since { $since }): give the command again when it has ended, or the next one removes them from the site.
commands-service-running = A publier service works on this data folder already: one is enough. Stop it first, or give this one another “data.dir”.
commands-service-running-since = A publier service works on this data folder already (process { $pid }, since { $since }): one is enough. Stop it first, or give this one another “data.dir”.
commands-check-read-only = This account can’t write the database ({ $words }): it is published, but the report does not reach the messages and the staff’s commands are refused. Administrator: let this account write the database and its folder.
commands-check-unavailable = Some views can’t be written. Functions unavailable: { $functions }.
commands-nothing-to-confirm = No publication waits for your consent: nothing left. To publish: publier publish
commands-dry-run = Dry run: nothing was sent, no database was changed.
commands-dry-run-kept = What was made stands in { $folder }

commands-schedule-off = No slot: the publication service is switched off in the software. Agency: switch it on in the system services.
commands-schedule-empty = No slot: no day and time is ticked. Agency: tick them in the system services.

commands-status-idle = No publication is under way.
commands-status-running = A publication is under way (process { $pid }, since { $since }).
commands-status-never = { $name }: no publication confirmed.
commands-status-confirmed = { $name }: last confirmed publication no. { $sequence }, { $at }.
commands-status-awaits-receipt = Publication no. { $sequence }, sealed on { $since }, stands on the server and awaits the extranet’s receipt.
commands-status-held = A publication has waited for your consent since { $since }. { $reasons } To accept it: publier publish --confirm { $digest }
commands-status-waiting =
    { $count ->
        [0] Messages: none waits.
        [one] Messages: one waits to be put into the agency’s database.
       *[other] Messages: { $count } wait to be put into the agency’s database.
    }
commands-status-slots = Next slots:
commands-status-no-run = No publication was started yet.
commands-status-runs = Last publications:
commands-status-run = no. { $id }, { $at }, { $trigger }: { $outcome }
commands-status-ended = (code { $code }, { $took })
commands-trigger-slot = slot
commands-trigger-manual = on demand
commands-trigger-catch-up = catch-up
commands-trigger-retry = new try
commands-outcome-running = under way
commands-outcome-interrupted = interrupted
commands-outcome-done = done
commands-outcome-partial = partial
commands-outcome-held = waits for consent
commands-outcome-failed = failed

commands-check-well = [well]    { $name }: { $what }
commands-check-wrong = [correct] { $name }: { $what }
commands-check-all-well = The configuration can be used.
commands-check-file = Configuration
commands-check-database = The agency’s database
commands-check-licence = Licence and domain name
commands-check-schedule = Schedule
commands-check-files = Folder of attached files
commands-check-data = The agent’s folder
commands-check-ledger = The agent’s ledger
commands-check-server = Server, without calling it
commands-output-refused = what the command shows could not be written in full: { $why }. Its work does not suffer from it; make room or choose another output.
