#!/usr/bin/env python3
"""Prints the size of components and core modules in bytes: as cargo builds them and `op-users` contains them, after `wasm-opt -Oz`, and
after gzip on top of that. Fails if one is larger than its budget, and says by how much.

Usage: component-size.py FILE[=MAX_OPTIMISED,MAX_GZIP]...

Needs `wasm-opt` of binaryen (https://github.com/WebAssembly/binaryen) in the path. It optimises core modules, not components: so each
core module of a component is taken out, optimised, and put back.
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile

CORE_MODULE_SECTION = 1
COMPONENT_SECTION = 4
PREAMBLE = 8
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


def read_leb128(data: bytes, at: int) -> tuple[int, int]:
    """Reads an unsigned LEB128 number; returns it and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def leb128(value: int) -> bytes:
    """Writes an unsigned LEB128 number."""
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def optimised(binary: bytes) -> bytes:
    """A core module after `wasm-opt -Oz`, or a component with such modules."""
    if binary.startswith(CORE_MODULE):
        return optimised_module(binary)
    written = bytearray(binary[:PREAMBLE])
    at = PREAMBLE
    while at < len(binary):
        section = binary[at]
        size, at = read_leb128(binary, at + 1)
        content = binary[at : at + size]
        if section in (CORE_MODULE_SECTION, COMPONENT_SECTION):
            content = optimised(content)
        written += bytes([section]) + leb128(len(content)) + content
        at += size
    return bytes(written)


def optimised_module(module: bytes) -> bytes:
    """A core module after `wasm-opt -Oz`."""
    with tempfile.TemporaryDirectory() as folder:
        before = pathlib.Path(folder, "before.wasm")
        after = pathlib.Path(folder, "after.wasm")
        before.write_bytes(module)
        command = ["wasm-opt", "-Oz", *FEATURES, "--output", after, before]
        subprocess.run(command, check=True)
        return after.read_bytes()


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    over = []
    for argument in sys.argv[1:]:
        name, _, budgets = argument.partition("=")
        binary = pathlib.Path(name).read_bytes()
        small = optimised(binary)
        packed = len(gzip.compress(small, compresslevel=9, mtime=0))
        print(f"{len(binary):,} bytes built, {len(small):,} after wasm-opt -Oz, {packed:,} with gzip: {name}")
        if budgets:
            for size, budget in zip((len(small), packed), map(int, budgets.split(",")), strict=True):
                if size > budget:
                    over.append(f"{name}: {size:,} bytes, {size - budget:,} more than its budget of {budget:,}")
    if over:
        sys.exit("\n".join(over))


if __name__ == "__main__":
    main()
