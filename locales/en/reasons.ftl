# Reasons: one sentence and one remedy a code.
