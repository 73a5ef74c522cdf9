#!/usr/bin/env python3
"""Times `kyso sign` from file to file against the reference program, whole processes.

    cargo build --release --features cli --example reference --example bench-files --bin kyso
    benches/whole-process.py [--runs N] [--kinds 100mb,1gb,200k-table,200k-streams] [--record]

The two programs take turns; the output is removed before each run; the least of N runs counts. Peak
memory is the child's maximum resident set as the kernel reports it to wait4; a value below this
driver's own (about 11 MB) cannot be told from it, because a child begins as a copy of its parent.

Every signed file is checked once: longer than the input, which is its exact prefix, and accepted by
`kyso verify`. Ends with 1 when a figure misses its bound. Standard library only.
"""

import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
KEYS = ROOT / "testdata" / "keys"
# How many times the reference's time signing may take.
BOUNDS = {"100mb": 1.25, "1gb": 1.25, "200k-table": 1.5, "200k-streams": 1.5}
PEAK_MB = 24


def run(command):
    """Seconds, peak resident bytes; the process must end with 0."""
    start = time.perf_counter()
    output = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, output, 1)]
    pid = os.posix_spawn(command[0], [str(part) for part in command], os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(output)
    if status != 0:
        sys.exit(f"{command}: status {status}")
    scale = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_maxrss * scale


def same_prefix(source, signed):
    with open(source, "rb") as a, open(signed, "rb") as b:
        while chunk := a.read(1 << 20):
            if b.read(len(chunk)) != chunk:
                return False
        return bool(b.read(1))


def measure(kind, folder, runs):
    source, out = folder / f"{kind}.pdf", folder / "out.pdf"
    subprocess.run([TARGET / "examples" / "bench-files", kind, source], check=True, stdout=subprocess.DEVNULL)
    sign = [TARGET / "kyso", "sign", source, "-o", out]
    sign += ["--key", KEYS / "rsa2048-key.pem", "--cert", KEYS / "rsa2048-chain.pem"]
    reference = [TARGET / "examples" / "reference", source, out]
    times = {"sign": [], "reference": []}
    peak = 0
    for turn in range(runs):
        for name, command in (("reference", reference), ("sign", sign)):
            out.unlink(missing_ok=True)
            # What the run before left dirty is not this one's to write.
            os.sync()
            seconds, resident = run(command)
            times[name].append(seconds)
            if name == "sign":
                peak = max(peak, resident)
        if turn == 0:
            if not same_prefix(source, out):
                sys.exit(f"{kind}: the input is not a prefix of the output")
            roots = KEYS / "root.pem"
            subprocess.run([TARGET / "kyso", "verify", out, "--trust", roots], check=True, stdout=subprocess.DEVNULL)
    size = source.stat().st_size
    source.unlink()
    out.unlink()
    return size, min(times["reference"]), min(times["sign"]), peak


def machine():
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        for line in open("/proc/cpuinfo", encoding="ascii", errors="replace"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(BOUNDS))
    parser.add_argument("--folder", help="where the files are written; default: the temporary folder")
    parser.add_argument("--record", action="store_true", help="also write benches/record/DATE-whole-process.md")
    options = parser.parse_args()
    lines = [
        "| file | bytes | reference | kyso sign | ratio | bound | peak memory |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    missed = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for kind in options.kinds.split(","):
            size, floor, taken, peak = measure(kind, pathlib.Path(folder), options.runs)
            ratio = taken / floor
            if ratio > BOUNDS[kind] or peak > PEAK_MB * 1_000_000:
                missed.append(kind)
            lines.append(
                f"| {kind} | {size:,} | {floor * 1000:.1f} ms | {taken * 1000:.1f} ms | {ratio:.2f} "
                f"| {BOUNDS[kind]} | {peak / 1e6:.1f} MB |"
            )
            print(lines[-1], file=sys.stderr)
    day = datetime.date.today().isoformat()
    report = f"# Whole process, file to file\n\n{day}; {machine()}; least of {options.runs} runs.\n\n"
    report += "\n".join(lines) + "\n"
    print(report)
    if options.record:
        path = ROOT / "benches" / "record" / f"{day}-whole-process.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(report, encoding="utf-8")
    if missed:
        sys.exit(f"over the bound: {', '.join(missed)}")


main()
