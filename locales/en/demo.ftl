# The demo.

demo-not-a-demo = The folder { $folder } holds something other than the demo: choose another one with --dir.
demo-no-demo = There is no demo in { $folder }: run “publier demo --dir { $folder }” first.
demo-already-serving = The servers of the demo in { $folder } are up already: use them with “--config { $folder }/agent.toml”, or stop them first (Ctrl-C).
demo-failed = The demo could not be prepared: { $detail }
demo-made =
    Demo: the agency “TESTS 605” is ready in { $folder }
    - agency.db: the back office’s database
    - files/: the attached files
    - agent.toml: the agent’s configuration
    - server/: what the extranet’s server receives

demo-log =
    TRANSFER LOG
    - { $log }: { $logged } files sent, all of them on the server ({ $standing } in all)
demo-log-differs =
    TRANSFER LOG
    - { $log }: { $logged } files sent, { $absent } of them missing on the server ({ $standing } in all)
demo-next =
    TO TRY NEXT
    - open the PDFs: { $folder }/server/depot/documents/
    - read the publication: unzip -p { $folder }/server/depot/publication-*.zip | less
    - publish a second time (nothing new leaves): { $program } demo --dir { $folder }
    - keep the servers up to try the other commands: { $program } demo --serve --dir { $folder }
    - then, in another terminal: { $program } --config { $folder }/agent.toml status
demo-serving =
    Demo servers, on this machine only (Ctrl-C stops them):
    - FTPS 127.0.0.1:{ $ftps }, SFTP 127.0.0.1:{ $sftp }, user { $user }, password in { $folder }/secrets/extranet.password
    - every command works with “--config { $folder }/agent.toml”, for example:
      { $program } --config { $folder }/agent.toml publish --dry-run
