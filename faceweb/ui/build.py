"""The page: header, a table of tabs, and how it is launched."""

import gradio as gr

from faceweb.i18n import both
from faceweb.serving.gradio_patches import localize
from faceweb.ui.boundary import Services, Shared
from faceweb.ui.page import LocalizedBlocks
from faceweb.ui.tabs import enroll, recognize, verify
from faceweb.ui.tabs.dimensions import tab as dimensions_tab
from faceweb.ui.tabs.inside import tab as inside_tab
from faceweb.ui.tabs.style import tab as style_tab
from faceweb.ui.tabs.train import tab as train_tab
from faceweb.ui.views import faces as faces_view

TABS = (enroll, verify, recognize, train_tab, style_tab, inside_tab, dimensions_tab)
HEADER = """<header class="masthead"><h1>faceweb</h1>
<p>See how neural networks recognise faces and paint pictures: click any
example.</p></header>"""
# assets/language.js obeys; the one that is shown already is hidden.
LANGUAGES = """<div class="languages"><button type="button" lang="zh-CN"
data-language="zh">中文</button><button type="button" lang="en"
data-language="en">English</button></div>"""
FOOTER = """<footer class="colophon">Photos are not kept: an uploaded picture lies in a temporary
folder for a quarter of an hour at most, enrolled faces lie in your gallery until you erase them.
Not for access control or surveillance.</footer>"""
CACHE_SECONDS = (60, 900)


def build_app(services: Services) -> LocalizedBlocks:
    """Builds the page; nothing is computed, loaded or downloaded."""
    with LocalizedBlocks(
        title="faceweb", analytics_enabled=False, delete_cache=CACHE_SECONDS
    ) as page:
        with gr.Row(elem_classes="top"):
            gr.HTML(HEADER, padding=False)
            line = both(faces_view.status_line, services.engine.status)
            with gr.Column(min_width=240, elem_classes="aside-top"):
                gr.HTML(LANGUAGES, padding=False)
                status = gr.HTML(line, elem_id="status", padding=False)
        key = gr.Textbox(
            "",
            label="Gallery key",
            max_lines=1,
            buttons=["copy"],
            interactive=False,
            render=False,
            elem_id="gallery-key",
        )
        shared = Shared(page, key, gr.State(0))
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            for tab in TABS:
                # faceweb.ui.tabs.enroll, or faceweb.ui.tabs.style.tab where a tab has a folder.
                with gr.Tab(tab.TITLE, id=tab.__name__.split(".")[3]):
                    tab.build(services, shared)
        gr.HTML(FOOTER, padding=False)
        clock = gr.Timer(0.5)
        watch = _Watch(services)
        clock.tick(
            watch.status, None, [status, clock], api_visibility="private", show_progress="hidden"
        )
    return page


class _Watch:
    """Keeps the header's line true until the networks are warm."""

    def __init__(self, services: Services) -> None:
        self._engine = services.engine

    @localize
    def status(self):
        status = self._engine.status
        settled = status.ready or bool(status.failure)
        return faces_view.status_line(status), gr.Timer(active=not settled)
