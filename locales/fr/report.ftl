# The sentences of the room: report.
