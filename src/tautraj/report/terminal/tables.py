"""Tables in the terminal: the summary of a run, a plan, a regrade, an export.

Text from a run is never read as markup. Not here: tables of a sweep (`report.terminal.sweep_tables`), the
progress bar (`report.terminal.progress_bar`).
"""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from tautraj.export.result import ExportResult
from tautraj.grading.regrade import REGRADE_FILE, RegradeResult
from tautraj.metrics import Metrics, describe_pass_hat, select_by_prefix, select_pass_hats
from tautraj.report.terminal.console import print_sentence, print_table, safe_text
from tautraj.runs.estimates import Estimate
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress

MOST_CHANGES = 20
"""Changes, and episodes that were not graded again, shown of a regrade at most."""


def print_summary(progress: RunProgress, numbers: Metrics, links: dict[str, str]) -> None:
    """Print the closing table and `links` (name -> address, path or command)."""
    run = progress.plan.run
    console = Console(soft_wrap=False)
    print_table(progress.plan.title, summary_rows(numbers))
    if run.model.is_gold_replay:
        replays = f"model={run.model.name} replays the task's gold actions"
        print_sentence(f"{replays}: this checks the pipeline, it is no model's result.")
    elif run.model.is_program:
        program = f"model={run.model.name} is a program that knows no gold actions"
        print_sentence(f"{program}: it is no model's result.")
    for failure in list(progress.failures.values())[:3]:
        line = f"failed: {failure.id}: {failure.kind}: {failure.message[:300]}"
        print_sentence(" ".join(line.split()))
    for name, target in links.items():
        console.print(safe_text(f"{name + ':':<15} {target}"), soft_wrap=True)


def summary_rows(numbers: Metrics) -> list[tuple[str, str]]:
    """The main metrics as names and formatted values."""
    n = numbers
    rows = [("episodes", f"{n['episodes']:.0f}")]
    counts = f"{n['graded']:.0f} graded; not averaged: {n['ungraded']:.0f} ungraded, {n['failed']:.0f} failed"
    rows.append(("of these", counts))
    if "success_rate" in n:
        low, high = n["success_rate_low"], n["success_rate_high"]
        rows.append(("success rate", f"{n['success_rate']:.1%}  [{low:.1%}, {high:.1%}] 95 %"))
        rows.append(("mean reward", f"{n['reward_mean']:.3f}"))
    rows += [(f"pass^{k}", describe_pass_hat(n, k)) for k in select_pass_hats(n) if k > 1]
    rows += [(f"reward: {k}", f"{v:.3f}") for k, v in select_by_prefix(n, "reward_").items() if k != "mean"]
    endings = sorted(select_by_prefix(n, "endings_").items(), key=lambda ending: -ending[1])
    rows += [(f"ended: {kind}", f"{count:.0f}") for kind, count in endings]
    rows += [(f"failed: {kind}", f"{count:.0f}") for kind, count in select_by_prefix(n, "failures_").items()]
    if "faulty" in n:
        usd = f", {n['put_aside_usd']:.4f} USD" if n.get("put_aside_usd") else ""
        again = f"{n['played_again']:.0f}{usd}"
        rows.append(("customer at fault", f"{n['faulty']:.0f}; put aside and played again: {again}"))
    rows += [(f"fault: {tag}", f"{per_100:.1f} per 100") for tag, per_100 in select_by_prefix(n, "faults_").items()]
    if "success_rate_without_faults" in n:
        rows.append(("success without faults", f"{n['success_rate_without_faults']:.1%}"))
    if "turns_mean" in n:
        rows.append(("turns, tool calls", f"{n['turns_mean']:.1f}, {n['tool_calls_mean']:.1f} a conversation"))
        rows.append(("seconds", f"{n['seconds_mean']:.2f} a conversation"))
    for seat in ("model", "user", "judge"):
        if f"{seat}_calls" in n:
            usd = f"{n[f'{seat}_usd']:.4f} USD" if f"{seat}_usd" in n else "unpriced"
            tokens = f"{n[f'{seat}_tokens_in']:,.0f} tokens in, {n[f'{seat}_tokens_out']:,.0f} out"
            rows.append((seat, f"{n[f'{seat}_calls']:,.0f} calls, {tokens}, {usd}"))
    if n.get("spent_tokens"):
        usd = f", {n['spent_usd']:.4f} USD" if "spent_usd" in n else ", unpriced"
        lost = f", of these {n['wasted_tokens']:,.0f} on failed and repeated attempts" if n["wasted_tokens"] else ""
        rows.append(("spent", f"{n['spent_tokens']:,.0f} tokens{lost}{usd}"))
    if n.get("usd_per_success"):
        rows.append(("a success", f"{n['usd_per_success']:.4f} USD"))
    return rows


def print_plan(plan: RunPlan, estimate: Estimate) -> None:
    """Print the episodes that would be played and their estimated cost."""
    console = Console(soft_wrap=False)
    print_table(plan.title, plan_rows(plan, estimate))
    console.print(safe_text(f"run directory: {plan.store.url}"), soft_wrap=True)
    print_sentence("dry_run: no model was called and nothing was written.")


def plan_rows(plan: RunPlan, estimate: Estimate) -> list[tuple[str, str]]:
    """Episodes to play, and the estimated calls, tokens and USD of each seat and in all."""
    owed = len(plan.owed)
    rows = [("episodes to play", f"{owed:,} of {owed + len(plan.rows):,}")]
    for seat, usage in estimate.seats.items():
        tokens = f"{owed * usage.tokens_in:,.0f} tokens in, {owed * usage.tokens_out:,.0f} out"
        rows.append((seat, f"about {owed * usage.calls:,.0f} calls, {tokens}"))
    if estimate.seats:
        total = estimate.cost.scale(owed)
        usd = "unpriced" if total.usd is None else f"{total.usd:,.2f} USD"
        rows += [("in all", f"about {total.tokens:,.0f} tokens, {usd}"), ("estimated from", estimate.source)]
    return rows


def print_regrade(result: RegradeResult, url: str) -> None:
    """Print the first changes of a regrade, rewards first, and the file that has all of them."""
    console = Console(soft_wrap=False)
    rewards = [change for change in result.changes if change.what == "reward"]
    others = [change for change in result.changes if change.what != "reward"]
    rows = [("episodes", f"{result.episodes:,}"), ("rewards that differ", f"{len(rewards):,}")]
    rows += [(f"{name}: differ", f"{n:,}") for name, n in Counter(change.what for change in others).most_common()]
    for change in [*rewards, *others][:MOST_CHANGES]:
        if change.what != "labels":
            rows.append((f"{change.episode} {change.what}", f"{change.old} → {change.new}"))
    rows += [
        (f"{episode}: not graded again", reason[:200])
        for episode, reason in list(result.broken.items())[:MOST_CHANGES]
    ]
    print_table(url, rows)
    console.print(safe_text(f"All changes: {url}/{REGRADE_FILE}"), soft_wrap=True)


def print_explanation(lines: Sequence[str]) -> None:
    """Print the lines of an explained reward."""
    for line in lines:
        print_sentence(line)


def print_export(result: ExportResult) -> None:
    """Print the funnel of an export, the rows written and their folder."""
    first, *steps = result.funnel
    rows = [
        ("conversations found", f"{first.left:,}"),
        *((step.reason, f"{-step.dropped:,}") for step in steps if step.dropped),
    ]
    rows += [("conversations kept", f"{result.funnel[-1].left:,}")]
    rows += [(f"refused: {reason}", f"{-n:,}") for reason, n in result.counts.refused.items()]
    rows += [(f"rows: {name}", f"{n:,}") for name, n in result.counts.rows.items()]
    rows += [(f"over {limit:,} tokens", f"{n:,}") for limit, n in result.counts.count_longer_rows().items() if n]
    usd = "unpriced" if result.usd is None else f"{result.usd / result.total_rows:.4f}"
    console = Console(soft_wrap=False)
    print_table(result.folder.name, [*rows, ("USD per row", usd)])
    if result.gold_models:
        replays = f"model={', '.join(result.gold_models)} replays the task's gold actions"
        print_sentence(f"{replays}: these rows are no model's work.")
    if result.programs:
        program = f"model={', '.join(result.programs)} is a program that knows no gold actions"
        print_sentence(f"{program}: these rows are no model's work.")
    console.print(safe_text(f"rows and card: {result.folder}"), soft_wrap=True)
    if result.hub_url:
        console.print(safe_text(f"on the Hub:    {result.hub_url}"), soft_wrap=True)
