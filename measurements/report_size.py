"""Size of `report.html`, time to write it and time until it is usable in a browser, by number of episodes.

    python measurements/report_size.py [--episodes 40 2000 20000]

The episodes are retail's test tasks played by the oracle, some changed into failures, copied under new ids. The
browser is Debian's Chromium (apt-get install chromium) through Playwright; without it the last two columns are empty.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from process_stats import watch_command

REPO = Path(__file__).parents[1]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, nargs="+", default=[40, 2_000, 20_000])
    return parser.parse_args()


def make_run_directory(root: Path, episodes: int) -> Path:
    """A run directory with `episodes` conversations, copied from the 40 that were played."""
    sys.path.append(str(REPO / "tests"))
    from support import sample_runs

    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run

    run = parse_run(compose_tree(["split=test", "tracking=none", f"root={root}"]))
    store = sample_runs.played(run)
    sample_runs.varied(store, run, copies=max(0, episodes - len(store.list_ids())))
    return Path(store.path)


def time_in_browser(page: Path) -> tuple[str, str]:
    """Milliseconds until the table is usable, and until a conversation opened by its link is shown.

    Both are "" without Chromium.
    """
    if not CHROMIUM.exists():
        return "", ""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        first_tab = browser.new_page()
        first_tab.goto(f"file://{page}")
        ready = first_tab.evaluate("document.documentElement.dataset.ready")
        first_tab.locator("[data-status=failed]").click()  # the page holds conversations of failures first
        link = first_tab.locator("#table tr:not(.absent) a").first.get_attribute("href")
        second_tab = browser.new_page()
        started = time.monotonic()
        second_tab.goto(f"file://{page}{link}", wait_until="commit")
        second_tab.locator("#conversation .chat").wait_for()
        seconds = time.monotonic() - started
        browser.close()
    return str(ready), f"{1000 * seconds:.0f}"


def main() -> None:
    args = parse_arguments()
    from tautraj import process_env

    process_env.prepare()
    print("| episodes | conversations | file MB | seconds to write | peak MB | usable, ms | a link opens, ms |")
    print("|---|---|---|---|---|---|---|")
    for episodes in args.episodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            run = make_run_directory(folder / "outputs", episodes)
            command = [sys.executable, str(REPO / "flows" / "report.py"), f"run={run}", "conversations=2000"]
            started = time.monotonic()
            stats = watch_command(command, os.environ, lambda n=episodes: n, episodes, folder / "log")
            seconds = time.monotonic() - started
            page = run / "report.html"
            size = page.stat().st_size / 1e6
            ready, link = time_in_browser(page)
            print(
                f"| {episodes:,} | {min(2000, episodes):,} | {size:.1f} | {seconds:.0f} | {stats.peak_mb:.0f} "
                f"| {ready} | {link} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
