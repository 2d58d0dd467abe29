"""Telecom as `synthesis.generator.Composer`."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tautraj.benchmarks import Benchmark, format_toml
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.synthesis.generator import Database, Draft
from tautraj.synthesis.telecom.carrier import world
from tautraj.synthesis.telecom.carrier.invariants import list_violations
from tautraj.synthesis.telecom.faults import draft_fault_task
from tautraj.synthesis.telecom.proofs import TelecomProver
from tautraj.synthesis.telecom.requests import draft_account_task

FAULT_SHARE = 0.7
"""Of the drafts; τ²'s own tasks are of this kind alone."""


class TelecomGenerator:
    name = "telecom"

    def make_database(self, seed: int) -> Database:
        """The carrier's collections, and beside them the customers' phone as `user`."""
        carrier, user = world.make_database(seed)
        return {**carrier, "user": user}

    def list_customers(self, database: Database) -> Sequence[str]:
        """Those who have lines."""
        return [customer["customer_id"] for customer in database["customers"] if customer["line_ids"]]

    def make_files(self, database: Database) -> dict[str, str]:
        carrier = {name: rows for name, rows in database.items() if name != "user"}
        return {"db.toml": format_toml(carrier), "user_db.toml": format_toml(database["user"])}

    def read_database(self, folder: Path) -> Database:
        carrier, user = (tomllib.loads((folder / name).read_text()) for name in ("db.toml", "user_db.toml"))
        return {**carrier, "user": user}

    def list_violations(self, database: Database) -> list[str]:
        carrier = {name: rows for name, rows in database.items() if name != "user"}
        return list_violations(carrier, database["user"])

    def compose(self, database: Database, rng: Random) -> Draft | None:
        return draft_fault_task(rng, database) if rng.random() < FAULT_SHARE else draft_account_task(rng, database)

    def open_prover(self, database: Database, benchmark: Benchmark, official: OfficialTasks) -> TelecomProver:
        return TelecomProver(benchmark, official)
