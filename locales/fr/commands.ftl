# The sentences of the room: commands.
