#!/usr/bin/env python3
"""XML: peers and ours on one document of 3 KB and one of 20 MB (or --megabytes N).

    cargo build --release --features cli --example bench-files --bin kyso
    benches/compare/compare_xml.py [--seconds S] [--megabytes N] [--record]

Enveloped signature over one element by its Id, Canonical XML 1.0, RSA-2048 with SHA-256:
- xmlsec1: a template filled in, the whole process from file to file;
- JDK: javax.xml.crypto over DOM, warm in one process, and the whole process for one document;
- signxml: in one process, parsing and serialising included;
- lxml: parsing and canonicalising into SHA-256 only, which is a floor for what rests on libxml2;
- kyso: `kyso sign`, the whole process from file to file, and the criterion figures where measured.

The private key signs everywhere but in the criterion figures. XML_PYTHON names a Python that has signxml
and lxml (default: the judges' one, else python3). A peer that is not installed is named and left out.
--record writes benches/record/DATE-xml.md. Standard library only.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
KEYS = ROOT / "testdata" / "keys"
KEY, CHAIN = KEYS / "rsa2048-key.pem", KEYS / "rsa2048-chain.pem"
DSIG = "http://www.w3.org/2000/09/xmldsig#"


class Document:
    """A file, its element to sign, and how long to measure."""

    def __init__(self, label, path, element, node, location, seconds):
        self.label, self.path, self.element, self.node = label, path, element, node
        self.location, self.seconds = location, seconds

    def template(self, folder):
        """The file with a signature to be filled in as the root's last child."""
        data = self.path.read_bytes()
        at = data.rstrip().rfind(b"</")
        signature = (
            f'<Signature xmlns="{DSIG}"><SignedInfo>'
            '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
            '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
            f'<Reference URI="#{self.node}"><Transforms><Transform Algorithm="{DSIG}enveloped-signature"/></Transforms>'
            '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo>'
            "<SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>"
        )
        path = pathlib.Path(folder) / f"template-{self.label.replace(' ', '')}.xml"
        path.write_bytes(data[:at] + signature.encode() + data[at:])
        return path


class Missing(Exception):
    pass


def run(command, environment=None):
    """Standard output, seconds and peak resident megabytes of a process that must end well."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            lines = err.read().decode(errors="replace").strip().splitlines() or [f"ended with {process.returncode}"]
            raise Missing(lines[-1])
        return out.read().decode(), seconds, usage.ru_maxrss / 1024


def least_of(seconds, command, before=lambda: None):
    """The least seconds and the greatest peak of a process run again and again."""
    end = time.perf_counter() + seconds
    least, peak = float("inf"), 0
    while True:
        before()
        _, took, used = run(command)
        least, peak = min(least, took), max(peak, used)
        if time.perf_counter() >= end:
            return least, peak


def need(program):
    if not shutil.which(program):
        raise Missing(f"{program} is not installed")


def xmlsec1(document, folder):
    need("xmlsec1")
    template, out = document.template(folder), pathlib.Path(folder) / "xmlsec1.xml"
    command = ["xmlsec1", "--sign", "--id-attr:Id", document.element, "--privkey-pem", f"{KEY},{CHAIN}"]
    return least_of(document.seconds, [*command, "--output", out, template])


def java(document, folder, seconds):
    need("javac")
    classes = pathlib.Path(folder) / "classes"
    if not classes.exists():
        run(["javac", "-d", classes, HERE / "XmlBench.java"])
    command = ["java", "-cp", classes, "XmlBench", document.path, document.element, document.node, KEY, CHAIN]
    return [*command, str(seconds)]


def jdk_warm(document, folder):
    # Warm takes the compiler some hundreds of documents, or some dozens of seconds of large ones.
    out, _, peak = run(java(document, folder, max(5, document.seconds * 3)))
    return float(out) / 1e6, peak


def jdk_whole(document, folder):
    return least_of(document.seconds, java(document, folder, 0))


def python():
    prepared = ROOT / "target" / "judges" / "bin" / "python"
    return os.environ.get("XML_PYTHON") or (str(prepared) if prepared.exists() else "python3")


def in_python(what):
    def figure(document, _):
        arguments = [what, document.path, document.node, KEY, CHAIN, str(document.seconds)]
        out, _, peak = run([python(), HERE / "xml_bench.py", *arguments])
        return float(out) / 1e6, peak

    return figure


def kyso(document, folder):
    program = TARGET / "release" / "kyso"
    if not program.exists():
        raise Missing("not built; cargo build --release --features cli --bin kyso")
    out = pathlib.Path(folder) / "kyso.xml"
    command = [program, "sign", document.path, "--format", "dsig", "--node", document.node]
    command += ["--signature-location", document.location, "--key", KEY, "--cert", CHAIN, "-o", out]
    return least_of(document.seconds, command, lambda: out.unlink(missing_ok=True))


def criterion(name):
    def figure(document, _):
        if document.label != "3 KB":
            raise Missing("–")
        folder = TARGET / "criterion" / name.rsplit("/", 1)[0].replace("/", "_") / name.rsplit("/", 1)[1]
        path = folder / "new" / "estimates.json"
        if not path.exists():
            raise Missing("not measured; run cargo bench first")
        return json.loads(path.read_text(encoding="utf-8"))["median"]["point_estimate"] / 1e9, None

    return figure


ROWS = {
    "kyso sign, whole process": kyso,
    "kyso, pipeline/xml/tt78-3KB (no private key)": criterion("pipeline/xml/tt78-3KB"),
    "xmlsec1, whole process": xmlsec1,
    "JDK javax.xml.crypto, warm": jdk_warm,
    "JDK javax.xml.crypto, whole process": jdk_whole,
    "signxml, in process": in_python("signxml"),
    "lxml, parse + C14N + SHA-256 only": in_python("lxml"),
}


def cell(figure):
    seconds, peak = figure
    time_text = f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
    return time_text if peak is None else f"{time_text}, {peak:.0f} MB"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3, help="for each figure (default: 3)")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large = pathlib.Path(folder) / "large.xml"
        maker = TARGET / "release" / "examples" / "bench-files"
        if not maker.exists():
            sys.exit(f"{maker} is not there; cargo build --release --example bench-files")
        run([maker, "--xml-mb", options.megabytes, large])
        small = ROOT / "testdata" / "xml" / "bench-3kb.xml"
        documents = [
            Document("3 KB", small, "DLHDon", "HD7", "HDon/DSCKS/NBan", options.seconds),
            Document(f"{options.megabytes} MB", large, "DLieu", "data", "TDiep/CKSNNT", options.seconds),
        ]
        heads = " | ".join(document.label for document in documents)
        lines = [f"| who | {heads} |", "|---|" + "---:|" * len(documents)]
        for name, measure in ROWS.items():
            cells = []
            for document in documents:
                try:
                    cells.append(cell(measure(document, folder)))
                except Missing as why:
                    cells.append(str(why))
            lines.append(f"| {name} | {' | '.join(cells)} |")
            print(lines[-1], file=sys.stderr)
    day = datetime.date.today().isoformat()
    report = "# One XML document, enveloped, Canonical XML 1.0, RSA-2048 with SHA-256: least time, peak memory\n\n"
    report += f"{day}; {platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}.\n\n"
    report += "\n".join(lines) + "\n"
    print(report)
    if options.record:
        path = ROOT / "benches" / "record" / f"{day}-xml.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(report, encoding="utf-8")


main()
