"""Writes the page of the benchmarks and its plots from the numbers that run.py measured.

Usage: report.py RESULTS.json FOLDER
"""

import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from run import NAMES  # noqa: E402

# Colours that stand out on white and on black alike. Text has a colour that is replaced by one of the reader's scheme.
INK = "#010203"
COLOURS = {"plugin": "#2f81f7", "native": "#8b949e", "undici": "#2da44e", "httpx": "#d4a72c"}
STYLE = "<style>:root{color:#24292f}@media(prefers-color-scheme:dark){:root{color:#e6edf3}}</style>"
ORDER = ["native", "floor", "plugin", "steps", "undici", "httpx", "axios", "axios-fresh", "requests", "requests-fresh"]
PLAIN = ["plain-plugin", "wstd", "componentize-js"]


# Why goals are missed.
HOST_CALLS = "The host takes most of it, for any guest: the floor alone has %FLOOR% times the CPU of native code."
PAGES = "The guest scans, copies and lowers each text without the vector instructions of native code."


class Results:
    """The numbers, and the ratios of clients within the same rounds."""

    def __init__(self, numbers: dict) -> None:
        self.numbers = numbers

    def call(self, operation: str, kind: str) -> dict:
        return self.numbers["calls"][f"{operation} {kind}"]

    def median(self, operation: str, kind: str, what: str) -> float:
        return statistics.median(self.call(operation, kind)[what])

    def ratio(self, operation: str, what: str, other: str, kind: str = "plugin") -> "tuple[float, float, float]":
        return ratio(self.call(operation, kind)[what], self.call(operation, other)[what])

    def growth(self, users: int, kind: str) -> dict:
        return self.numbers["growth"][f"{users} {kind}"]

    @property
    def accounts(self) -> "list[int]":
        return sorted({int(key.split()[0]) for key in self.numbers["growth"]})


def ratio(of: "list[float]", to: "list[float]") -> "tuple[float, float, float]":
    """Median, least and most of the ratios within the rounds."""
    ratios = [one / other for one, other in zip(of, to, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def spread(measured: "tuple[float, float, float]") -> str:
    return f"{measured[0]:.2f} ({measured[1]:.2f} to {measured[2]:.2f})"


def table(head: "list[str]", rows: "list[list[str]]") -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def calls_table(results: Results, kinds: "list[str]", base: str) -> str:
    rows = []
    for kind in kinds:
        get = {what: results.median("get", kind, what) / 1e3 for what in ("wall", "cpu")}
        page = {what: results.median("list", kind, what) / 1e6 for what in ("wall", "cpu")}
        rows.append(
            [
                NAMES[kind],
                f"{get['wall']:.0f}",
                f"{results.call('get', kind)['p99'] / 1e3:.0f}",
                f"{get['cpu']:.0f}",
                "1" if kind == base else spread(results.ratio("get", "wall", base, kind)),
                f"{page['wall']:.2f}",
                f"{page['cpu']:.2f}",
                # The floor hands the bytes of a page back, and reads nothing of it.
                "1" if kind == base else spread(results.ratio("list", "cpu", base, kind)),
                str(results.numbers["connections"][kind]),
            ]
        )
    head = ["client", "get, µs", "p99", "CPU", f"time, {base.replace('plain-', '')} = 1", "page, ms", "CPU", "CPU, the same = 1", "connections"]
    return table(head, rows)


def goals(results: Results) -> "list[list[str]]":
    """What was to be reached, what was measured."""
    numbers = results.numbers
    rows = []

    host_calls = HOST_CALLS.replace("%FLOOR%", f"{results.ratio('get', 'cpu', 'native', 'floor')[0]:.1f}")

    def at_most(what: str, goal: float, measured: float, text: str = "", why: str = "") -> None:
        shown = text or f"{measured:,.2f}"
        met = measured <= goal
        rows.append([what, f"≤ {goal:,}", shown, "yes" if met else f"**missed** by {(measured / goal - 1) * 100:.0f} %. {why}"])

    floor = results.ratio("get", "wall", "floor")
    at_most("warm get, time against the floor", 1.10, floor[0], spread(floor), "What is above it is the client's own work: settings, token, path, JSON, checks, the search for secrets.")
    for other, goal in (("native", 1.4), ("undici", 0.6), ("httpx", 0.35)):
        measured = results.ratio("get", "wall", other)
        at_most(f"warm get, time against {NAMES[other]}", goal, measured[0], spread(measured), host_calls)
    for other, goal in (("native", 2.2), ("undici", 1.0), ("httpx", 1.0)):
        measured = results.ratio("list", "cpu", other)
        at_most(f"page of 1,000, CPU against {NAMES[other]}", goal, measured[0], spread(measured), PAGES)
    largest = max(results.accounts)
    for users in (100_000,):
        if users in results.accounts:
            measured = ratio(results.growth(users, "plugin")["cpu"], results.growth(users, "native")["cpu"])
            at_most(f"find among {users:,}, CPU against native", 1.6, measured[0], spread(measured), PAGES)
    if largest == 1_000_000:
        per_user = [statistics.median(results.growth(users, "plugin")["cpu"]) / users for users in (100_000, largest)]
        at_most("find among 1,000,000, CPU of a user against 100,000", 1.1, per_user[1] / per_user[0])
    budgets = numbers["budgets"]
    for name, goal in (
        ("fuel of a get", 48_000),
        ("fuel of a page of 1,000 users", 20_000_000),
        ("memory of a get", 256 << 10),
        ("memory of a page of 1,000 users", 1536 << 10),
        ("memory of a find", 1536 << 10),
    ):
        at_most(f"{name} (a test)", goal, budgets[name], f"{budgets[name]:,}")
    for kind in ("plugin", "steps"):
        count = numbers["connections"][kind]
        at_most(f"connections of a thousand gets, {NAMES[kind].strip('*')}", 1, count, str(count))
    starts = numbers["starts"]
    text = f"{statistics.median(starts):.1f} ({min(starts):.1f} to {max(starts):.1f})"
    at_most("`op-users get`, start to its first request, ms", 10, statistics.median(starts), text)
    load = numbers["service"]
    at_most("service, tokens for 10,000 gets of 50 callers", 50, load["50"]["tokens"], str(load["50"]["tokens"]))
    errors = load["200"]["errors"]
    rows.append(["service, errors with 200 callers", "0", str(errors), "yes" if errors == 0 else "**missed**"])
    raw, packed = numbers["sizes"]["plugin"]
    at_most("plugin after binaryen, bytes", 200_000, raw, f"{raw:,}")
    at_most("the same with gzip", 80_000, packed, f"{packed:,}", "At level `z` it would have 86,000, and miss the goals of fuel.")
    plugin, floor = (statistics.median(times) for times in numbers["instances"])
    at_most("instantiate, pooling allocator, against the floor", 1.2, plugin / floor, f"{plugin / floor:.2f} ({plugin / 1e3:.1f} µs)")
    return rows


def plot_latency(results: Results, file: pathlib.Path) -> None:
    kinds = [kind for kind in reversed(ORDER) if kind != "steps"]
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    values = [results.median("get", kind, "wall") / 1e3 for kind in kinds]
    names = [NAMES[kind].strip("*").split(": a guest")[0] for kind in kinds]
    bars = axes.barh(names, values, color=["#2f81f7" if kind == "plugin" else "#8b949e" for kind in kinds])
    axes.bar_label(bars, [f"{value:.0f}" for value in values], padding=3, color=INK)
    axes.set_xlabel("a warm get, median, µs")
    finish(figure, [axes], file, "Time of a warm get")


def plot_growth(results: Results, file: pathlib.Path) -> None:
    figure, (time, memory) = plt.subplots(1, 2, figsize=(9, 3.6))
    for kind, colour in COLOURS.items():
        users = results.accounts
        cpu = [statistics.median(results.growth(number, kind)["cpu"]) / 1e9 for number in users]
        peak = [results.growth(number, kind)["peak"] / (1 << 20) for number in users]
        style = {"marker": "o", "color": colour, "label": NAMES[kind].strip("*"), "linewidth": 2.5 if kind == "plugin" else 1.5}
        time.plot(users, cpu, **style)
        memory.plot(users, peak, **style)
    for axes, label in ((time, "CPU, seconds"), (memory, "peak memory of the process, MiB")):
        axes.set_xscale("log")
        axes.set_xlabel("users of the account")
        axes.set_ylabel(label)
    time.set_yscale("log")
    memory.set_ylim(bottom=0)
    legend = time.legend(frameon=False, labelcolor=INK)
    assert legend
    finish(figure, [time, memory], file, "Finding a user as the account grows")


def finish(figure, axes_list: list, file: pathlib.Path, title: str) -> None:
    """Writes a plot, whose text and axes take the colour of the reader's scheme."""
    for axes in axes_list:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
        axes.tick_params(colors=INK, which="both")
        axes.xaxis.label.set_color(INK)
        axes.yaxis.label.set_color(INK)
    figure.tight_layout()
    figure.savefig(file, transparent=True, metadata={"Date": None, "Title": title})
    plt.close(figure)
    svg = file.read_text().replace(INK, "currentColor")
    opening = svg.index(">", svg.index("<svg")) + 1
    file.write_text(svg[:opening] + STYLE + svg[opening:])


def losses(results: Results) -> str:
    """Where the plugin is slower than another client, or needs more."""
    lines = []
    for operation, what, name in (("get", "wall", "time of a get"), ("get", "cpu", "CPU of a get"), ("list", "wall", "time of a page"), ("list", "cpu", "CPU of a page")):
        for other in ORDER:
            if other in ("plugin", "floor", "steps"):
                continue
            measured = results.ratio(operation, what, other)
            if measured[0] > 1:
                lines.append(f"- {name}: {measured[0]:.2f} times that of {NAMES[other]}")
    for users in results.accounts:
        peak = {kind: results.growth(users, kind)["peak"] for kind in COLOURS}
        more = [f"{peak['plugin'] / peak[kind]:.1f} times that of {NAMES[kind]}" for kind in COLOURS if kind != "plugin" and peak["plugin"] > peak[kind]]
        if more:
            lines.append(f"- memory of finding a user among {users:,}: " + ", ".join(more))
    return "\n".join(lines)


def page(results: Results) -> str:
    numbers = results.numbers
    machine = numbers["machine"]
    load = numbers["service"]
    rates = "; ".join(
        f"{callers} callers: {rate(result):,.0f} gets a second, {result['tokens']} tokens, {result['errors']} errors" for callers, result in load.items()
    )
    growth_rows = []
    for users in results.accounts:
        row = [f"{users:,}"]
        for kind in COLOURS:
            point = results.growth(users, kind)
            row.append(f"{statistics.median(point['cpu']) / 1e6:,.0f} ms, {point['peak'] / (1 << 20):.0f} MiB")
        growth_rows.append(row)
    size_rows = [[NAMES[name].split(",")[0], f"{raw:,}", f"{packed:,}"] for name, (raw, packed) in numbers["sizes"].items()]
    npm, pip = machine["npm"], machine["pip"]
    return f"""# Benchmarks

Written by `benches/rivals/run.py`, which builds what is measured, installs the rivals, and makes these tables and plots. All numbers
are of one run, {machine['date']}: {numbers['rounds']} rounds, in each of which every client made the same calls, 200 gets and 10 pages of 1,000 users, against the
same simulator on loopback. A number is the median of the rounds; a ratio is that of two clients within a round, as median (least to
most). Times of another machine are others; ratios and what is counted carry over.

- Machine: {machine['cpu']}, {machine['cores']} cores shared with others, {machine['system']}. The simulator had one core, the clients the other one.
- Rust {machine['rust']}, wasmtime {machine['wasmtime']}, reqwest {machine['reqwest']}; Node {npm['node']}, undici {npm['undici']}, axios {npm['axios']}; Python {machine['python']}, httpx {pip['httpx']}, requests {pip['requests']};
  wstd {machine['wstd']}, componentize-js {machine['componentize-js']}, binaryen {npm['binaryen']}.
- Every client but the floor and the last two exchanges a token, sends three headers, sets time-outs, and checks what it gets.

## Clients

{calls_table(results, ORDER, "plugin")}

`connections` are those of 999 gets, 5 pages and the token exchange. The floor hands back the bytes of a page and reads none of it. The
module without I/O is what `op-users` and the packages for JavaScript and Python run: its host sends the requests.

![Time of a warm get: the plugin against the others](benchmarks/latency.svg)

wasmtime's own sender, which `wasmtime serve` and most embeddings use, opens a connection for each request. In such a host, the plugin
against components of other tools that make the same request and parse it, without retries, checks or a token exchange:

{calls_table(results, PLAIN, "plain-plugin")}

{table(["file", "bytes", "with gzip"], size_rows)}

The first two after `wasm-opt -Oz`, the others as their tools write them.

## As the account grows

Finding a user by e-mail address reads the whole list. CPU time, and the largest memory of the process:

{table(["users", *(NAMES[kind].strip("*") for kind in COLOURS)], growth_rows)}

![Finding a user: CPU time and memory from 1,000 to 1,000,000 users](benchmarks/growth.svg)

## The service under load

`op-users serve`, reading one user, a second on two shared cores with the callers and the simulator: {rates}.

## Goals

{table(["what", "goal", "measured", "met"], goals(results))}

Fuel, memory, connections, tokens and bytes are also tests: they fail when a change makes them worse, and say by how much.

## Where the plugin loses

{losses(results)}
"""


def rate(result: dict) -> float:
    """Requests a second."""
    return result["calls"] / result["seconds"]


def write_ratios(results: Results, readme: pathlib.Path) -> None:
    """Writes the ratios into the line of the README that is marked for them."""
    mark = "<!-- ratios -->"
    undici, httpx, native = (results.ratio("get", "wall", other)[0] for other in ("undici", "httpx", "native"))
    sentence = (
        f"Reading a user takes {undici:.2f} of the time of Node's undici, {httpx:.2f} of Python's httpx, {native:.1f} times that of native code: "
        "[benchmarks](docs/benchmarks.md)."
    )
    lines = [f"{mark} {sentence}" if line.startswith(mark) else line for line in readme.read_text().splitlines()]
    readme.write_text("\n".join(lines) + "\n")


def main() -> None:
    numbers = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    results = Results(numbers)
    plots = folder / "benchmarks"
    plots.mkdir(exist_ok=True)
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.family": "sans-serif", "font.size": 10, "text.color": INK})
    plot_latency(results, plots / "latency.svg")
    plot_growth(results, plots / "growth.svg")
    (folder / "benchmarks.md").write_text(page(results))
    root = pathlib.Path(__file__).resolve().parents[2]
    if folder.resolve() == root / "docs":
        write_ratios(results, root / "README.md")
    print(f"{folder / 'benchmarks.md'} is written")


if __name__ == "__main__":
    main()
