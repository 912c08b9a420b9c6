# The sentences of the room: check.
