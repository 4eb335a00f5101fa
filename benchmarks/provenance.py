"""`python -m benchmarks.provenance FOLDER`: what is read of C2PA manifests, beside c2pa-python."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from chalicelib.errors import Rejection
from chalicelib.imaging import read_provenance
from darkroom_client.cli.terminal import shown

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MISMATCHES = frozenset({"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"})


class Compared(NamedTuple):
    """What c2pa-python and Darkroom read of a file's manifest, by question."""

    file: Path
    theirs: dict[str, Any]
    ours: dict[str, Any]

    @property
    def differences(self) -> list[str]:
        """The questions that they answer differently."""
        return [name for name, answer in self.theirs.items() if self.ours[name] != answer]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=_FOLDER)
def main(folder: Path) -> None:
    """Compare what Darkroom and c2pa-python read of the manifests in the files below FOLDER.

    The questions are the signer's name, whether the content hash matches, and the digital source
    types of the file's own actions. Files in which c2pa-python reads no manifest do not count.
    """
    results: Counter[str] = Counter()
    for one in compared(folder):
        for name in one.differences:
            click.echo(
                f"{shown(str(one.file))}: {name} is {one.theirs[name]!r} for c2pa-python, "
                f"{one.ours[name]!r} for Darkroom"
            )
        results.update(files=1, alike=not one.differences)
    click.echo(f"{results['files']} files with a manifest, {results['alike']} read alike")


def compared(folder: Path) -> Iterator[Compared]:
    """The files below `folder` in which c2pa-python reads a manifest."""
    for path in sorted(folder.rglob("*")):
        theirs = _theirs(path) if path.is_file() else None
        if theirs is not None:
            yield Compared(path, theirs, _ours(path.read_bytes(), theirs))


def _theirs(path: Path) -> dict[str, Any] | None:
    from c2pa import C2paError, Reader

    try:
        with Reader(str(path)) as reader:
            store = json.loads(reader.json())
            found = store["manifests"][store["active_manifest"]]
    except (C2paError, KeyError):
        return None
    signature = found.get("signature_info", {})
    names = [signature.get("issuer"), signature.get("common_name")]
    failures = store["validation_results"]["activeManifest"]["failure"]
    codes = {entry["code"] for entry in failures}
    return {
        "signer": ", ".join(dict.fromkeys(name for name in names if name)) or None,
        "content hash": "differs" if codes & _MISMATCHES else "matches",
        "source type": _source_type(found),
    }


def _source_type(manifest: dict[str, Any]) -> str | None:
    """The first one of the manifest's own actions, as a term."""
    assertions = [a for a in manifest["assertions"] if a["label"].startswith("c2pa.actions")]
    actions = [action for found in assertions for action in found["data"]["actions"]]
    uris = [action["digitalSourceType"] for action in actions if "digitalSourceType" in action]
    return uris[0].rpartition("/")[2] if uris else None


def _ours(data: bytes, theirs: dict[str, Any]) -> dict[str, Any]:
    try:
        found = read_provenance(data)
    except Rejection:
        return dict.fromkeys(theirs)
    manifest = found.c2pa
    return {
        "signer": manifest and manifest.claimed_signer,
        "content hash": manifest and manifest.content_hash,
        # Those of the pictures it was made of count here, and not there.
        "source type": theirs["source type"] and found.digital_source_type,
    }


if __name__ == "__main__":
    main()
