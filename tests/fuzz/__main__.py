"""Spoils files for some minutes; what is neither read nor refused in a sentence is kept."""

import argparse
import hashlib
import logging
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from faceweb.errors import FacewebError
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import seeds
from tests.fuzz.spoil import spoiled

CORPUS = Path(__file__).parent / "corpus"
SECONDS, GROWTH = 10, 600  # of one file, the latter in MB


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tried(reader: str, path: Path) -> str:
    """Reads a file; gives "read", "refused", or what went wrong."""

    def late(*_):
        raise TimeoutError(f"took more than {SECONDS} s")

    before = peak()
    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        READERS[reader](path)
    except FacewebError:
        outcome = "refused"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome = f"{type(error).__name__}: {error}"[:200]
    else:
        outcome = "read"
    finally:
        signal.alarm(0)
    grown = peak() - before
    return f"grew by {grown:.0f} MB" if grown > GROWTH else outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", choices=READERS, help="only this one")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable()
    chance = random.Random(options.seed)
    whole = [seed for seed in seeds() if options.reader in (None, seed[0])]
    counts: Counter[tuple[str, str]] = Counter()
    until = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        for reader, ending, data in whole:
            path = Path(folder) / f"whole{ending}"
            path.write_bytes(data)
            outcome = tried(reader, path)
            print(f"{reader}{ending}: {outcome}")
        while time.monotonic() < until:
            reader, ending, data = chance.choice(whole)
            path = Path(folder) / f"spoiled{ending}"
            path.write_bytes(spoiled(data, chance.choice(whole)[2], chance))
            outcome = tried(reader, path)
            known = outcome in {"read", "refused"}
            counts[reader, outcome if known else "found"] += 1
            if not known:
                name = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
                CORPUS.mkdir(exist_ok=True)
                (CORPUS / f"{reader}-{name}{ending}").write_bytes(path.read_bytes())
                print(f"{reader}-{name}{ending}: {outcome}", flush=True)
    for (reader, outcome), count in sorted(counts.items()):
        print(f"{reader}: {count} {outcome}")
    print(f"{counts.total()} files tried")
    sys.exit(any(outcome == "found" for _, outcome in counts))


if __name__ == "__main__":
    main()
