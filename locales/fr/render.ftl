# The sentences of the room: render.
