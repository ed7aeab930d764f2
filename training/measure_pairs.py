"""Measures what known pairs differ in: python -m training.measure_pairs FOLDER

FOLDER has one folder a person, each with photos of that person. Means and covariances of |f(a) -
f(b)| and the logistic unit fitted to their sum are written to assets/pairs.npz, no embedding is.
"""

import argparse
import itertools
import logging
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.engine import Engine
from faceweb.faces.calibration import fit_logistic
from faceweb.faces.heads import moments
from training.calibrate_odds import embed_folder

log = logging.getLogger(__name__)


def pair_terms(embeddings: np.ndarray, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """|f(a) - f(b)| of all pairs of one person (n, d), and of all pairs of two people (m, d)."""
    pairs = list(itertools.combinations(range(len(names)), 2))
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    terms, alike = np.abs(embeddings[first] - embeddings[second]), names[first] == names[second]
    return terms[alike], terms[~alike]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    engine = Engine("cpu")
    engine.load()
    embeddings, names = embed_folder(engine.faces(), parser.parse_args().folder)
    same, different = pair_terms(embeddings, names)
    weight, bias = fit_logistic(same.sum(1), different.sum(1))
    known = moments(same, different)
    source = (
        f"{len(same):,} pairs of one person and {len(different):,} pairs of two people, from "
        f"{len(names)} photos of {len(set(names))} people of Labeled Faces in the Wild"
    )
    np.savez_compressed(
        ASSETS / "pairs.npz",
        weight=weight,
        bias=bias,
        source=source,
        **{name: value.astype(np.float16 if value.ndim > 1 else np.float32)
           for name, value in vars(known).items()},
    )  # fmt: skip
    log.info("%s: log-odds %.2f x sum + %.2f", source, weight, bias)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
