# The sentences of the room: service.
