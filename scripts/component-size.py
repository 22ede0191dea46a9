#!/usr/bin/env python3
"""Prints the size of components and core modules in bytes: as cargo builds them, without the names of their items, as `op-users` contains
them, and after `wasm-opt -Oz`.

Usage: component-size.py FILE...

Needs `wasm-opt` of binaryen (https://github.com/WebAssembly/binaryen) in the path. It optimises core modules, not
components: so each core module of a component is taken out, optimised, and its saving subtracted.
"""

import pathlib
import subprocess
import sys
import tempfile

CUSTOM_SECTION = 0
CORE_MODULE_SECTION = 1
COMPONENT_SECTION = 4
PREAMBLE = 8
NAMES = b"component-name"
# Magic number and version of a core module (WebAssembly 3.0, section 5.5.18).
CORE_MODULE = b"\0asm\1\0\0\0"
# What the components are compiled for: https://doc.rust-lang.org/rustc/platform-support/wasm32-unknown-unknown.html
FEATURES = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
]


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """Reads an unsigned LEB128 number; returns it and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def core_modules(component: bytes):
    """Yields the core modules of a component and of the components in it. A core module is its own only one."""
    if component.startswith(CORE_MODULE):
        yield component
        return
    at = PREAMBLE
    while at < len(component):
        section = component[at]
        size, at = leb128(component, at + 1)
        content = component[at : at + size]
        if section == CORE_MODULE_SECTION:
            yield content
        elif section == COMPONENT_SECTION:
            yield from core_modules(content)
        at += size


def names_size(component: bytes) -> int:
    """Size of the sections with the names of a component's items, in bytes."""
    if component.startswith(CORE_MODULE):
        return 0
    at, size_of_names = PREAMBLE, 0
    while at < len(component):
        start = at
        size, content = leb128(component, at + 1)
        at = content + size
        if component[start] == CUSTOM_SECTION and component[content + 1 :].startswith(NAMES):
            size_of_names += at - start
    return size_of_names


def optimised_size(module: bytes) -> int:
    """Size of a core module after `wasm-opt -Oz`, in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        before = pathlib.Path(folder, "before.wasm")
        after = pathlib.Path(folder, "after.wasm")
        before.write_bytes(module)
        command = ["wasm-opt", "-Oz", *FEATURES, "--output", after, before]
        subprocess.run(command, check=True)
        return after.stat().st_size


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        component = pathlib.Path(name).read_bytes()
        stripped = len(component) - names_size(component)
        saved = sum(len(module) - optimised_size(module) for module in core_modules(component))
        print(
            f"{len(component):,} bytes built, {stripped:,} without names, "
            f"{stripped - saved:,} after wasm-opt -Oz: {name}"
        )


if __name__ == "__main__":
    main()
