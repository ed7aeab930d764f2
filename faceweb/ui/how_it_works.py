"""The fold "How it works": formula, sketch, words, papers.

The papers that the tabs come from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import gradio as gr

from faceweb.ui.howto import axes, faces, looks, pen, volumes


@dataclass(frozen=True)
class Paper:
    """Whose it is, when and where it came out, and where it can be read."""

    authors: str
    year: int
    title: str
    link: str


def list_papers(papers: tuple[Paper, ...]) -> str:
    """Papers as a list of links."""
    rows = "".join(
        f"<li>{escape(paper.authors)} ({paper.year}). "
        f'<a href="{escape(paper.link)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(paper.title)}</a></li>"
        for paper in papers
    )
    return f'<ul class="papers">{rows}</ul>'


def _arxiv(number: str) -> str:
    return f"https://arxiv.org/abs/{number}"


def _doi(name: str) -> str:
    return f"https://doi.org/{name}"


ARAUJO = Paper(
    "A. Araujo, W. Norris, J. Sim",
    2019,
    "Computing Receptive Fields of Convolutional Neural Networks",
    _doi("10.23915/distill.00021"),
)
BROMLEY = Paper(
    "J. Bromley, J. W. Bentz, L. Bottou, I. Guyon, Y. LeCun, C. Moore, E. Säckinger, R. Shah",
    1993,
    "Signature Verification Using a “Siamese” Time Delay Neural Network",
    _doi("10.1142/S0218001493000339"),
)
CARREIRA = Paper(
    "J. Carreira, A. Zisserman",
    2017,
    "Quo Vadis, Action Recognition? A New Model and the Kinetics Dataset",
    _arxiv("1705.07750"),
)
DAUGMAN = Paper(
    "J. Daugman",
    2000,
    "Biometric Decision Landscapes",
    "https://www.cl.cam.ac.uk/techreports/UCAM-CL-TR-482.html",
)
DUMOULIN = Paper(
    "V. Dumoulin, F. Visin",
    2016,
    "A Guide to Convolution Arithmetic for Deep Learning",
    _arxiv("1603.07285"),
)
FEI_FEI = Paper(
    "L. Fei-Fei, R. Fergus, P. Perona",
    2006,
    "One-Shot Learning of Object Categories",
    _doi("10.1109/TPAMI.2006.79"),
)
GATYS = Paper(
    "L. A. Gatys, A. S. Ecker, M. Bethge",
    2016,
    "Image Style Transfer Using Convolutional Neural Networks",
    _doi("10.1109/CVPR.2016.265"),
)
GHIASI = Paper(
    "G. Ghiasi, H. Lee, M. Kudlur, V. Dumoulin, J. Shlens",
    2017,
    "Exploring the Structure of a Real-Time, Arbitrary Neural Artistic Stylization Network",
    _arxiv("1705.06830"),
)
GRIFFIN = Paper(
    "D. W. Griffin, J. S. Lim",
    1984,
    "Signal Estimation from Modified Short-Time Fourier Transform",
    _doi("10.1109/TASSP.1984.1164317"),
)
GUTIERREZ = Paper(
    "J. Gutierrez, J. Rabin, B. Galerne, T. Hurtut",
    2020,
    "On Demand Solid Texture Synthesis Using Deep 3D Networks",
    _doi("10.1111/cgf.13889"),
)
HADSELL = Paper(
    "R. Hadsell, S. Chopra, Y. LeCun",
    2006,
    "Dimensionality Reduction by Learning an Invariant Mapping",
    _doi("10.1109/CVPR.2006.100"),
)
HE = Paper(
    "K. He, X. Zhang, S. Ren, J. Sun",
    2016,
    "Deep Residual Learning for Image Recognition",
    _arxiv("1512.03385"),
)
HERMANS = Paper(
    "A. Hermans, L. Beyer, B. Leibe",
    2017,
    "In Defense of the Triplet Loss for Person Re-Identification",
    _arxiv("1703.07737"),
)
KOPF = Paper(
    "J. Kopf, C.-W. Fu, D. Cohen-Or, O. Deussen, D. Lischinski, T.-T. Wong",
    2007,
    "Solid Texture Synthesis from 2D Exemplars",
    _doi("10.1145/1276377.1276380"),
)
LAI = Paper(
    "W.-S. Lai, J.-B. Huang, O. Wang, E. Shechtman, E. Yumer, M.-H. Yang",
    2018,
    "Learning Blind Video Temporal Consistency",
    _arxiv("1808.00449"),
)
LECUN = Paper(
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
    1998,
    "Gradient-Based Learning Applied to Document Recognition",
    _doi("10.1109/5.726791"),
)
LUCAS = Paper(
    "B. D. Lucas, T. Kanade",
    1981,
    "An Iterative Image Registration Technique with an Application to Stereo Vision",
    "https://www.ri.cmu.edu/pub_files/pub3/lucas_bruce_d_1981_1/lucas_bruce_d_1981_1.pdf",
)
MCSHARRY = Paper(
    "P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith",
    2003,
    "A Dynamical Model for Generating Synthetic Electrocardiogram Signals",
    _doi("10.1109/TBME.2003.808805"),
)
OLAH = Paper(
    "C. Olah, A. Mordvintsev, L. Schubert",
    2017,
    "Feature Visualization",
    _doi("10.23915/distill.00007"),
)
PAN = Paper(
    "J. Pan, W. J. Tompkins",
    1985,
    "A Real-Time QRS Detection Algorithm",
    _doi("10.1109/TBME.1985.325532"),
)
RUDER = Paper(
    "M. Ruder, A. Dosovitskiy, T. Brox",
    2016,
    "Artistic Style Transfer for Videos",
    _arxiv("1604.08610"),
)
SCHROFF = Paper(
    "F. Schroff, D. Kalenichenko, J. Philbin",
    2015,
    "FaceNet: A Unified Embedding for Face Recognition and Clustering",
    _arxiv("1503.03832"),
)
SIMONYAN = Paper(
    "K. Simonyan, A. Vedaldi, A. Zisserman",
    2014,
    "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps",
    _arxiv("1312.6034"),
)
SPRINGENBERG = Paper(
    "J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller",
    2015,
    "Striving for Simplicity: The All Convolutional Net",
    _arxiv("1412.6806"),
)
TAIGMAN = Paper(
    "Y. Taigman, M. Yang, M. Ranzato, L. Wolf",
    2014,
    "DeepFace: Closing the Gap to Human-Level Performance in Face Verification",
    _doi("10.1109/CVPR.2014.220"),
)
ULYANOV = Paper(
    "D. Ulyanov, V. Lebedev",
    2016,
    "Audio Texture Synthesis and Style Transfer",
    "https://dmitryulyanov.github.io/audio-texture-synthesis-and-style-transfer/",
)
VINCENT = Paper(
    "P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol",
    2008,
    "Extracting and Composing Robust Features with Denoising Autoencoders",
    _doi("10.1145/1390156.1390294"),
)
ZEILER = Paper(
    "M. D. Zeiler, R. Fergus",
    2014,
    "Visualizing and Understanding Convolutional Networks",
    _arxiv("1311.2901"),
)
ZHANG = Paper(
    "K. Zhang, Z. Zhang, Z. Li, Y. Qiao",
    2016,
    "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks",
    _arxiv("1604.02878"),
)


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
        (FEI_FEI, SCHROFF, HE),
    ),
    "verify": HowTo(
        "d(a, b) = ‖f(a) − f(b)‖ ≤ τ",
        faces.verify,
        (BROMLEY, TAIGMAN, SCHROFF, ZHANG, HE),
    ),
    "recognize": HowTo(
        "who(x) = argmin<sub>k</sub> d(x, k), if d ≤ τ; P(mistaken) = 1 − (1 − FAR)<sup>K</sup>",
        faces.recognize,
        (DAUGMAN, SCHROFF),
    ),
    "train": HowTo(
        "L(A, P, N) = max(d(A, P) − d(A, N) + margin, 0)",
        faces.train,
        (SCHROFF, HERMANS, HADSELL, TAIGMAN),
    ),
    "style": HowTo(
        "J(G) = α J<sub>content</sub>(C, G) + β J<sub>style</sub>(S, G), "
        "J<sub>style</sub> = Σ<sub>l</sub> λ<sub>l</sub> ‖Gram<sub>l</sub>(S) − "
        "Gram<sub>l</sub>(G)‖²",
        looks.style,
        (GATYS, GHIASI),
    ),
    "inside": HowTo(
        "a<sub>k</sub>(p) = max(0, w<sub>k</sub> * x(p) + b<sub>k</sub>), "
        "field′ = field + (k − 1) · stride",
        looks.inside,
        (ZEILER, ARAUJO, SIMONYAN, SPRINGENBERG, OLAH),
    ),
    "dream": HowTo(
        "x ← x + η ∂a<sub>k</sub>(x) / ∂x",
        looks.dream,
        (OLAH, SIMONYAN),
    ),
    "pairs": HowTo(
        "G<sub>ij</sub> = Σ<sub>p</sub> a<sub>i</sub>(p) a<sub>j</sub>(p)",
        looks.pairs,
        (GATYS,),
    ),
    "cover": HowTo(
        "map(p) = a<sub>k</sub>(photo) − a<sub>k</sub>(photo covered at p)",
        looks.cover,
        (ZEILER,),
    ),
    "convolution": HowTo(
        "⌊(n + p − (d (k − 1) + 1)) / s⌋ + 1 places along each axis",
        axes.convolution,
        (LECUN, DUMOULIN),
    ),
    "sound": HowTo(
        "x<sub>c</sub>(t) = log(1 + |S<sub>c</sub>(t)|), c = 1 … 513; "
        "J(G) = α J<sub>content</sub>(C, G) + β J<sub>style</sub>(S, G)",
        axes.sound,
        (ULYANOV, GATYS, GRIFFIN),
    ),
    "ecg": HowTo(
        "min ‖x − g(f(x + noise))‖²; distance = ‖f(beat) − median‖ / √dimension",
        axes.ecg,
        (VINCENT, PAN, MCSHARRY),
    ),
    "volumes": HowTo(
        "a<sub>k</sub>(i, j, l) = max(0, Σ w<sub>k</sub>(a, b, c) x(i + a, j + b, l + c) + "
        "b<sub>k</sub>)",
        volumes.volumes,
        (CARREIRA, ZEILER),
    ),
    "clips": HowTo(
        "J(G) = α J<sub>content</sub> + β J<sub>style</sub> + γ J<sub>motion</sub>, "
        "J<sub>motion</sub> = mean (G<sub>t</sub>(p) − G<sub>t−1</sub>(p + flow(p)))²",
        volumes.clips,
        (RUDER, LUCAS, LAI, GATYS),
    ),
    "solid": HowTo(
        "J(G) = β mean<sub>slices</sub> J<sub>style</sub>(S, slice) + γ J<sub>variation</sub>",
        volumes.solid,
        (GUTIERREZ, KOPF),
    ),
    "inflate": HowTo(
        "w(a, b, c) = w(b, c) / k, so Σ<sub>a</sub> w(b, c) / k · x = w(b, c) · x",
        volumes.inflate,
        (CARREIRA,),
    ),
}


def explain_tab(name: str, words: str = "") -> None:
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
        gr.HTML(list_papers(found.papers), padding=False)
