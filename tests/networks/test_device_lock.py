"""Who computes next."""

import threading
import time

from faceweb.networks.device import MOST_PASS, DeviceLock


def order(asked: list[str]) -> list[str]:
    """In which order work is done that was asked for, in this order, while something else ran."""
    turn, done = DeviceLock(), []

    def work(name: str) -> None:
        with turn.priority if name.startswith("short") else turn:
            done.append(name)

    workers = []
    with turn:
        for name in asked:
            waiting = sum(map(len, (turn._long, turn._brief)))
            workers.append(threading.Thread(target=work, args=(name,)))
            workers[-1].start()
            while sum(map(len, (turn._long, turn._brief))) == waiting:
                time.sleep(0.001)
    for worker in workers:
        worker.join(10)
    return done


def test_short_work_passes_long_work_and_otherwise_the_first_goes_first():
    asked = ["long 1", "long 2", "short 1", "long 3", "short 2"]
    assert order(asked) == ["short 1", "short 2", "long 1", "long 2", "long 3"]


def test_long_work_is_done_on_a_busy_page_too():
    shorts = [f"short {n}" for n in range(MOST_PASS + 3)]
    assert order(["long", *shorts]) == [*shorts[:MOST_PASS], "long", *shorts[MOST_PASS:]]


def test_who_gives_the_turn_back_does_not_take_it_from_who_waits():
    turn, taken = DeviceLock(), threading.Event()

    def wait() -> None:
        with turn:
            taken.set()

    with turn:
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not turn._long:
            time.sleep(0.001)
    with turn:
        assert taken.is_set()
    waiting.join(10)


def test_an_error_gives_the_turn_back():
    turn = DeviceLock()
    for held in (turn, turn.priority):
        try:
            with held:
                raise ValueError
        except ValueError:
            pass
    assert order(["short 1"]) == ["short 1"]
    with turn:
        pass


def test_two_never_compute_at_once():
    turn, inside, worst = DeviceLock(), [0], [0]

    def work(held) -> None:
        for _ in range(300):
            with held:
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                inside[0] -= 1

    workers = [threading.Thread(target=work, args=(held,)) for held in [turn, turn.priority] * 4]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert (worst[0], inside[0]) == (1, 0)
