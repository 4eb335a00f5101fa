"""Which files are worth serving: none that is bigger than the same picture in a simpler form."""

from collections.abc import Iterable

from chalicelib.imaging.encoding import CODECS, File, Output

# A browser takes the first of these that it can show.
_BEST_FIRST: tuple[Output, ...] = ("avif", "webp", "jpeg", "png")


def lighter(made: File, original: File, *, alpha: bool) -> File:
    """`made`, or the `original` of the same pixels unless that is larger or says less.

    It says less where it is seen by fewer browsers, or where `made` has put a
    background behind the transparency that there is (`alpha`).
    """
    wider = CODECS[original.output].youth <= CODECS[made.output].youth
    alike = CODECS[made.output].alpha or not alpha
    return original if wider and alike and len(original.data) <= len(made.data) else made


def worthwhile(files: Iterable[File], *, alpha: bool) -> list[File]:
    """`files` of one variant, in their order, without those that would be served in vain.

    That is any that a browser prefers to another which is no larger. With
    transparency (`alpha`) a file on a background shows another picture and is
    compared with none. Animations are compared with each other only, and a still
    that browsers would take in place of one is left out.
    """
    given = list(dict.fromkeys(files))
    moving = [file for file in given if file.moving]
    first = min((_place(file) for file in moving), default=-1)
    stills = [file for file in given if not file.moving and _place(file) > first]
    kept = _light(moving, alpha=alpha) | _light(stills, alpha=alpha)
    return [file for file in given if file in kept]


def _light(files: list[File], *, alpha: bool) -> set[File]:
    kept = {file for file in files if alpha and not CODECS[file.output].alpha}
    least: int | None = None
    for file in sorted(set(files) - kept, key=_simplest_first):
        if least is None or len(file.data) < least:
            kept.add(file)
            least = len(file.data)
    return kept


def _simplest_first(file: File) -> tuple[int, int, bytes]:
    return -_place(file), len(file.data), file.data


def _place(file: File) -> int:
    return _BEST_FIRST.index(file.output)
