# The sentences of the room: transfer.
