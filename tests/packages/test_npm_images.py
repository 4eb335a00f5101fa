"""@darkroom/images: its URLs are those that the API itself makes."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib.model.delivery import Transformation, Urls, signature_of, signed_url
from chalicelib.model.image import Image, Placeholder, Rendition
from chalicelib.model.variants import Sizes, Variant, VariantsTable
from chalicelib.views import image_view
from tests.builders import ULID, image
from tests.model.test_delivery import KEY, PUBLIC
from tests.packages.npm import Tarball, run, unpacked

SITE = "https://photos.example"
STABLE = f"{SITE}/i/{ULID}"
TABLE = VariantsTable(
    variants=(
        Variant(name="1080p", width=1920, height=1920, formats=("avif", "webp")),
        Variant(name="mobile", width=640, height=640, formats=("avif", "webp")),
        Variant(name="thumbnail", width=200, height=200, fit="cover"),
    ),
    sizes=Sizes(),
)
TRANSFORMATIONS = [
    Transformation(width=300, height=200, fit="cover"),
    Transformation(width=300, height=200, fit="cover", quality=70, format="webp"),
    Transformation(width=8192),
    Transformation(height=1, format="jpeg"),
    Transformation(width=640, height=480, fit="contain", quality=100, format="avif"),
    Transformation(width=1, fit="inside", format="png"),
]


def rendition(variant: str, format: str, width: int, height: int) -> Rendition:
    key = f"{ULID}/{'0' * 16}/{variant}.{format}"
    return Rendition(variant=variant, format=format, width=width, height=height, bytes=9, key=key)


SHOWN = image(
    id=ULID,
    width=4000,
    height=3000,
    alt={"de": 'Eine "rote" Tür', "en": "A red door"},
    placeholder=Placeholder(color="#aabbcc", data_uri="data:image/webp;base64,UklG"),
    renditions=(
        rendition("1080p", "webp", 1920, 1440),
        rendition("1080p", "avif", 1920, 1440),
        rendition("mobile", "webp", 640, 480),
        rendition("thumbnail", "webp", 200, 200),
    ),
)
SMALL = image(id=ULID, width=301, height=199, renditions=(rendition("1080p", "webp", 301, 199),))
PORTRAIT = image(
    id=ULID,
    width=2999,
    height=4001,
    renditions=(rendition("mobile", "webp", 480, 640), rendition("1080p", "webp", 1439, 1920)),
)
PRIVATE = Urls(PUBLIC, ULID, True, "Policy=p&Signature=s~_&Key-Pair-Id=K", "file=1")


class Img(HTMLParser):
    """The attributes of the `<img>` in a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.attributes = dict(attrs)


@pytest.fixture(scope="module")
def project(npm_packages: dict[str, Tarball], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("project"), npm_packages)


def evaluate(project: Path, script: str, *values: Any) -> Any:
    """The result of a program that has `values`; it may import and await."""
    read = f"const values = JSON.parse(process.argv[1]);\n{script}"
    arguments = ["node", "--input-type=module", "--eval", read, json.dumps(values)]
    return json.loads(run(arguments, project))


def seen(shown: Image, urls: Urls | None = None) -> tuple[Any, str]:
    """An image as the API returns it, and its markup."""
    view = image_view.show(shown, PUBLIC, TABLE, urls=urls)
    renditions = [
        {"variant": r.variant, "width": r.width, "height": r.height, "url": r.url}
        for r in view.renditions
    ]
    found = {"id": view.id, "width": view.width, "height": view.height, "alt": dict(view.alt)}
    placeholder = view.placeholder and {
        "color": view.placeholder.color,
        "data_uri": view.placeholder.data_uri,
    }
    return {**found, "placeholder": placeholder, "renditions": renditions}, view.markup or ""


def options(transformation: Transformation) -> dict[str, Any]:
    names = cast("Sequence[str]", transformation.__struct_fields__)
    found = {name: getattr(transformation, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("shown", "urls"),
    [(SHOWN, None), (SMALL, None), (PORTRAIT, None), (SHOWN, PRIVATE)],
    ids=["landscape", "small", "portrait", "private"],
)
def test_an_image_has_the_attributes_of_its_markup(
    project: Path, shown: Image, urls: Urls | None
) -> None:
    view, markup = seen(shown, urls)
    script = """
    import { img } from "@darkroom/images";
    console.log(JSON.stringify(img(values[0])));
    """
    found = {name: str(value) for name, value in evaluate(project, script, view).items()}
    assert found == Img(markup).attributes
    assert found["srcset"]


def test_reacts_attributes_are_the_same_by_other_names(project: Path) -> None:
    script = """
    import { createElement } from "react";
    import { renderToStaticMarkup } from "react-dom/server";
    import { img, imgProps } from "@darkroom/images";
    const html = renderToStaticMarkup(createElement("img", imgProps(values[0])));
    console.log(JSON.stringify([html, img(values[0])]));
    """
    html, attributes = evaluate(project, script, seen(SHOWN)[0])
    found = Img(html).attributes
    assert found == {name: str(value) for name, value in attributes.items()}


def test_signatures_are_the_servers(project: Path) -> None:
    script = """
    import { sign, signedUrl } from "@darkroom/images/sign";
    const [id, key, site, wanted] = values;
    const both = (it) => Promise.all([sign(id, it, key), signedUrl(id, it, { site, key })]);
    console.log(JSON.stringify(await Promise.all(wanted.map(both))));
    """
    wanted = [options(transformation) for transformation in TRANSFORMATIONS]
    found = evaluate(project, script, ULID, KEY.decode(), PUBLIC, wanted)
    assert found == [
        [signature_of(KEY, ULID, it), signed_url(PUBLIC, KEY, ULID, it)] for it in TRANSFORMATIONS
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"width": 0},
        {"width": 8193},
        {"width": 1.5},
        {"width": 9, "quality": 101},
        {"width": 9, "fit": "cover"},
        {"height": 9, "fit": "contain"},
    ],
    ids=str,
)
def test_what_the_server_would_refuse_is_not_signed(project: Path, wanted: dict[str, Any]) -> None:
    script = """
    import { sign } from "@darkroom/images/sign";
    const refused = await sign("I", values[0], "key").then(() => "", ({ name }) => name);
    console.log(JSON.stringify(refused));
    """
    assert evaluate(project, script, wanted) in ("TypeError", "RangeError")


@pytest.mark.parametrize("site", [SITE, f"{SITE}/", f"{SITE}/images", f"{SITE}/images/"])
def test_an_id_has_the_servers_urls(project: Path, site: str) -> None:
    script = """
    import { url } from "@darkroom/images";
    const [id, site] = values;
    const sizes = [{ width: 640 }, { variant: "mobile" }, { variant: "mobile", format: "webp" }];
    console.log(JSON.stringify(sizes.map((size) => url(id, { ...size, site }))));
    """
    urls = Urls(PUBLIC, ULID)
    expected = [urls.width(640), urls.stable("mobile"), urls.stable("mobile", "webp")]
    assert evaluate(project, script, ULID, site) == expected


@pytest.mark.parametrize(
    ("width", "rendered"), [(1, 320), (320, 320), (321, 480), (3840, 3840), (9000, 3840)]
)
def test_a_width_is_rounded_up_to_the_ladder(project: Path, width: int, rendered: int) -> None:
    script = """
    import { url } from "@darkroom/images";
    const [source, width] = values;
    console.log(JSON.stringify(url(source, { width })));
    """
    assert evaluate(project, script, STABLE, width) == f"{STABLE}?w={rendered}"


def test_the_ladder_is_that_of_the_variants_table(project: Path) -> None:
    script = """
    import { WIDTHS } from "@darkroom/images";
    import { deviceSizes, imageSizes } from "@darkroom/images/next";
    console.log(JSON.stringify([WIDTHS, [...imageSizes, ...deviceSizes]]));
    """
    assert evaluate(project, script) == [list(Sizes().widths)] * 2


def test_an_ids_srcset_ends_at_the_originals_width(project: Path) -> None:
    script = """
    import { srcset } from "@darkroom/images";
    const [site, id] = values;
    console.log(JSON.stringify([1000, 100].map((max) => srcset(id, { site, max }))));
    """
    large, small = evaluate(project, script, SITE, ULID)
    assert large == ", ".join(f"{STABLE}?w={w} {w}w" for w in (320, 480, 640, 960))
    assert small == f"{STABLE}?w=320 320w"


@pytest.mark.parametrize("source", ["a.jpg", "https://a.example/b.jpg", ULID[:-1], ""])
def test_what_is_no_image_is_refused(project: Path, source: str) -> None:
    script = """
    import { url } from "@darkroom/images";
    const [source, site] = values;
    let refused = "";
    try { url(source, { site, width: 9 }); } catch ({ name }) { refused = name; }
    console.log(JSON.stringify(refused));
    """
    assert evaluate(project, script, source, SITE) == "TypeError"


def test_next_js_gets_the_ladders_widths_and_other_files_as_they_are(project: Path) -> None:
    script = """
    import { createLoader } from "@darkroom/images/next";
    const [site, ...sources] = values;
    const loader = createLoader({ site });
    console.log(JSON.stringify(sources.map((src) => loader({ src, width: 750, quality: 75 }))));
    """
    sources = [ULID, STABLE, f"{STABLE}/mobile.webp?w=3", "/logo.svg"]
    found = evaluate(project, script, SITE, *sources)
    assert found == [f"{STABLE}?w=960"] * 3 + ["/logo.svg"]


def test_unpic_finds_the_width_of_a_url_and_gives_it_another(project: Path) -> None:
    script = """
    import { extract, transform } from "@darkroom/images/unpic";
    const [stable, id] = values;
    const read = [`${stable}?w=640`, stable, "https://a.example/b.jpg", id].map((it) => extract(it));
    const written = [{ width: 1200 }, {}].map((it) => transform(`${stable}?w=640`, it));
    console.log(JSON.stringify([read, written]));
    """
    read, written = evaluate(project, script, STABLE, ULID)
    known = {"src": STABLE, "options": {"site": SITE}}
    assert read == [known | {"operations": {"width": 640}}, known | {"operations": {}}, None, None]
    assert written == [f"{STABLE}?w=1280", f"{STABLE}?w=640"]


def test_unpics_components_can_use_it(project: Path) -> None:
    script = """
    import { transformBaseImageProps } from "@unpic/core/base";
    import { WIDTHS as breakpoints } from "@darkroom/images";
    import { transform as transformer } from "@darkroom/images/unpic";
    const properties = { src: values[0], layout: "fullWidth", transformer, breakpoints };
    console.log(JSON.stringify(transformBaseImageProps(properties)));
    """
    found = evaluate(project, script, STABLE)
    assert found["srcset"].split(",\n") == [f"{STABLE}?w={w} {w}w" for w in Sizes().widths]


def test_astro_gets_a_srcset_up_to_twice_the_shown_width(project: Path) -> None:
    script = """
    import service from "@darkroom/images/astro";
    const [src, site] = values;
    const [options, config] = [{ src, width: 600, height: 400, alt: "" }, { service: { config: { site } } }];
    const set = service.getSrcSet(options, config);
    const urls = set.map(({ transform }) => service.getURL(transform, config));
    const attributes = service.getHTMLAttributes(options);
    console.log(JSON.stringify([set.map(({ descriptor }) => descriptor), urls, attributes]));
    """
    descriptors, urls, attributes = evaluate(project, script, ULID, SITE)
    assert descriptors == ["320w", "480w", "640w", "960w"]
    assert urls == [f"{STABLE}?w={width}" for width in (320, 480, 640, 960)]
    assert attributes["sizes"] == "auto, (min-width: 600px) 600px, 100vw"
    assert (attributes["width"], attributes["height"], attributes["alt"]) == (600, 400, "")
    assert attributes.keys().isdisjoint({"src", "quality", "format"})


def test_astro_leaves_the_sites_own_files_as_they_are(project: Path) -> None:
    script = """
    import service from "@darkroom/images/astro";
    const [options, config] = [{ src: { src: "/_astro/logo.png", width: 9 } }, { service: { config: { site: "" } } }];
    console.log(JSON.stringify([service.getURL(options, config), service.getSrcSet(options, config)]));
    """
    assert evaluate(project, script) == ["/_astro/logo.png", []]
