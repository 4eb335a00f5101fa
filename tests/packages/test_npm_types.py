"""The npm packages in a strict TypeScript project."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.project import PROJECT
from tests.packages.npm import Tarball, run, unpacked

PROGRAM = """
import { useRef } from "react";
import type { ImageLoaderProps } from "./next-types.js";
import { type ImageView, img, imgProps, srcset, url } from "@darkroom/images";
import astro from "@darkroom/images/astro";
import { createLoader } from "@darkroom/images/next";
import { sign } from "@darkroom/images/sign";
import { extract, generate, type Operations, transform } from "@darkroom/images/unpic";
import Darkroom from "@darkroom/images/uppy";
import { DarkroomUploader, strings, upload, UploadError } from "@darkroom/uploader";
import { DarkroomUploader as ReactUploader } from "@darkroom/uploader/react";
import { DarkroomUploader as SvelteUploader } from "@darkroom/uploader/svelte";
import { DarkroomUploader as VueUploader } from "@darkroom/uploader/vue";
import Uppy from "@uppy/core";
import type { TransformerFunction } from "unpic";
import { mount } from "svelte";
import { h } from "vue";

declare const image: ImageView;
const widths: string = srcset(image) + url(image, { variant: "mobile", format: "webp" });
const loader: (options: ImageLoaderProps) => string = createLoader({ site: "https://a.example" });
const signature: Promise<string> = sign(image.id, { width: 300, height: 200, fit: "cover" }, "key");
const transformer: TransformerFunction<Operations, { site?: string }> = transform;
const moved: string = transform(generate(image.id, { width: 640 }, { site: "" }), { width: 640 });
const address: string = astro.getURL({ src: image.id }, { service: { config: { site: "" } } });
const uppy = new Uppy().use(Darkroom, { api: "https://a.example", token: async () => "token" });
uppy.on("darkroom:ready", (file, ready) => [file.name, ready.renditions.length]);

const element = document.createElement("darkroom-uploader");
element.addEventListener("darkroom:ready", ({ detail }) => detail.image.renditions[0]?.url);
element.addEventListener("darkroom:error", ({ detail: { error } }) => error instanceof UploadError);
const same: DarkroomUploader = element;
strings.addTitle = "Fotos";
upload(new File([], "a.jpg"), { api: "https://a.example" }).then(({ duplicate }) => !duplicate);

export function Album() {
  const uploader = useRef<DarkroomUploader>(null);
  return (
    <>
      <ReactUploader ref={uploader} api="" multiple maxFiles={5} onReady={({ image }) => image.id} />
      <img {...imgProps(image, { sizes: "50vw" })} />
    </>
  );
}
h(VueUploader, { multiple: true, maxFiles: 5, onReady: ({ image }) => image.id });
mount(SvelteUploader, { target: element, props: { maxFiles: 5, onready: ({ image }) => image.id } });

// @ts-expect-error: a number
<ReactUploader maxFiles="many" />;
// @ts-expect-error: there is no such variant option
url(image, { height: 3 });
// @ts-expect-error: one of three
sign(image.id, { width: 3, fit: "squeeze" }, "key");
export { address, extract, img, loader, moved, same, signature, transformer, widths };
"""
# As next/image declares what a loader gets.
NEXT = "export interface ImageLoaderProps { src: string; width: number; quality?: number }"


def compile_all(project: Path, files: list[str] | None = None, **options: Any) -> None:
    """Check the project's files, or these, with TypeScript at its strictest."""
    always = {"target": "es2022", "lib": ["es2023", "dom", "dom.iterable", "esnext.disposable"]}
    always |= {"jsx": "react-jsx", "strict": True, "noEmit": True, "types": []}
    configuration = {"compilerOptions": always | options, **({"files": files} if files else {})}
    (project / "tsconfig.json").write_text(json.dumps(configuration))
    compiler = PROJECT / "packages/node_modules/typescript/bin/tsc"
    run(["node", str(compiler), "--project", "."], project)


@pytest.mark.parametrize(
    ("module", "resolution"), [("nodenext", "nodenext"), ("esnext", "bundler")]
)
def test_a_strict_project_uses_every_entry_point(
    npm_packages: dict[str, Tarball], tmp_path: Path, module: str, resolution: str
) -> None:
    project = unpacked(tmp_path, npm_packages)
    (project / "album.tsx").write_text(PROGRAM)
    (project / "next-types.ts").write_text(NEXT)
    # Declarations of other packages are not ours to check.
    compile_all(project, module=module, moduleResolution=resolution, skipLibCheck=True)


@pytest.mark.parametrize("name", ["images", "uploader"])
def test_the_packages_own_declarations_are_valid(
    npm_packages: dict[str, Tarball], tmp_path: Path, name: str
) -> None:
    project = unpacked(tmp_path, npm_packages)
    folder = project / "node_modules/@darkroom" / name / "dist"
    # Uppy's, Svelte's and Vue's own are checked with them.
    others = ("uppy.d.ts", "svelte.d.ts", "vue.d.ts")
    own = [str(path) for path in folder.glob("*.d.ts") if path.name not in others]
    assert len(own) > 3
    compile_all(project, files=own, module="nodenext")
