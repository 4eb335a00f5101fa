"""thumbor's own engine, called as its handler calls it: one load for each URL, so each size.

It embeds the original's RGB profile in the file instead of converting to sRGB.
"""

from thumbor.config import Config
from thumbor.context import Context
from thumbor.engines.pil import Engine

from benchmarks.worker.serving import Box, File, Job, Request, serve


def main() -> None:
    """Serve; there are no options."""
    context = Context(config=Config())

    def prepare(request: Request) -> Job:
        return lambda: [_file(Engine(context), request, box) for box in request.boxes]

    serve(prepare)


def _file(engine: Engine, request: Request, box: Box) -> File:
    engine.load(request.data, None)
    engine.reorientate()
    width, height = engine.size
    choose = max if box.fit == "cover" else min
    scale = min(1.0, choose(box.width / width, box.height / height))
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    engine.resize(*target)
    if box.fit == "cover":
        left, top = (target[0] - box.width) // 2, (target[1] - box.height) // 2
        engine.crop(left, top, left + box.width, top + box.height)
    return File(box.name, "webp", engine.read(".webp", request.quality))


if __name__ == "__main__":
    main()
