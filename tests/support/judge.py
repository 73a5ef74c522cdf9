"""What pyHanko says about the signatures of PDF files.

Reads a JSON list of jobs on standard input, {"path", "password", "roots"} each, and writes a JSON
list of answers: {"error": text} or {"signatures": [{"field", "intact", "valid", "trusted", "coverage",
"level", "docmdp_ok", "seed", "why"}]}. `roots` are PEM files; with none, trust is not looked at.

Integrity and later changes are asked for by themselves, so that an earlier signature whose chain
leads nowhere is judged too.
"""

import json
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, SuspiciousModification
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def certificates(paths):
    for path in paths:
        with open(path, "rb") as file:
            for _, _, der in pem.unarmor(file.read(), multiple=True):
                yield x509.Certificate.load(der)


def one(signature, roots):
    answer = {
        "field": signature.field_name,
        "intact": False,
        "valid": False,
        "trusted": False,
        "coverage": "UNKNOWN",
        "level": "NOT_ANALYSED",
        "docmdp_ok": None,
        "seed": None,
        "why": "",
    }
    try:
        signature.compute_integrity_info()
        summary = signature.summarise_integrity_info()
        answer["coverage"] = summary["coverage"].name
        answer["docmdp_ok"] = summary["docmdp_ok"]
        result = summary["diff_result"]
        if isinstance(result, DiffResult):
            answer["level"] = result.modification_level.name
        elif isinstance(result, SuspiciousModification):
            answer["level"] = "SUSPICIOUS"
            answer["why"] = str(result)
        elif answer["coverage"] == "ENTIRE_FILE":
            answer["level"] = "NONE"
    except Exception as error:  # a judge reports, whatever happens
        # Its difference analysis ends in a KeyError on files that refer to freed objects, whoever
        # signs them.
        answer["level"] = "CRASHED"
        answer["why"] = f"difference analysis: {error!r}"
    crashed = answer["level"] == "CRASHED"
    try:
        if crashed:
            signature.compute_integrity_info(skip_diff=True)
            answer["coverage"] = signature.coverage.name
        context = ValidationContext(trust_roots=list(certificates(roots)), allow_fetching=False)
        status = validate_pdf_signature(signature, context, skip_diff=crashed)
        answer["intact"] = status.intact
        answer["valid"] = status.valid
        answer["trusted"] = status.trusted
        if status.seed_value_constraint_error is not None:
            answer["seed"] = str(status.seed_value_constraint_error)
        if not status.intact or not status.valid:
            answer["why"] += f" signature: {status.summary()}"
    except Exception as error:
        answer["why"] += f" signature: {error!r}"
    return answer


def judge(job):
    try:
        with open(job["path"], "rb") as file:
            reader = PdfFileReader(file, strict=False)
            if reader.encrypted:
                reader.decrypt(job.get("password") or "")
            # A file whose page tree cannot be read says so before there is a signature to judge.
            reader.root["/Pages"]
            signatures = list(reader.embedded_signatures)
            return {"signatures": [one(signature, job.get("roots") or []) for signature in signatures]}
    except Exception as error:
        return {"error": repr(error)}


json.dump([judge(job) for job in json.load(sys.stdin)], sys.stdout)
