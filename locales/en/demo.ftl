# The sentences of the room: demo.
