"""Which files are worth serving: none larger than the same picture in a simpler format."""

from collections.abc import Iterable, Sequence

from chalicelib.imaging.encoding import CODECS, File
from chalicelib.model.formats import PREFERENCE


def with_original(made: Sequence[File], original: File, *, alpha: bool) -> list[File]:
    """The files `made` of a variant, and the `original` of the same pixels: instead of or besides.

    It replaces files that are not lighter (see `lighter`). If fewer browsers support it than
    any of them, it is one more, for those browsers: an AVIF besides a WebP. It replaces none with
    a gain map, which it has not.
    """
    alike = [file for file in made if file.moving == original.moving and not file.hdr]
    ranks = [CODECS[file.output].support_rank for file in alike]
    if 0 < max(ranks, default=0) < CODECS[original.output].support_rank:
        return [*made, original]
    return [lighter(file, original, alpha=alpha) if file in alike else file for file in made]


def lighter(made: File, original: File, *, alpha: bool) -> File:
    """`made`, or the `original` of the same pixels unless that is larger or no substitute.

    It is no substitute if fewer browsers support it, or if `made` has put a background
    behind the transparent pixels (`alpha`).
    """
    supported = CODECS[original.output].support_rank <= CODECS[made.output].support_rank
    same_picture = CODECS[made.output].alpha or not alpha
    return original if supported and same_picture and len(original.data) <= len(made.data) else made


def worthwhile(files: Iterable[File], *, alpha: bool) -> list[File]:
    """`files` of one variant, in order, without those that would be pointless to serve.

    Pointless is any that browsers prefer to another one that is no larger. With
    transparency (`alpha`), a file on a background shows a different picture and is
    compared with none. Animations are only compared with each other, and a still
    that browsers would choose instead of one is left out. A file with a gain map is never
    pointless: it shows more.
    """
    distinct = list(dict.fromkeys(files))
    moving = [file for file in distinct if file.moving]
    first = min((_rank(file) for file in moving), default=-1)
    stills = [file for file in distinct if not file.moving and _rank(file) > first]
    kept = _light(moving, alpha=alpha) | _light(stills, alpha=alpha)
    return [file for file in distinct if file in kept]


def _light(files: list[File], *, alpha: bool) -> set[File]:
    kept = {file for file in files if file.hdr or (alpha and not CODECS[file.output].alpha)}
    compared = {file for file in files if file.hdr or not alpha or CODECS[file.output].alpha}
    smallest: int | None = None
    for file in sorted(compared, key=_simplest_first):
        if smallest is None or len(file.data) < smallest:
            kept.add(file)
            smallest = len(file.data)
    return kept


def _simplest_first(file: File) -> tuple[int, int, bytes]:
    return -_rank(file), len(file.data), file.data


def _rank(file: File) -> int:
    return PREFERENCE.index(file.output)
