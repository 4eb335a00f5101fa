"""Compiled modules: what Lambda unzips is read-only, so it could never keep what it compiles."""

import compileall
import contextlib
import io
import py_compile
from pathlib import Path


class CompileError(Exception):
    """A module that ships cannot be compiled; the text names it."""


def compile_modules(folder: Path, home: str) -> None:
    """Put a `.pyc` beside every module below `folder`, for this interpreter's version of Python.

    `home` is where `folder` will be on Lambda: tracebacks name it. The files are of the
    unchecked kind: at a start nobody looks whether their sources have changed.
    """
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        succeeded = compileall.compile_dir(
            folder,
            maxlevels=100,
            quiet=1,
            stripdir=str(folder),
            prependdir=home,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    if not succeeded:
        raise CompileError(said.getvalue())
