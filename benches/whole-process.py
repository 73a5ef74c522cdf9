#!/usr/bin/env python3
"""Times `kyso sign` from file to file against the reference program, whole processes.

    cargo build --release --features cli --example reference --example bench-files --bin kyso
    benches/whole-process.py [--runs N] [--kinds 100mb,1gb,200k-table,200k-streams,xml-20mb,xml-1gb] [--record]

The two programs take turns; the output is removed before each run; the least of N runs counts. Peak
memory is taken in a run of its own: on Linux VmHWM, read again and again while the process runs, because
the maximum that wait4 reports is never below this driver's own; elsewhere what wait4 reports.

Every signed PDF is checked once: longer than the input, which is its exact prefix, and accepted by
`kyso verify`. XML is signed by its `DLieu`; there is no reference program for it, so the bound is in
seconds, the output less what was put in must be the input, and `kyso verify` takes the 20 MB. Ends with 1 when a figure misses its bound. Standard library only.
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
# Of XML: how many megabytes, how many seconds at most (none: only the memory counts).
XML = {"xml-20mb": (20, 0.15), "xml-1gb": (1000, None)}
XML_PEAK_MB = 16


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


def peak_of(command):
    """Peak resident bytes."""
    if not os.path.exists("/proc/self/status"):
        return run(command)[1]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        with open(f"/proc/{child.pid}/status", encoding="ascii", errors="replace") as status:
            # Before it has begun, the child is this program still.
            lines = dict(line.split(":", 1) for line in status)
        if lines.get("Name", "").strip() == pathlib.Path(command[0]).name and "VmHWM" in lines:
            peak = max(peak, int(lines["VmHWM"].split()[0]) * 1024)
        time.sleep(0.0005)
    if child.returncode != 0 or peak == 0:
        sys.exit(f"{command}: status {child.returncode}, peak {peak}")
    return peak


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
    for turn in range(runs):
        for name, command in (("reference", reference), ("sign", sign)):
            out.unlink(missing_ok=True)
            # What the run before left dirty is not this one's to write.
            os.sync()
            seconds, _ = run(command)
            times[name].append(seconds)
        if turn == 0:
            if not same_prefix(source, out):
                sys.exit(f"{kind}: the input is not a prefix of the output")
            roots = KEYS / "root.pem"
            subprocess.run([TARGET / "kyso", "verify", out, "--trust", roots], check=True, stdout=subprocess.DEVNULL)
    peak = peak_of(sign)
    size = source.stat().st_size
    source.unlink()
    out.unlink()
    return size, min(times["reference"]), min(times["sign"]), peak


def only_inserted(source, signed):
    """Whether `signed` is `source` with one run, or two a byte apart, put in."""
    with open(source, "rb") as a, open(signed, "rb") as b:
        while (chunk := a.read(1 << 20)) == (other := b.read(1 << 20)):
            if not chunk:
                return False
        pairs = enumerate(zip(chunk, other))
        same = next((at for at, (one, two) in pairs if one != two), min(len(chunk), len(other)))
        at = a.tell() - len(chunk) + same
        rest = os.path.getsize(source) - at
        # `<name/>` is opened: its slash stays, the name comes in behind it.
        for kept in range(rest, max(rest - 2, -1), -1):
            a.seek(-kept, os.SEEK_END)
            b.seek(-kept, os.SEEK_END)
            if all(one == b.read(1 << 20) for one in iter(lambda: a.read(1 << 20), b"")):
                return True
        return False


def measure_xml(kind, folder, runs):
    megabytes, _ = XML[kind]
    source, out = folder / f"{kind}.xml", folder / "out.xml"
    files = [TARGET / "examples" / "bench-files", "--xml-mb", str(megabytes), source]
    subprocess.run(files, check=True, stdout=subprocess.DEVNULL)
    sign = [TARGET / "kyso", "sign", source, "-o", out, "--format", "dsig", "--node", "data"]
    sign += ["--signature-location", "CKSNNT"]
    sign += ["--key", KEYS / "rsa2048-key.pem", "--cert", KEYS / "rsa2048-chain.pem"]
    times = []
    for turn in range(runs):
        out.unlink(missing_ok=True)
        os.sync()
        seconds, _ = run(sign)
        times.append(seconds)
        if turn == 0:
            if not only_inserted(source, out):
                sys.exit(f"{kind}: the output is not the input with something put in")
            if megabytes <= 100:
                subprocess.run([TARGET / "kyso", "verify", out], check=True, stdout=subprocess.DEVNULL)
    peak = peak_of(sign)
    size = source.stat().st_size
    source.unlink()
    out.unlink()
    return size, min(times), peak


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
    parser.add_argument("--kinds", default=",".join([*BOUNDS, *XML]))
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
            if kind in XML:
                size, taken, peak = measure_xml(kind, pathlib.Path(folder), options.runs)
                bound = XML[kind][1]
                if peak > XML_PEAK_MB * 1_000_000 or (bound and taken > bound):
                    missed.append(kind)
                limit = f"{bound * 1000:.0f} ms" if bound else "-"
                lines.append(
                    f"| {kind} | {size:,} | - | {taken * 1000:.1f} ms | - | {limit} | {peak / 1e6:.1f} MB |"
                )
                print(lines[-1], file=sys.stderr)
                continue
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
