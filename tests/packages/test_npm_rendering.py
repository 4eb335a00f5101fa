"""The components of @darkroom/uploader, rendered on a server that has no DOM."""

import json
import re
from pathlib import Path

import pytest

from tests.packages.npm import Tarball, run, tool, unpacked

PROPERTIES = '{ api: "https://a.example", multiple: true, maxFiles: 5, folders: false, token: () => "t" }'
REACT = f"""
import {{ createElement }} from "react";
import {{ renderToString }} from "react-dom/server";
import {{ DarkroomUploader }} from "@darkroom/uploader/react";

const properties = {{ ...{PROPERTIES}, className: "album", onReady() {{}} }};
const slotted = createElement("span", {{ slot: "button" }}, "Add");
console.log(JSON.stringify(renderToString(createElement(DarkroomUploader, properties, slotted))));
"""
VUE = f"""
import {{ createSSRApp, h }} from "vue";
import {{ renderToString }} from "vue/server-renderer";
import {{ DarkroomUploader }} from "@darkroom/uploader/vue";

const properties = {{ ...{PROPERTIES}, class: "album", onReady() {{}} }};
const slotted = {{ default: () => h("span", {{ slot: "button" }}, "Add") }};
const app = createSSRApp({{ render: () => h(DarkroomUploader, properties, slotted) }});
console.log(JSON.stringify(await renderToString(app)));
"""
SVELTE = f"""
import {{ createRawSnippet }} from "svelte";
import {{ render }} from "svelte/server";
import {{ DarkroomUploader }} from "@darkroom/uploader/svelte";

const children = createRawSnippet(() => ({{ render: () => '<span slot="button">Add</span>' }}));
const props = {{ ...{PROPERTIES}, class: "album", onready() {{}}, children }};
console.log(JSON.stringify(render(DarkroomUploader, {{ props }}).body));
"""
VITE = """
import { svelte } from "@sveltejs/vite-plugin-svelte";
export default { plugins: [svelte({ configFile: false })], ssr: { noExternal: true } };
"""


@pytest.mark.parametrize("framework", ["react", "vue", "svelte"])
def test_a_server_renders_the_element_with_its_attributes(
    npm_packages: dict[str, Tarball], tmp_path: Path, framework: str
) -> None:
    project = unpacked(tmp_path, npm_packages)
    (project / "server.js").write_text({"react": REACT, "vue": VUE, "svelte": SVELTE}[framework])
    program = "server.js"
    if framework == "svelte":  # components of Svelte are compiled by the project
        (project / "vite.config.js").write_text(VITE)
        run([tool("vite"), "build", "--ssr", "server.js", "--logLevel", "error"], project)
        program = "dist/server.js"
    html = re.sub("<!--.*?-->", "", json.loads(run(["node", program], project)))
    tag = re.fullmatch(
        r'<darkroom-uploader ([^>]*)><span slot="button">Add</span></darkroom-uploader>', html
    )
    assert tag
    attributes = set(re.findall(r'([\w-]+)(?:="([^"]*)")?', tag[1]))
    assert attributes == {
        ("api", "https://a.example"),
        ("multiple", ""),
        ("max-files", "5"),
        ("class", "album"),
    }
