"""A small run as the benchmark records it, with round figures."""

from benchmarks.results import (
    Entry,
    Memory,
    Output,
    Photograph,
    Rendition,
    Results,
    Start,
    Timing,
)

# Contender, family, processors, and seconds of CPU time for each photograph in both rounds.
_CONTENDERS = (
    ("darkroom", "darkroom", 1, (0.2, 0.1)),
    ("darkroom-2", "darkroom", 2, (0.2, 0.1)),
    ("darkroom-avif", "darkroom-avif", 1, (0.3, 0.2)),
    ("sharp-clones-4", "sharp-clones-4", 1, (0.4, 0.4)),
    ("sharp-clones-4-2", "sharp-clones-4", 2, (0.4, 0.4)),
)
_PHOTOGRAPHS = ("lake.jpg", "street.jpg")


def results() -> Results:
    """A run in which Darkroom takes a half and a quarter of sharp's time, and half of its bytes."""
    return Results(
        command="make bench",
        date="2026-05-01",
        commit="abc1234",
        machine="A machine, 2 CPUs",
        versions={"sharp": "1.2.3"},
        metric=(70.0, 70.001),
        rounds=2,
        photographs=tuple(_photograph(name) for name in _PHOTOGRAPHS),
        contenders=tuple(_entry(*contender[:3]) for contender in _CONTENDERS),
        outputs=tuple(
            _output(family, photograph)
            for family in dict.fromkeys(family for _, family, _, _ in _CONTENDERS)
            for photograph in _PHOTOGRAPHS
        ),
        timings=tuple(
            Timing(contender=name, photograph=photograph, wall=(2 * time,) * 2, cpu=(time,) * 2)
            for name, _, _, times in _CONTENDERS
            for photograph, time in zip(_PHOTOGRAPHS, times, strict=True)
        ),
        large=(
            Timing(contender="darkroom", photograph="48 MP, 1a.jpeg", wall=(0.5,), cpu=(0.5,)),
            Timing(contender="sharp-clones-4", photograph="48 MP, 1a.jpeg", wall=(1,), cpu=(1,)),
        ),
        memory=(Memory(contender="darkroom-2", case="48 MP", kilobytes=60 * 1024),),
        start=Start(
            bare=(10.0,), imported=(60.0,), first=(20.0,), second=(18.0,), modules=("PIL", "enum")
        ),
    )


def _photograph(name: str) -> Photograph:
    return Photograph(name=name, width=4000, height=3000, bytes=1_000_000, kind="baseline JPEG")


def _entry(name: str, family: str, cpus: int) -> Entry:
    output = "avif" if "avif" in name else "webp"
    return Entry(name=name, title=name.upper(), family=family, cpus=cpus, quality=80, output=output)


def _output(family: str, photograph: str) -> Output:
    weight = 200_000 if family.startswith("sharp") else 100_000
    files = [
        Rendition(variant=name, format="webp", bytes=weight, score=72.0)
        for name in ("1080p", "720p", "mobile")
    ]
    if family.endswith("avif"):
        files += [
            Rendition(variant=name, format="avif", bytes=weight // 2, score=71.0)
            for name in ("1080p", "720p", "mobile")
        ]
    return Output(family=family, photograph=photograph, files=tuple(files))
