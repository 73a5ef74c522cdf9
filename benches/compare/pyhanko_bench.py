"""python pyhanko_bench.py DOCUMENT CHAIN SECONDS: documents signed in memory with pyHanko's external
signer, one after the other, with a signature value that signs nothing. Prints the least time of one
document in microseconds."""

import io
import sys
import time

from asn1crypto import pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

document = open(sys.argv[1], "rb").read()
chain = [x509.Certificate.load(der) for _, _, der in pem.unarmor(open(sys.argv[2], "rb").read(), multiple=True)]
store = SimpleCertificateStore()
store.register_multiple(chain[1:])
signer = signers.ExternalSigner(chain[0], store, signature_value=bytes(256))
metadata = signers.PdfSignatureMetadata(
    field_name="Signature1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
)


def one():
    writer = IncrementalPdfFileWriter(io.BytesIO(document), strict=False)
    return signers.PdfSigner(metadata, signer=signer).sign_pdf(writer).getvalue()


signed = one()
assert signed.startswith(document) and len(signed) > len(document)
end = time.perf_counter() + float(sys.argv[3])
least = float("inf")
while time.perf_counter() < end:
    start = time.perf_counter()
    one()
    least = min(least, time.perf_counter() - start)
print(f"{least * 1e6:.1f}")
