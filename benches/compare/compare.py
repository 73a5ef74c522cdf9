#!/usr/bin/env python3
"""Peers on the work of the benchmark pipeline/pdf/3KB, and the floors beneath it.

    benches/compare/compare.py [--seconds S] [--record]

- underskrift (Rust): prepare_signature and finalize_signature, built in benches/compare/underskrift;
- pyHanko: external signer; PYHANKO_PYTHON names a Python that has it (default: python3);
- openssl: SHA-256 of the document and one RSA-2048 verification (`openssl speed`);
- kyso: the criterion figures of `cargo bench`, where they have been measured.

Signing with the private key is left out everywhere: the value is a dummy. A peer that is not
installed is named and left out. --record writes benches/record/DATE-compare.md. Standard library only.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CHAIN = ROOT / "testdata" / "keys" / "rsa2048-chain.pem"
DOCUMENT = ROOT / "testdata" / "pdf" / "bench-3kb.pdf"


def text(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def underskrift(seconds):
    if not shutil.which("cargo"):
        return None, "cargo is not installed"
    folder = HERE / "underskrift"
    target = TARGET / "compare-underskrift"
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--target-dir", target]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if built.returncode != 0:
        return None, "does not build: " + (built.stderr.strip().splitlines() or [""])[-1]
    run = [target / "release" / "compare-underskrift", DOCUMENT, CHAIN, str(seconds)]
    return float(text(*run)), "0.1.4, prepare and finalize"


def pyhanko(seconds):
    python = os.environ.get("PYHANKO_PYTHON", "python3")
    probe = subprocess.run([python, "-c", "import importlib.metadata as m; print(m.version('pyHanko'))"], capture_output=True, text=True)
    if probe.returncode != 0:
        return None, f"{python} has no pyHanko"
    command = [python, HERE / "pyhanko_bench.py", DOCUMENT, CHAIN, str(seconds)]
    return float(text(*command)), f"{probe.stdout.strip()}, external signer"


def openssl_sha256(seconds):
    if not shutil.which("openssl"):
        return None, "openssl is not installed"
    size = DOCUMENT.stat().st_size
    out = text("openssl", "speed", "-elapsed", "-mr", "-seconds", str(max(1, int(seconds))), "-bytes", str(size), "-evp", "sha256")
    rate = [line for line in out.splitlines() if line.startswith("+F:")][-1].split(":")[-1]
    return size / float(rate) * 1e6, f"floor: SHA-256 of {size} bytes"


def openssl_verify(seconds):
    if not shutil.which("openssl"):
        return None, "openssl is not installed"
    out = text("openssl", "speed", "-elapsed", "-mr", "-seconds", str(max(1, int(seconds))), "rsa2048")
    # +F2:number:bits:signatures a second:verifications a second
    rate = [line for line in out.splitlines() if line.startswith("+F2:")][-1].split(":")[-1]
    return 1e6 / float(rate), "floor: one RSA-2048 verification"


def kyso(name):
    def figure(_):
        path = TARGET / "criterion" / re.sub(r"[/]", "_", name.rsplit("/", 1)[0]) / name.rsplit("/", 1)[1]
        path = path / "new" / "estimates.json"
        if not path.exists():
            return None, "not measured; run cargo bench first"
        estimates = json.loads(path.read_text(encoding="utf-8"))
        return estimates["median"]["point_estimate"] / 1000, f"criterion median of {name}"

    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    rows = {
        "kyso, pipeline/pdf/3KB": kyso("pipeline/pdf/3KB"),
        "kyso, publickey/rsa2048/verify": kyso("publickey/rsa2048/verify"),
        "underskrift": underskrift,
        "pyHanko": pyhanko,
        "openssl, digest": openssl_sha256,
        "openssl, verify": openssl_verify,
    }
    lines = ["| who | microseconds a document | what |", "|---|---:|---|"]
    for name, measure in rows.items():
        figure, note = measure(options.seconds)
        lines.append(f"| {name} | {'–' if figure is None else f'{figure:.1f}'} | {note} |")
        print(lines[-1], file=sys.stderr)
    day = datetime.date.today().isoformat()
    report = f"# One document of 3 KB, in memory, signing with the private key left out\n\n{day}; {platform.machine()}, "
    report += f"{os.cpu_count()} cores, {platform.system()} {platform.release()}.\n\n" + "\n".join(lines) + "\n"
    print(report)
    if options.record:
        path = ROOT / "benches" / "record" / f"{day}-compare.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(report, encoding="utf-8")


main()
