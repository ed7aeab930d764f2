"""A second click before what cannot be undone."""

import gradio as gr


def asked(button: gr.Button, question: str, answer: str, name: str) -> gr.Button:
    """Puts a question under a button's row; call it where the question shall appear.

    Args:
        button: what brings the question up.
        question: what is about to happen.
        answer: on the button that lets it happen.
        name: the question's element id.

    Returns:
        That button; every answer takes the question away.
    """
    with gr.Row(visible=False, elem_id=name, elem_classes="question") as row:
        gr.HTML(f"<p>{question}</p>", padding=False)
        certain = gr.Button(answer, variant="stop", size="sm")
        keep = gr.Button("Keep", size="sm")
    quick = {"outputs": row, "queue": False, "api_visibility": "private"}
    button.click(lambda: gr.update(visible=True), **quick)
    for end in (certain, keep):
        end.click(lambda: gr.update(visible=False), **quick)
    return certain
