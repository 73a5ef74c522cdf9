"""Changes PDF files with pyHanko, so that somebody else's changes can be judged.

Reads a JSON list of jobs on standard input, {"path", "out", "what", ...} each, and writes a JSON list of
answers: null, or why a change could not be made. What there is:

fill      sets the value of the text field "field" to "value"
sign      signs in the field "field", made when it is not there; "key", "chain" are PEM files; "reason"
add       adds the empty signature field "field", visible in "box" when that is given, with a lock of all
          fields when "lock" is true, and with a seed value: "seed" is {"reasons", "digests", "level"}
annotate  adds a note to the first page
content   puts another content stream in the place of the first page's
"""

import json
import logging
import sys

from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import enumerate_fields_in
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)


def fill(writer, job):
    form = writer.root["/AcroForm"]
    found = enumerate_fields_in(
        form["/Fields"], with_name=job["field"], refs_seen=set(), target_field_type="/Tx"
    )
    _, _, reference = next(found)
    field = reference.get_object()
    field["/V"] = generic.pdf_string(job["value"])
    writer.mark_update(reference)


def add(writer, job):
    box = tuple(job["box"]) if job.get("box") else None
    lock = None
    if job.get("lock"):
        lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    fields.append_signature_field(
        writer,
        fields.SigFieldSpec(
            job["field"], box=box, field_mdp_spec=lock, seed_value_dict=seed(job.get("seed"))
        ),
    )


def seed(wanted):
    if wanted is None:
        return None
    return fields.SigSeedValueSpec(
        flags=fields.SigSeedValFlags.REASONS | fields.SigSeedValFlags.DIGEST_METHOD,
        reasons=wanted["reasons"],
        digest_methods=wanted["digests"],
        seed_signature_type=fields.SeedSignatureType(fields.MDPPerm(wanted["level"])),
    )


def annotate(writer, job):
    page, _ = writer.find_page_for_modification(0)
    note = writer.add_object(
        generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Text"),
                generic.pdf_name("/Rect"): generic.ArrayObject(
                    map(generic.NumberObject, [10, 10, 30, 30])
                ),
                generic.pdf_name("/Contents"): generic.pdf_string("a note"),
            }
        )
    )
    dictionary = page.get_object()
    if "/Annots" in dictionary:
        dictionary["/Annots"].append(note)
        writer.update_container(dictionary["/Annots"])
    else:
        dictionary["/Annots"] = generic.ArrayObject([note])
        writer.update_container(dictionary)


def content(writer, job):
    page, _ = writer.find_page_for_modification(0)
    dictionary = page.get_object()
    dictionary["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(dictionary)


def sign(writer, job, out):
    leaf, *others = load_certs_from_pemder([job["chain"]])
    registry = SimpleCertificateStore()
    registry.register_multiple(others)
    key = load_private_key_from_pemder(job["key"], passphrase=None)
    signer = signers.SimpleSigner(leaf, key, registry)
    metadata = signers.PdfSignatureMetadata(
        field_name=job["field"],
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=job.get("reason"),
    )
    signers.sign_pdf(writer, metadata, signer=signer, output=out)


def change(job):
    try:
        with open(job["path"], "rb") as file, open(job["out"], "wb+") as out:
            writer = IncrementalPdfFileWriter(file, strict=False)
            if job["what"] == "sign":
                sign(writer, job, out)
            else:
                {"fill": fill, "add": add, "annotate": annotate, "content": content}[job["what"]](
                    writer, job
                )
                writer.write(out)
    except Exception as error:  # whatever it is, the test says whether it was to be
        return repr(error)
    return None


json.dump([change(job) for job in json.load(sys.stdin)], sys.stdout)
