# The command line: help, refusals, what commands say.

help-template = { "{about-with-newline}" }\Usage: { "{usage}" }\\{ "{all-args}" }
help = The agency’s publication agent: reads the database, decides, renders, sends, reports.
help-heading-commands = Commands
help-heading-options = Options
help-value-command = COMMAND
help-help = Shows this help
help-version = Shows the version
help-config = Configuration file (./agent.toml by default, then the system’s)
help-lang = Language of messages: fr or en
help-json = One JSON object a line, and a summary at the end
help-quiet = Shows errors only
help-demo = The whole job on a demo agency: database, servers, publication, report
help-demo-dir = The demo’s folder (./demo by default)
help-demo-reset = Deletes the demo that stands there and starts afresh
help-demo-keep = Leaves the servers up at the end
help-demo-serve = Starts the servers alone
help-publish = Publishes now
help-publish-dry-run = Plans and renders without sending anything or writing to any database
help-publish-out = Folder that keeps what the dry run made
help-publish-confirm = Accepts the held plan that bears this digest
help-publish-full-index = Lists every live document again, without sending it
help-publish-resend-since = Sends again the documents published since this date (YYYY-MM-DD)
help-publish-target = One server alone, by its name in the configuration

usage-unknown-argument = publier: unknown option “{ $argument }”. See “publier --help”.
usage-unknown-command = publier: unknown command “{ $argument }”. See “publier --help”.
usage-missing = publier: { $argument } is missing. See “publier --help”.
usage-conflict = publier: “{ $argument }” does not go with another option given. See “publier --help”.
usage-bad-value = publier: “{ $value }” is no possible value of { $argument }. See “publier --help”.
usage-other = publier: the command was not understood. See “publier --help”.

commands-no-target = No server is called “{ $name }” in the configuration. See “publier config show”.
commands-bad-slot = The publication schedule holds a wrong time: { $slot }. Agency: correct it in the system services.
commands-already-running = A publication is under way: wait until it ends.
commands-already-running-since = A publication is under way (process { $pid }, since { $since }): wait until it ends.
commands-dry-run = Dry run: nothing was sent, no database was changed.
commands-dry-run-kept = What was made stands in { $folder }
