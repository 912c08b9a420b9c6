"""Reads PDFs with pdf_oxide (PDF/A-2a, PDF/UA) and pdfua, and prints each finding on a line.

The last line says how many files were read. The exit code is 0 unless a checker couldn't do its work.
"""

import sys
from pathlib import Path

import pikepdf
import pdfua
import pdfua.rules.structure
from pdf_oxide import PdfDocument

# What pdf_oxide says of itself on every file, right or wrong: that it doesn't look at something. The first three are
# what pdfua looks at, and a test that breaks a table's heads shows it; our files hold no annotation.
NOT_LOOKED_AT = {
    "[WARN-007] Heading sequence validation requires full structure tree traversal",
    "[WARN-007] Figure alt text validation requires structure tree traversal",
    "[WARN-007] Table header validation requires structure tree traversal",
    "[WARN-007] Full annotation validation requires page-level access",
}

as_integer = pdfua.rules.structure.as_integer


def as_integer_of_no_container(value):
    """pdfua 0.1.3 asks an array for `is_integer`, at which pikepdf raises and the rule UA-14-001 is skipped."""
    if isinstance(value, (pikepdf.Array, pikepdf.Dictionary)):
        return None
    return as_integer(value)


pdfua.rules.structure.as_integer = as_integer_of_no_container


def findings_of(path):
    """Gives what the checkers find in a file."""
    document = PdfDocument(str(path))
    for name, result in (("PDF/A-2a", document.validate_pdf_a("2a")), ("PDF/UA", document.validate_pdf_ua())):
        said = [*result["errors"], *(words for words in result["warnings"] if words not in NOT_LOOKED_AT)]
        if not result["valid"] and not said:
            said = ["not valid, without a reason"]
        yield from (f"pdf_oxide {name}: {words}" for words in said)
    report = pdfua.validate(str(path))
    for finding in report.findings:
        yield f"pdfua {finding.rule_id} {finding.severity.name}: {finding.message}"
    for rule in report.skipped:
        yield f"pdfua {rule.rule_id} not evaluated: {rule.skipped_reason}"


def main():
    paths = [Path(word) for word in sys.argv[1:]]
    for path in paths:
        for finding in findings_of(path):
            print(f"{path.name}: {' '.join(finding.split())}")
    print(f"{len(paths)} read")


main()
