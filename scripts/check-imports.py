#!/usr/bin/env python3
"""Checks that no modules of a crate import each other in a circle, directly or through others.

Usage: check-imports.py [--graph] [CRATE-FOLDER...]

Reads `use` declarations and paths that start with `crate::`, `super::` or `self::`. An item that a module only re-exports
counts as its origin's. A test program in a folder below `tests/` counts as a crate. An inline `mod tests` is left out.
`--graph` prints the imports of each module.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CRATES = [
    ".",
    "audit",
    "cli",
    "components/environment",
    "components/guest-runtime",
    "components/machine",
    "components/plugin",
    "components/service",
    "components/steps",
    "host",
    "host-tests",
    "lists",
    "protocol",
    "simulator",
    "xtask",
]

Path = tuple[str, ...]


def without_tests_and_comments(text: str) -> str:
    """The text without comments, string contents and an inline `mod tests`."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    return re.split(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod \w+ \{", text)[0]


def modules(source: pathlib.Path) -> dict[Path, str]:
    """Module paths of a crate, each with its text."""
    found: dict[Path, str] = {}
    for file in sorted(source.rglob("*.rs")):
        parts = file.relative_to(source).with_suffix("").parts
        if parts[-1] in ("lib", "main", "mod"):
            parts = parts[:-1]
        found[parts] = without_tests_and_comments(file.read_text())
    return found


def split_tree(tree: str) -> list[str]:
    """Splits the inside of a use tree at its top-level commas."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(tree):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(tree[start:at])
            start = at + 1
    parts.append(tree[start:])
    return [part.strip() for part in parts if part.strip()]


def leaves(tree: str, prefix: Path = ()) -> list[tuple[Path, str]]:
    """Paths of a use tree, each with the name that it is bound to."""
    tree = tree.strip()
    brace = tree.find("{")
    if brace >= 0:
        head = tuple(part for part in tree[:brace].strip().strip(":").split("::") if part)
        inside = tree[brace + 1 : tree.rindex("}")]
        return [leaf for part in split_tree(inside) for leaf in leaves(part, prefix + head)]
    path, _, alias = tree.partition(" as ")
    parts = prefix + tuple(part.strip() for part in path.split("::") if part.strip())
    if parts[-1] == "self" and len(parts) > 1:
        parts = parts[:-1]
    return [(parts, alias.strip() or parts[-1])]


class Crate:
    def __init__(self, source: pathlib.Path):
        self.modules = modules(source)
        self.bindings: dict[Path, dict[str, Path]] = {}
        for module, text in self.modules.items():
            names = {}
            for tree in re.findall(r"\buse\s+([^;]+);", text):
                for path, name in leaves(re.sub(r"\s+", " ", tree)):
                    absolute = self.absolute(module, path)
                    if absolute is not None:
                        names[name] = absolute
            self.bindings[module] = names

    def absolute(self, module: Path, path: Path) -> Path | None:
        """A path from the root of the crate; none if it leads out of the crate."""
        if path[0] == "crate":
            return path[1:]
        if path[0] == "self":
            return module + path[1:]
        if path[0] == "super":
            up = module
            while path and path[0] == "super":
                up, path = up[:-1], path[1:]
            return up + path
        # A path through a child module, as `use child::Item` in 2018 and later.
        if module + path[:1] in self.modules:
            return module + path
        return None

    def origin(self, path: Path, depth: int = 0) -> Path:
        """The module that defines the item at a path."""
        module = path
        while module not in self.modules:
            module = module[:-1]
        rest = path[len(module) :]
        if rest and depth < 20:
            target = self.bindings[module].get(rest[0])
            if target is not None and target != path:
                return self.origin(target + rest[1:], depth + 1)
        return module

    def imports(self) -> dict[Path, set[Path]]:
        graph = {}
        for module, text in self.modules.items():
            paths = list(self.bindings[module].values())
            body = re.sub(r"\buse\s+[^;]+;", "", text)
            body = re.sub(r"\bpub\((?:in )?(?:crate|super|self)[^)]*\)", "", body)
            for found in re.findall(r"\b(?:crate|super|self)(?:::\w+)+", body):
                absolute = self.absolute(module, tuple(found.split("::")))
                if absolute is not None:
                    paths.append(absolute)
            graph[module] = {self.origin(path) for path in paths} - {module}
        return graph


def circles(graph: dict[Path, set[Path]]) -> list[list[Path]]:
    """Strongly connected components of more than one module (Tarjan, 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            component = stack[at:]
            del stack[at:]
            if len(component) > 1:
                found.append(sorted(component))

    sys.setrecursionlimit(10_000)
    for node in graph:
        if node not in index:
            visit(node)
    return found


def name(module: Path) -> str:
    return "::".join(("crate", *module))


def crate_roots(folder: pathlib.Path) -> list[pathlib.Path]:
    """Folders that hold the root of a crate: the sources, and each test program of several modules."""
    programs = sorted(main.parent for main in folder.glob("tests/*/main.rs"))
    return [folder / "src", *programs]


def main() -> None:
    arguments = sys.argv[1:]
    show_graph = "--graph" in arguments
    folders = [argument for argument in arguments if argument != "--graph"]
    folders = [pathlib.Path(folder) for folder in folders] or [ROOT / crate for crate in CRATES]
    sources = [source for folder in folders for source in crate_roots(folder)]
    failed = False
    for source in sources:
        graph = Crate(source).imports()
        if show_graph:
            for module, targets in sorted(graph.items()):
                print(name(module), "->", ", ".join(sorted(map(name, targets))))
        for circle in circles(graph):
            failed = True
            print(f"{source}: import circle: {', '.join(map(name, circle))}")
            for module in circle:
                inside = sorted(name(target) for target in graph[module] & set(circle))
                print(f"    {name(module)} imports {', '.join(inside)}")
    if failed:
        sys.exit(1)
    print(f"no import circles in {len(sources)} crates")


if __name__ == "__main__":
    main()
