"""Checks the site folder before anything is started or deployed."""

from ops.site_folder import location, page, stages, variants


def check() -> list[str]:
    """Sentences on what has no effect; SettingsError names a file that is wrong, and why."""
    location.check_names()
    variants.check()
    return [*stages.superseded(), *page.check()]


def files() -> list[str]:
    """A line with the files of the site folder that change anything; none if none does."""
    names = [name for name in location.FILES if location.text(name)]
    paths = [location.shown(location.folder() / name) for name in names]
    return [f"Using {', '.join(paths)}"] if paths else []
