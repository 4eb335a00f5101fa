"""Sentences of the documents on what a stage consists of, each with what it means in an account."""

import re
from collections.abc import Callable

from ops.project import PROJECT
from tests.deploy.inventory import Found

Check = Callable[[Found], bool]
Sentences = dict[tuple[str, str], Check]

# (page, sentence) -> whether it is true of an inventory. A stage that exists:
CREATED: Sentences = {
    (
        "deploying",
        "buckets for originals, renditions and the page; table; four queues; event bus",
    ): (
        lambda found: (
            (len(found["buckets"]), len(found["tables"]), len(found["queues"])) == (3, 1, 4)
            and "darkroom-test" in found["buses"]
        )
    ),
    ("deploying", "CloudFront: one domain for the page, `/images/*` and `/api/*`"): (
        lambda found: found["distributions"] == 1
    ),
    ("deploying", "eight functions, each with its own role, a layer of libraries, a REST API"): (
        lambda found: (
            len(found["functions"]) == 8
            and len({f["role"] for f in found["functions"].values()}) == 8
            and found["apis"] == ["darkroom"]
            and {f["layers"] for f in found["functions"].values()} == {1}
        )
    ),
    (
        "deploying",
        "failed events go to the failures queue after two retries; one sweep at a time",
    ): (
        lambda found: (
            found["functions"]["darkroom-test-sweep"]["at once"] == 1
            and {v["retries"] for v in found["on failure"].values() if v.get("queue")} == {2}
        )
    ),
    ("deploying", "50 requests a second, 100 at once; logs kept 30 days"): (
        lambda found: (
            found["throttling"] == [("api", 50, 100)] and set(found["logs"].values()) == {30}
        )
    ),
    ("deploying", "alarms, their SNS topic, a dashboard"): (
        lambda found: bool(found["alarms"]) and (found["topics"], found["dashboards"]) == (1, 1)
    ),
}
# A stage whose data stays:
DESTROYED: Sentences = {
    ("deploying", "two buckets and the table, which cost by their size"): (
        lambda found: (len(found["buckets"]), len(found["tables"])) == (2, 1)
    ),
    ("deploying", "Functions, API, CDN, alarms, queues, page and logs are removed"): (
        lambda found: (
            not any(
                found[name]
                for name in (
                    *("functions", "apis", "distributions", "alarms", "queues", "logs", "roles"),
                    *("layers", "queues read", "rules", "stacks", "topics", "dashboards"),
                )
            )
        )
    ),
}


def untrue(sentences: Sentences, found: Found) -> list[str]:
    """The sentences that are untrue of `found`, or are no longer in their document."""
    return [
        f"docs/{page}.md: {sentence}"
        for (page, sentence), check in sentences.items()
        if not _is_in(page, sentence) or not check(found)
    ]


def _is_in(page: str, sentence: str) -> bool:
    text = (PROJECT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return " ".join(sentence.split()) in re.sub(r"\s+", " ", text.replace("**", ""))
