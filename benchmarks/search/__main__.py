"""`python -m benchmarks.search`: simulate searches in a million images, for docs/cost.md."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from unittest import mock

import click

from benchmarks.records import save
from benchmarks.search.library import OWNER, Library, number_of
from benchmarks.search.queries import queries
from benchmarks.search.results import LATEST, Action, Results
from benchmarks.search.table import ID, Table, item_bytes
from chalicelib.aws import clients
from chalicelib.aws.search_entries import entries_of, keys_of, term_key
from chalicelib.aws.search_query import SearchQuery
from chalicelib.model import search
from chalicelib.model.image import Visibility
from chalicelib.model.search import PRIVATE, Query

PAGE = 100  # images, the most that a request may have
_MOST_REQUESTS = 1_000
_SAMPLE = 1_000  # images whose entries are measured


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--images", type=click.IntRange(1), default=1_000_000)
def main(images: int) -> None:
    """Simulate searches: the application's own code, over a table that only counts.

    Takes about ten minutes and 3 GB for a million images. Writes benchmarks/search.json;
    `python -m benchmarks --draw` then rewrites docs/cost.md.
    """
    library = Library(images)
    wanted = queries(library.words)
    click.echo(f"  {images:,} images")
    partitions = partitions_of(library)
    sample = [entries_of(library.image(n)) for n in range(0, images, max(1, images // _SAMPLE))]
    sizes = [item_bytes(row) for entries in sample for row in entries.values()]
    actions = []
    for title, query in wanted.items():
        actions.append(_simulated(title, query, library, partitions))
        click.echo(f"  {actions[-1]}")
    results = Results(
        images=images,
        entries=round(fmean(map(len, sample)), 1),
        entry_bytes=round(fmean(sizes)),
        page=PAGE,
        actions=tuple(actions),
    )
    save(results, LATEST)


def partitions_of(library: Library) -> dict[str, list[str]]:
    """The range keys of all entries, in order, by hash key."""
    found: dict[str, list[str]] = defaultdict(list)
    for number in range(len(library)):
        for hash_key, entry in keys_of(library.image(number)):
            found[hash_key].append(entry)
    for keys in found.values():
        keys.sort()
    return found


def _simulated(
    title: str, query: Query, library: Library, partitions: Mapping[str, Sequence[str]]
) -> Action:
    table = Table(partitions, library)
    images = requests = 0
    cursor: str | None = None
    with mock.patch.object(clients, "dynamodb", return_value=table):
        while images < PAGE and requests < _MOST_REQUESTS:
            page = SearchQuery("images", OWNER, query).page(PAGE - images, cursor)
            requests, images = requests + 1, images + len(page.images)
            cursor = page.next_cursor
            if cursor is None:
                break
    return Action(
        title=title,
        matches=matches(query, library, partitions),
        requests=requests,
        images=images,
        calls=table.calls,
        entries=table.entries,
        records=table.records,
        units=table.units,
    )


def matches(query: Query, library: Library, partitions: Mapping[str, Sequence[str]]) -> int:
    """How many images the query finds."""
    states = search.state_terms(query.status)
    private = (PRIVATE,) if query.visibility is Visibility.PRIVATE else ()
    exact = [f"{term}\t" for term in (*map(search.tag_term, query.tags), *states, *private)]
    starts = [*query.words, *exact]
    if not starts:
        return len(library)
    least = min((_numbers(start, partitions) for start in starts), key=len)
    if len(starts) == 1 and not (query.tags or query.created_from):
        return len(least)
    return sum(1 for number in least if query.finds(library.image(number)))


def _numbers(start: str, partitions: Mapping[str, Sequence[str]]) -> set[int]:
    """The images that have a term which begins like this."""
    keys = partitions.get(term_key(OWNER, start), ())
    range_ = keys[bisect_left(keys, start) : bisect_left(keys, f"{start}\U0010ffff")]
    return {number_of(key[-ID:]) for key in range_}


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.search")
