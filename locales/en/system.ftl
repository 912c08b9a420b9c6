# What the system says, in words of ours.

system-not-found = this file or folder does not exist
system-denied = access denied
system-exists = a file or folder has this name already
system-no-folder = a file stands where a folder is expected
system-folder = a folder stands where a file is expected
system-read-only = this disk is read-only
system-full = no room left on the disk
system-cut = the file stops before its end
system-no-text = this is no UTF-8 text
system-port-taken = another program holds this port already
system-file = { $path }: { $words }

database-damaged = the file is damaged
database-none = this is not a database, or its head is damaged
database-cannot-open = the file can’t be opened
database-read-only = the file does not accept writing
database-disk = the disk refused to read or write
database-locked = another program keeps it locked
