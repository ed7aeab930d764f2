"""The fold "How it works": formula, sketch, words, papers."""

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from faceweb.ui.howto import axes, faces, looks, papers, pen, volumes
from faceweb.ui.howto.papers import Paper

TITLE = "How it works"


@dataclass(frozen=True)
class HowTo:
    """What a fold holds beside its words: a formula as HTML, a sketch and its papers."""

    formula: str
    draw: Callable[[], tuple[pen.Panel, ...]]
    papers: tuple[Paper, ...]


FOLDS = {
    "enroll": HowTo(
        "f : face → ℝ¹²⁸",
        faces.enroll,
        (papers.FEI_FEI, papers.SCHROFF, papers.HE),
    ),
    "verify": HowTo(
        "d(a, b) = ‖f(a) − f(b)‖ ≤ τ",
        faces.verify,
        (papers.BROMLEY, papers.TAIGMAN, papers.SCHROFF, papers.ZHANG, papers.HE),
    ),
    "recognize": HowTo(
        "who(x) = argmin<sub>k</sub> d(x, k), if d ≤ τ; P(mistaken) = 1 − (1 − FAR)<sup>K</sup>",
        faces.recognize,
        (papers.DAUGMAN, papers.SCHROFF),
    ),
    "train": HowTo(
        "L(A, P, N) = max(d(A, P) − d(A, N) + margin, 0)",
        faces.train,
        (papers.SCHROFF, papers.HERMANS, papers.HADSELL, papers.TAIGMAN),
    ),
    "style": HowTo(
        "J(G) = α J<sub>content</sub>(C, G) + β J<sub>style</sub>(S, G), "
        "J<sub>style</sub> = Σ<sub>l</sub> λ<sub>l</sub> ‖Gram<sub>l</sub>(S) − "
        "Gram<sub>l</sub>(G)‖²",
        looks.style,
        (papers.GATYS, papers.GHIASI),
    ),
    "inside": HowTo(
        "a<sub>k</sub>(p) = max(0, w<sub>k</sub> * x(p) + b<sub>k</sub>), "
        "field′ = field + (k − 1) · stride",
        looks.inside,
        (papers.ZEILER, papers.ARAUJO, papers.SIMONYAN, papers.SPRINGENBERG, papers.OLAH),
    ),
    "dream": HowTo(
        "x ← x + η ∂a<sub>k</sub>(x) / ∂x",
        looks.dream,
        (papers.OLAH, papers.SIMONYAN),
    ),
    "pairs": HowTo(
        "G<sub>ij</sub> = Σ<sub>p</sub> a<sub>i</sub>(p) a<sub>j</sub>(p)",
        looks.pairs,
        (papers.GATYS,),
    ),
    "cover": HowTo(
        "map(p) = a<sub>k</sub>(photo) − a<sub>k</sub>(photo covered at p)",
        looks.cover,
        (papers.ZEILER,),
    ),
    "convolution": HowTo(
        "⌊(n + p − (d (k − 1) + 1)) / s⌋ + 1 places along each axis",
        axes.convolution,
        (papers.LECUN, papers.DUMOULIN),
    ),
    "sound": HowTo(
        "x<sub>c</sub>(t) = log(1 + |S<sub>c</sub>(t)|), c = 1 … 513; "
        "J(G) = α J<sub>content</sub>(C, G) + β J<sub>style</sub>(S, G)",
        axes.sound,
        (papers.ULYANOV, papers.GATYS, papers.GRIFFIN),
    ),
    "ecg": HowTo(
        "min ‖x − g(f(x + noise))‖²; distance = ‖f(beat) − median‖ / √dimension",
        axes.ecg,
        (papers.VINCENT, papers.PAN, papers.MCSHARRY),
    ),
    "volumes": HowTo(
        "a<sub>k</sub>(i, j, l) = max(0, Σ w<sub>k</sub>(a, b, c) x(i + a, j + b, l + c) + "
        "b<sub>k</sub>)",
        volumes.volumes,
        (papers.CARREIRA, papers.ZEILER),
    ),
    "clips": HowTo(
        "J(G) = α J<sub>content</sub> + β J<sub>style</sub> + γ J<sub>motion</sub>, "
        "J<sub>motion</sub> = mean (G<sub>t</sub>(p) − G<sub>t−1</sub>(p + flow(p)))²",
        volumes.clips,
        (papers.RUDER, papers.LUCAS, papers.LAI, papers.GATYS),
    ),
    "solid": HowTo(
        "J(G) = β mean<sub>slices</sub> J<sub>style</sub>(S, slice) + γ J<sub>variation</sub>",
        volumes.solid,
        (papers.GUTIERREZ, papers.KOPF),
    ),
    "inflate": HowTo(
        "w(a, b, c) = w(b, c) / k, so Σ<sub>a</sub> w(b, c) / k · x = w(b, c) · x",
        volumes.inflate,
        (papers.CARREIRA,),
    ),
}


def fold(name: str, words: str = "") -> None:
    """Lays the fold of one tab out.

    Args:
        name: in FOLDS.
        words: what there is to say, as Markdown.
    """
    found = FOLDS[name]
    with gr.Accordion(TITLE, open=False, elem_classes="howto"):
        shown = f'<p class="formula">{found.formula}</p>{pen.sketch(name, found.draw())}'
        gr.HTML(shown, padding=False)
        if words:
            gr.Markdown(words)
        gr.HTML(papers.listed(found.papers), padding=False)
