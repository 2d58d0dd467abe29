"""How big a run's page is, how long it takes to write and until a person can use it, by how many episodes it has.

    python measurements/report_size.py [--episodes 40 2000 20000]

Retail's test tasks as the oracle plays them with failures among them, over and over under new ids. The browser is
Debian's Chromium (apt-get install chromium) through Playwright; without it the last two columns are empty.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from process_stats import watched

REPO = Path(__file__).parents[1]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, nargs="+", default=[40, 2_000, 20_000])
    return parser.parse_args()


def run_directory(root: Path, episodes: int) -> Path:
    """As many as asked for, of a handful that were played."""
    sys.path.append(str(REPO / "tests"))
    from support import sample_runs

    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run

    run = parse_run(compose_tree(["split=test", "tracking=none", f"root={root}"]))
    store = sample_runs.played(run)
    sample_runs.varied(store, run, copies=max(0, episodes - len(store.list_ids())))
    return Path(store.path)


def usable(page: Path) -> tuple[str, str]:
    """Milliseconds until the table can be used, and until a conversation stands that is opened by its link."""
    if not CHROMIUM.exists():
        return "", ""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        opened = browser.new_page()
        opened.goto(f"file://{page}")
        ready = opened.evaluate("document.documentElement.dataset.ready")
        opened.locator("[data-status=failed]").click()  # those are held first
        link = opened.locator("#table tr:not(.absent) a").first.get_attribute("href")
        fresh = browser.new_page()
        began = time.monotonic()
        fresh.goto(f"file://{page}{link}", wait_until="commit")
        fresh.locator("#conversation .chat").wait_for()
        seconds = time.monotonic() - began
        browser.close()
    return str(ready), f"{1000 * seconds:.0f}"


def main() -> None:
    given = arguments()
    from tautraj import process_env

    process_env.prepare()
    print("| episodes | conversations | file MB | seconds to write | peak MB | usable, ms | a link opens, ms |")
    print("|---|---|---|---|---|---|---|")
    for episodes in given.episodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            run = run_directory(folder / "outputs", episodes)
            command = [sys.executable, str(REPO / "flows" / "report.py"), f"run={run}", "conversations=2000"]
            began = time.monotonic()
            seen = watched(command, os.environ, lambda n=episodes: n, episodes, folder / "log")
            seconds = time.monotonic() - began
            page = run / "report.html"
            size = page.stat().st_size / 1e6
            ready, link = usable(page)
            print(
                f"| {episodes:,} | {min(2000, episodes):,} | {size:.1f} | {seconds:.0f} | {seen.peak_mb:.0f} "
                f"| {ready} | {link} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
