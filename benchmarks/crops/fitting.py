"""Fits the weights of saliency: gradient descent on the cross-entropy of where people look."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crops.samples import Sample
from chalicelib.imaging.saliency.features import grid_of
from chalicelib.imaging.saliency.model import FITTED

_UNITS = 16
_EPOCHS = 20
_BATCH = 32
_RATE = 4e-3
_DECAY = 1e-2
_DROPPED = 0.1  # of the hidden units, in each batch
_NOISE = 0.3  # on the pictures' means, by which single pictures could be recognized
_OBJECTS = 2.5  # the weight of a picture of objects; there are fewer of them
_PLACES, _WHOLE = 4, 8  # features of a cell's place; of the picture: seven means, and the ratio
_HEADER = "# Fitted on labelled photographs by `python -m benchmarks.crops fit`, which writes this."

Array = Any  # NumPy is in an environment without its types


def fit(samples: Iterable[Sample], say: Callable[[str], None], path: Path = FITTED) -> None:
    """Fit the weights on `samples` and write them to `path`."""
    features, targets, importance = [], [], []
    for sample in samples:
        cells, target = _arrays(sample)
        if target.sum() > 0:
            features.append(cells)
            targets.append(target / target.sum())
            importance.append(1.0 if sample.kind == "head" else _OBJECTS)
    say(f"{len(features):,} pictures")
    inner, bias, outer = _descend(features, targets, np.array(importance), say)
    path.write_text(_written(inner, bias, outer), encoding="utf-8")


def _arrays(sample: Sample) -> tuple[Array, Array]:
    """The features of each cell, and how much of it is in the boxes."""
    grid = grid_of(sample.picture)
    across = (np.arange(grid.width) + 0.5) / grid.width - 0.5
    down = (np.arange(grid.height) + 0.5) / grid.height
    x, y = np.tile(across, grid.height), np.repeat(down, grid.width)
    places = np.stack([x, np.abs(x), y, y**2], 1)
    whole = np.tile([*(mean / 255 for mean in grid.means), grid.ratio], (len(x), 1))
    cells = np.array(grid.cells) / 255
    target = np.zeros((grid.height, grid.width))
    for (left, top, right, bottom), weight in zip(sample.boxes, sample.weights, strict=True):
        columns = _covered(left, right, grid.width, sample.picture.width)
        rows = _covered(top, bottom, grid.height, sample.picture.height)
        target = np.maximum(target, np.outer(rows, columns) * weight)
    return np.concatenate([cells, places, whole], 1).astype(np.float32), target.ravel()


def _covered(begin: float, end: float, cells: int, side: int) -> Array:
    """The share of each of the cells along a side that is between two pixels."""
    edges = np.arange(cells + 1) / cells * side
    common = np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin)
    return np.clip(common, 0, None) / (side / cells)


def _descend(
    features: list[Array], targets: list[Array], importance: Array, say: Callable[[str], None]
) -> tuple[Array, Array, Array]:
    """The weights after all epochs of Adam, for features as they are."""
    chance = np.random.default_rng(1)
    some = np.concatenate(features[::9])
    mean, spread = some.mean(0), some.std(0) + 1e-6
    # Neither left nor right is preferred.
    used = np.ones(len(mean))
    used[-_WHOLE - _PLACES] = 0
    inner = chance.normal(0, len(mean) ** -0.5, (len(mean), _UNITS))
    weights = [inner, np.zeros(_UNITS), chance.normal(0, _UNITS**-0.5, _UNITS)]
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    sizes = np.array([len(target) for target in targets])
    step = 0
    for epoch in range(_EPOCHS):
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * epoch / _EPOCHS)) + 1e-5
        losses = []
        order = chance.permutation(len(features))
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            x = (np.concatenate([features[i] for i in batch]) - mean) / spread * used
            blur = chance.normal(0, _NOISE, (len(batch), _WHOLE))
            x[:, -_WHOLE:] += np.repeat(blur, sizes[batch], axis=0)
            y = np.concatenate([targets[i] for i in batch])
            share = importance[batch] / importance[batch].sum()
            kept = (chance.random(_UNITS) > _DROPPED) / (1 - _DROPPED)
            loss, gradients = _gradients(x, y, sizes[batch], share, kept, weights)
            losses.append(loss)
            step += 1
            for w, g, a, b in zip(weights, gradients, first, second, strict=True):
                a += 0.1 * (g - a)
                b += 0.001 * (g**2 - b)
                change = (a / (1 - 0.9**step)) / (np.sqrt(b / (1 - 0.999**step)) + 1e-8)
                w -= rate * (change + _DECAY * w)
        say(f"epoch {epoch + 1} of {_EPOCHS}: loss {np.mean(losses):.4f}")
    inner = weights[0] * (used / spread)[:, None]
    return inner, weights[1] - mean @ inner, weights[2]


def _gradients(
    x: Array, y: Array, sizes: Array, share: Array, kept: Array, weights: list[Array]
) -> tuple[float, list[Array]]:
    """The loss of a batch of pictures, whose cells follow one another, and its gradients."""
    inner, bias, outer = weights
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    picture = np.repeat(np.arange(len(sizes)), sizes)
    sums = x @ inner + bias
    hidden = np.maximum(sums, 0) * kept
    scores = hidden @ outer
    scores -= np.maximum.reduceat(scores, begins)[picture]
    masses = np.exp(scores)
    likely = masses / np.add.reduceat(masses, begins)[picture]
    loss = -(share[picture] * y * np.log(likely + 1e-9)).sum()
    by_score = (likely - y) * share[picture]
    by_sum = np.outer(by_score, outer) * (sums > 0) * kept
    return float(loss), [x.T @ by_sum, by_sum.sum(0), hidden.T @ by_score]


def _written(inner: Array, bias: Array, outer: Array) -> str:
    """The weights as TOML, for features from 0 to 255."""
    lines = [_HEADER]
    for unit in range(_UNITS):
        own = inner[:, unit]
        cells, rest = own[: -_WHOLE - _PLACES] / 255, own[-_WHOLE - _PLACES :]
        lines += [
            "",
            "[[units]]",
            f"out = {outer[unit]:.4g}",
            f"bias = {bias[unit]:.4g}",
            f"cells = {_list(cells)}",
            f"place = {_list(rest[:_PLACES])}",
            f"means = {_list(rest[_PLACES:-1] / 255)}",
            f"ratio = {rest[-1]:.4g}",
        ]
    return "\n".join(lines) + "\n"


def _list(values: Array) -> str:
    return f"[{', '.join(f'{value:.4g}' for value in values)}]"
