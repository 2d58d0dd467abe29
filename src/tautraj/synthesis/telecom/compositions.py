"""Which faults a customer has at once.

A composition of τ²'s test split is never proposed, whatever the customer calls about; one that is a single fault away
from one says so.
"""

import functools
import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from tautraj.benchmarks import read_packaged_split
from tautraj.synthesis.telecom import fault_tables as ft
from tautraj.synthesis.telecom.fault_tables import Call, Fault

TASK_ID = re.compile(r"\[\w+\](?P<faults>[\w|]+)")

SIZES = {1: 8, 2: 17, 3: 28, 4: 23, 5: 14, 6: 7, 7: 3}
"""Number of faults -> weight. Of the smaller ones most are near a test task."""

UNSOLVABLE_SHARE = 0.12
"""Of the proposals, those that end with a transfer: transferring at once passes them, so they are few."""

Slot = tuple[Fault, ...]
"""Faults of which a phone has one at most."""

SERVICE: tuple[Slot, ...] = (
    (ft.AIRPLANE_MODE,),
    (ft.SIM_MISSING,),
    (ft.SIM_PIN, ft.SIM_PUK),
    (ft.APN_BROKEN,),
    (ft.BILL_OVERDUE, ft.CONTRACT_ENDED),
)
CONNECTION: tuple[Slot, ...] = (
    (ft.ROAMING_OFF, ft.LINE_WITHOUT_ROAMING, ft.NO_ROAMING),
    (ft.DATA_OFF,),
    (ft.DATA_USED_UP, ft.DATA_NOT_BOUGHT),
)
SPEED: tuple[Slot, ...] = ((ft.DATA_SAVER,), (ft.ONLY_2G, ft.ONLY_3G), (ft.VPN,))
MESSAGING: tuple[Slot, ...] = (
    (ft.ONLY_2G,),
    (ft.WIFI_CALLING,),
    (ft.NO_SMS, ft.NO_STORAGE, ft.NO_PERMISSIONS),
    (ft.MMS_APN,),
)


class Intent(NamedTuple):
    """What a customer calls about, and what is asserted at the end."""

    shared: tuple[Slot, ...]
    """Faults that it has in common with other intents."""
    own: tuple[Slot, ...]
    """A composition has one of these at least."""
    solved: tuple[Call, ...]
    unsolved: tuple[Call, ...]
    """The same after a transfer."""


INTENTS = {
    "service_issue": Intent(
        (),
        SERVICE,
        (("user", "assert_service_status", {"expected_status": "connected"}),),
        (("user", "assert_service_status", {"expected_status": "no_service"}),),
    ),
    "mobile_data_issue": Intent(
        SERVICE,
        (*CONNECTION, *SPEED),
        (
            ("user", "assert_mobile_data_status", {"expected_status": True}),
            ("user", "assert_internet_speed", {"expected_speed": 200, "expected_desc": "excellent"}),
        ),
        (
            ("user", "assert_mobile_data_status", {"expected_status": False}),
            ("user", "assert_internet_speed", {"expected_speed": 0, "expected_desc": None}),
        ),
    ),
    "mms_issue": Intent(
        (*SERVICE, *CONNECTION),
        MESSAGING,
        (("user", "assert_can_send_mms", {"expected_status": True}),),
        (("user", "assert_can_send_mms", {"expected_status": False}),),
    ),
}
"""τ²'s intents. It gives mobile data and messaging fewer of the faults that end all service.

Slots are in the order of the workflow, in which an agent meets them. Phones are broken in it too: airplane mode would
end a VPN connection."""


class Composition(NamedTuple):
    intent: str
    faults: tuple[Fault, ...]
    near: str | None
    """The official test task that it differs from by one fault: missing, added or another."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(fault.name for fault in self.faults)

    @property
    def is_solvable(self) -> bool:
        return all(fault.mends is not None for fault in self.faults)


def propose_compositions(rng: Random, intent: str) -> Iterator[Composition]:
    """Compositions for an intent without end. The same one may come again: of few faults there are few."""
    while True:
        solvable = rng.random() >= UNSOLVABLE_SHARE
        composition = _draw(rng, intent)
        while composition.is_solvable != solvable or not may_be_used(composition):
            composition = _draw(rng, intent)
        yield composition


def may_be_used(composition: Composition) -> bool:
    """Whether no official test task has it, and each of its faults is mended by something of its own."""
    if composition.names >= {ft.APN_BROKEN.name, ft.MMS_APN.name}:
        return False  # one reset mends both
    unsolvable = [fault for fault in composition.faults if fault.mends is None]
    return len(unsolvable) <= 1 and composition.names not in list_test_compositions()


def _draw(rng: Random, name: str) -> Composition:
    shared, own, *_ = INTENTS[name]
    slots = (*shared, *own)
    size = min(rng.choices(list(SIZES), list(SIZES.values()))[0], len(slots))
    required = rng.randrange(len(shared), len(slots))
    others = rng.sample([index for index in range(len(slots)) if index != required], size - 1)
    faults = tuple(rng.choice(slots[index]) for index in sorted((required, *others)))
    return Composition(name, faults, find_near(frozenset(fault.name for fault in faults)))


def find_near(names: frozenset[str]) -> str | None:
    """Id of an official test task that differs by one fault; None if there is none."""
    for official, task_id in list_test_compositions().items():
        if max(len(official - names), len(names - official)) == 1:
            return task_id
    return None


@functools.cache
def list_test_compositions() -> dict[frozenset[str], str]:
    """Faults of each official test task -> its id."""
    parsed = ((task_id, TASK_ID.match(task_id)) for task_id in read_packaged_split("telecom", "test"))
    return {frozenset(match["faults"].split("|")): task_id for task_id, match in parsed if match is not None}
