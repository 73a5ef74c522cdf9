"""What lxml (libxml2) says of canonical forms and signxml of signatures.

Reads a JSON list of jobs on standard input and writes a JSON list of answers: {"error": text}, or
  {"ask": "c14n", "path", "method", "attribute", "id", "prefixes"}  ->  {"octets": base64}
  {"ask": "verify", "path", "attribute", "certificate"}             ->  {"signed": [element name, …]}
The apex of a canonical form is the element with that id, or the whole document where it is empty.
"""

import base64
import io
import json
import sys

from lxml import etree

METHODS = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}


def c14n(job):
    exclusive, comments = METHODS[job["method"]]
    parser = etree.XMLParser(attribute_defaults=True, no_network=True, huge_tree=True, strip_cdata=False)
    tree = etree.parse(job["path"], parser)
    apex = tree
    if job["id"]:
        found = [element for element in tree.iter("*") if element.get(job["attribute"]) == job["id"]]
        if len(found) != 1:
            raise ValueError(f"{len(found)} elements have the id {job['id']}")
        apex = etree.ElementTree(found[0])
    prefixes = job["prefixes"].split() if exclusive and job["prefixes"] else None
    octets = io.BytesIO()
    apex.write_c14n(octets, exclusive=exclusive, with_comments=comments, inclusive_ns_prefixes=prefixes)
    return {"octets": base64.b64encode(octets.getvalue()).decode()}


def verify(job):
    from signxml import SignatureConfiguration, XMLVerifier

    with open(job["path"], "rb") as file:
        data = file.read()
    # The certificate is given: signxml's own path validation wants what only servers' certificates have.
    with open(job["certificate"], encoding="ascii") as file:
        certificate = file.read()
    expected = SignatureConfiguration(location=".//", expect_references=True)
    results = XMLVerifier().verify(
        data, x509_cert=certificate, id_attribute=job["attribute"], expect_config=expected
    )
    results = results if isinstance(results, list) else [results]
    return {"signed": [etree.QName(result.signed_xml).localname for result in results if result.signed_xml is not None]}


def answer(job):
    try:
        return c14n(job) if job["ask"] == "c14n" else verify(job)
    except Exception as error:  # a judge reports, whatever happens
        return {"error": repr(error)}


json.dump([answer(job) for job in json.load(sys.stdin)], sys.stdout)
