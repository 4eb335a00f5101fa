"""Damaged files for Hypothesis, which shrinks them to the smallest harmful damage."""

from collections.abc import Sequence

from hypothesis import strategies as st


def mutated(seeds: Sequence[bytes], front: int) -> st.SearchStrategy[bytes]:
    """One of `seeds` with up to six changes, half in its first `front` bytes; some are cut."""
    spots = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=6)
    return st.builds(_mutate, st.sampled_from(seeds), st.just(front), spots, st.floats(0, 1))


def _mutate(seed: bytes, front: int, spots: list[tuple[float, bytes]], cut: float) -> bytes:
    data = bytearray(seed)
    for place, content in spots:
        # Structure sits at the front, so half of the changes go there.
        start = int(place * front) if len(content) % 2 else int(place * len(data))
        data[start : start + len(content)] = content
    return bytes(data if cut < 0.7 else data[: int(len(data) * cut)])
