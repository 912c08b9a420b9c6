# The sentences of the room: config.
