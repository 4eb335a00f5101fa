"""Checks of the table: its indexes, whether its rows can be read, and what they lack."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from botocore.exceptions import ClientError

from chalicelib.aws import clients, items, rows
from chalicelib.aws.faults import code_of
from chalicelib.aws.index import BY_OWNER, BY_UNFINISHED
from chalicelib.aws.table_keys import BOOKMARKS
from chalicelib.model.image import Image
from chalicelib.model.search import ALL_INDEXED, VERSION
from chalicelib.wiring import Wiring
from ops.doctor.finding import Finding, failure, ok, warning
from ops.maintenance.reprocessing import is_outdated
from ops.maintenance.stage_access import LOCAL

INDEXES = (BY_OWNER, BY_UNFINISHED)

_SAMPLE = 1000  # records: a second of reading, and a fraction of a cent
_SHOWN = 3  # ids in a sentence


@dataclass(frozen=True)
class TableState:
    """A table's state.

    `indexes` has the status of each index, by name. Of at most 1,000 records: `read` of them were
    decoded, `unreadable` are the ids of others, `outdated` differ from the variants table. With
    `is_sample` there are more. `all_indexed`: every image has search entries.
    """

    indexes: dict[str, str]
    all_indexed: bool = True
    read: int = 0
    unreadable: list[str] = field(default_factory=list)
    outdated: int = 0
    is_sample: bool = False


def observe(wiring: Wiring) -> TableState:
    """Read the table's description, its bookmark of the layout, and up to 1,000 records."""
    table = wiring.settings.images_table
    described = clients.dynamodb().describe_table(TableName=table)["Table"]
    indexes = {
        index["IndexName"]: str(index.get("IndexStatus", "ACTIVE"))
        for index in described.get("GlobalSecondaryIndexes", ())
    }
    mark = rows.read(table, BOOKMARKS, ALL_INDEXED)
    all_indexed = mark is not None and mark["text"]["S"] == str(VERSION)
    if BY_OWNER not in indexes:
        return TableState(indexes, all_indexed)
    try:
        found = clients.dynamodb().scan(TableName=table, IndexName=BY_OWNER, Limit=_SAMPLE)
    except ClientError as error:
        if code_of(error) == "ValidationException":  # the index is still being created
            return TableState(indexes, all_indexed)
        raise
    records = rows.read_records(table, (item["id"]["S"] for item in found["Items"]))
    images, unreadable = _decoded(records)
    return TableState(
        indexes,
        all_indexed,
        len(images),
        unreadable,
        sum(is_outdated(wiring.renderer, image) for image in images),
        "LastEvaluatedKey" in found,
    )


def findings(state: TableState, stage: str) -> list[Finding]:
    """Findings about a stage's table."""
    return [_indexes(state, stage), _readable(state), _layout(state, stage), _rules(state, stage)]


def _decoded(records: dict[str, items.Item]) -> tuple[list[Image], list[str]]:
    images, unreadable = [], []
    for image_id, item in records.items():
        try:
            images.append(items.image_of(item))
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            unreadable.append(image_id)
    return images, unreadable


def _indexes(state: TableState, stage: str) -> Finding:
    missing = [name for name in INDEXES if name not in state.indexes]
    if missing:
        # Locally the table is only ever created whole; from manifests it can be created again.
        remedy = f"make deploy STAGE={stage}" if stage != LOCAL else "./darkroom rebuild-table"
        return failure("table", f"the index {_and(missing)} is missing: lists fail", remedy)
    busy = [name for name in INDEXES if state.indexes[name] != "ACTIVE"]
    if busy:
        return warning("table", f"the index {_and(busy)} is being built: lists are incomplete")
    return ok("table", f"the indexes {_and(INDEXES)} are active")


def _readable(state: TableState) -> Finding:
    if state.unreadable:
        ids = ", ".join(state.unreadable[:_SHOWN])
        return failure(
            "records",
            f"{len(state.unreadable):,} of {_counted(state)} cannot be read by this version, such "
            f"as {ids}: a later version wrote them, or they are damaged",
            "git pull && make setup",
        )
    return ok("records", f"{_counted(state)} can be read")


def _layout(state: TableState, stage: str) -> Finding:
    # The sweep says so at its first run, also in a new table.
    if state.all_indexed or not (state.read or state.unreadable):
        return ok("search", f"all images have search entries of layout {VERSION}")
    return warning(
        "search",
        f"not all images have search entries of layout {VERSION} yet: searches read all records, "
        "and sorting is by date only. The sweep writes them",
        f"./darkroom sweep{_stage(stage)}",
    )


def _rules(state: TableState, stage: str) -> Finding:
    if not state.outdated:
        return ok("renditions", "all are those of this checkout's variants table")
    return warning(
        "renditions",
        f"{state.outdated:,} of {_counted(state)} must be rendered again: their files differ from "
        "this checkout's variants table, or lack what earlier versions did not read",
        f"./darkroom reprocess --only-missing{_stage(stage)}",
    )


def _counted(state: TableState) -> str:
    number = state.read + len(state.unreadable)
    records = "record" if number == 1 else "records"
    return f"the first {number:,} {records}" if state.is_sample else f"{number:,} {records}"


def _stage(stage: str) -> str:
    return "" if stage == LOCAL else f" --stage {stage}"


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
