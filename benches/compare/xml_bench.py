"""python xml_bench.py signxml|lxml DOCUMENT ID KEY CHAIN SECONDS: documents worked on in one process, one
after the other. Prints the least time of one in microseconds; with 0 seconds there is one.

signxml: parsed, signed (enveloped, Canonical XML 1.0, RSA with SHA-256), serialised.
lxml: parsed, canonicalised (Canonical XML 1.0, the whole document) into SHA-256. Nothing is signed.
"""

import hashlib
import sys
import time

from lxml import etree

what, document, node, key, chain, seconds = sys.argv[1:]
with open(document, "rb") as file:
    data = file.read()
parser = etree.XMLParser(huge_tree=True)
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


class Sink:
    def __init__(self):
        self.hash = hashlib.sha256()

    def write(self, octets):
        self.hash.update(octets)


def canonicalise():
    sink = Sink()
    etree.ElementTree(etree.fromstring(data, parser)).write_c14n(sink)
    return sink.hash.digest()


def sign():
    import signxml

    signer = signxml.XMLSigner(method=signxml.methods.enveloped, c14n_algorithm=C14N)
    root = etree.fromstring(data, parser)
    signed = signer.sign(root, key=KEY, cert=CHAIN, reference_uri=f"#{node}", id_attribute="Id")
    return etree.tostring(signed)


with open(key, "rb") as file:
    KEY = file.read()
with open(chain, encoding="ascii") as file:
    CHAIN = file.read()
one = sign if what == "signxml" else canonicalise
end = time.perf_counter() + float(seconds)
least = float("inf")
while True:
    start = time.perf_counter()
    made = one()
    least = min(least, time.perf_counter() - start)
    assert len(made) == 32 if what == "lxml" else len(made) > len(data) // 2 and b"SignatureValue" in made[-20000:]
    if time.perf_counter() >= end:
        break
print(f"{least * 1e6:.1f}")
