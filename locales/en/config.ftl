# The sentences of the room: config.

config-invalid = { $count ->
    [one] The configuration { $file } can't be used: one problem.
   *[other] The configuration { $file } can't be used: { $count } problems.
}
config-none = No configuration file was found: { $tried }.
config-none-remedy = Name it with “--config FILE”, or copy agent.toml.example as agent.toml and fill it in.
config-unreadable = The configuration file { $path } can't be read ({ $words }).
config-unreadable-remedy = Give the name of a file, check its rights and that it is saved as UTF-8.
config-not-toml = The file is not valid TOML ({ $detail }).
config-not-toml-remedy = Mend the line shown: a text stands in quotes, a line reads “key = value”.
config-unknown-key = The key “{ $key }” does not exist.
config-unknown-key-remedy = Keys possible here: { $expected }.
config-secret-in-file = A secret is written in the file (“{ $key }”): it is not accepted here.
config-secret-in-file-remedy = Put the password alone in a file that only the service can read (mode 0600), give its path by “password_file” (or “key_passphrase_file” for a key), then delete this line.
config-wrong-type = The value is of type { $found }, the expected type is { $expected }.
config-wrong-type-remedy = A string stands in quotes, an integer and a boolean have none, an array stands in square brackets.
config-missing = The key “{ $key }” is missing.
config-missing-remedy = Add it; agent.toml.example explains it and shows an example.
config-empty = The value of “{ $key }” is empty.
config-empty-remedy = Give it a value, or delete the line if the key is optional.
config-choice = “{ $value }” is not a possible value of “{ $key }”.
config-choice-remedy = Possible values: { $expected }.
config-duration = “{ $value }” is not a duration (“{ $key }”).
config-duration-remedy = Write a whole number and its unit: s (seconds), m (minutes), h (hours) or d (days), as in “20s” or “72h”.
config-size = “{ $value }” is not a size (“{ $key }”).
config-size-remedy = Write a whole number and its unit: B, KiB, MiB, GiB or TiB, as in “100MiB”.
config-hours = “{ $value }” is no part of a day (“{ $key }”).
config-hours-remedy = Write two hours of Paris with a hyphen between them, as in “08:00-19:00” or “22:00-06:00”.
config-no-days = “{ $key }” names no day: the limit would never hold.
config-no-days-remedy = Write days with spaces between them, as in “mon tue wed thu fri”, or delete “days”: the limit then holds every day.
config-range = “{ $value }” is out of bounds for “{ $key }”.
config-range-remedy = Choose a value from { $min } to { $max }.
config-no-folder = The folder { $path } does not exist (“{ $key }”).
config-no-folder-remedy = Mend the path, or check that the disk or share is mounted. A relative path starts at the folder of agent.toml.
config-no-file = The file { $path } does not exist (“{ $key }”).
config-no-file-remedy = Mend the path or create the file. A relative path starts at the folder of agent.toml.
config-file-mode = Other users can read the secret { $path } (mode { $mode }, “{ $key }”).
config-file-mode-remedy = Keep it for the service's account: chmod 600 { $path }
config-file-unreadable = The file { $path } can't be read ({ $words }, “{ $key }”).
config-file-unreadable-remedy = Check that it belongs to the service's account and holds only the secret, in UTF-8.
config-authorities = The file { $path } holds no certificate of an authority that can be read (“{ $key }”).
config-authorities-remedy = Put the certificate of the server’s authority into it, as PEM, readable by the service’s account; or give the fingerprint of the server’s certificate (“certificate_fingerprint”).
config-picture = The file { $path } is no PNG or JPEG picture that letters can bear (“{ $key }”).
config-picture-remedy = Give a whole PNG or JPEG of less than 2 MiB that the service’s account can read.
config-secret-empty = The file { $path } is empty (“{ $key }”).
config-secret-empty-remedy = Put the secret into it, alone on one line.
config-secret-lines = The file { $path } holds more than one line, or an invisible character (“{ $key }”).
config-secret-lines-remedy = Leave the secret alone in it, on one line, in UTF-8; a line end after it does no harm.
config-no-credential = systemd did not provide the secret “{ $name }” (“{ $key }”).
config-no-credential-remedy = Add “LoadCredential={ $name }:/path/of/the/file” to the service's unit. Outside the service, use “password_file”.
config-name = “{ $value }” can't name a server: the name stands in file names.
config-name-remedy = Use lower-case letters without accents, digits and hyphens, at most 32 characters.
config-name-twice = Two servers bear the name “{ $value }”.
config-name-twice-remedy = Give each [[target]] a name of its own.
config-same-place = The servers “{ $first }” and “{ $second }” write to one place ({ $place }): each would overwrite what the other sends.
config-same-place-remedy = Give each [[target]] a folder of its own (“deposit”), or keep only one.
config-host = “{ $value }” is no server name or address (“{ $key }”).
config-host-remedy = Write the name alone, without “ftp://”, port or folder: the port goes into “port”, the folder into “deposit”.
config-user = The user holds an invisible character (“{ $key }”).
config-user-remedy = Type it again, without a line end or a tab.
config-fingerprint = “{ $value }” is no SHA-256 fingerprint of a certificate (“{ $key }”).
config-fingerprint-remedy = Write its 64 hexadecimal digits, with or without colons; “publier check --server” shows that of the server.
config-host-key = “{ $value }” is no SSH key fingerprint (“{ $key }”).
config-host-key-remedy = Write “SHA256:” followed by 43 characters, as ssh-keygen -l and “publier check --server” show it.
config-deposit = “{ $value }” is no folder of a server (“{ $key }”).
config-deposit-remedy = Write a path with slashes, without “..”, as in “/deposit”.
config-plain-ftp = The protocol “ftp” sends all in clear, the password included.
config-plain-ftp-remedy = Prefer “ftps” or “sftp”. If the host offers nothing else, add “allow_plain = true”: no client's temporary password will leave by this server.
config-not-for-protocol = The key “{ $key }” has no meaning with the protocol “{ $protocol }”.
config-not-for-protocol-remedy = Delete the line, or change “protocol”.
config-only-one = These keys exclude each other: { $names }.
config-only-one-remedy = Keep only one.
config-passphrase-alone = “{ $key }” is given without a key to open.
config-passphrase-alone-remedy = Add “key_file”, or delete this line.
config-removes-blindly = “{ $key }” would remove files that the extranet has perhaps not taken yet.
config-removes-blindly-remedy = Write receipts = "required" too, if the extranet acknowledges publications, or delete this line.
config-no-login = Nothing allows to log in to “{ $key }”.
config-no-login-remedy = Add “password_file”, “credential” or, with SFTP, “key_file” or “key_agent”.
config-two-receivers = Two servers receive temporary passwords.
config-two-receivers-remedy = Keep “receives_credentials = true” on one [[target]] only.
config-no-target = No server is described.
config-no-target-remedy = Add a [[target]] section; agent.toml.example shows one.
config-origin-line = line { $line }
config-origin-default = default
