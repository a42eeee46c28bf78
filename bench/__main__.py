"""Run all benchmarks, or those named, and print one table: `./om bench [save page pdf memory start road remind …]`."""

import os
import sys
import tempfile
import time
from pathlib import Path

from bench import memory, networks, page, pdf, record, register, remind, road, save, start
from bench.figures import Figure, print_table

BENCHMARKS = {
    "save": save.measure,
    "page": page.measure,
    "pdf": pdf.measure,
    "memory": memory.measure,
    "start": start.measure,
    "road": road.measure,
    "remind": remind.measure,
    "record": record.measure,
    "networks": networks.measure,
    "register": register.measure,
}


def main(names: list[str]) -> None:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
    begin = time.perf_counter()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="om-bench-") as folder:
        for name in names or BENCHMARKS:
            print(f"… {name}", file=sys.stderr, flush=True)
            figures.extend(BENCHMARKS[name](Path(folder) / name))
    print_table(figures)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{time.perf_counter() - begin:.0f} s on {os.cpu_count()} cores; load of the machine meanwhile: {load}")
    sys.exit(any(one.is_reached is False for one in figures))


if __name__ == "__main__":
    main(sys.argv[1:])
