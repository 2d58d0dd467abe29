"""Other orders of gold actions that must lead to the same end."""

from collections.abc import Sequence
from typing import Any

Action = dict[str, Any]
"""A gold action of τ²: requestor, name, arguments."""

BOUND = {"send_payment_request", "make_payment", "resume_line"}
"""Tools whose order the policy fixes."""

LAST = {"reboot_device", "transfer_to_human_agents"}

MAX_ORDERS = 4


def list_orders(actions: Sequence[Action]) -> list[list[Action]]:
    """The actions backwards and rotated, a few of all orders; none where there is no other."""
    groups = _group(actions)
    last = [group for group in groups if group[0]["name"] in LAST]
    others = [group for group in groups if group not in last]
    turned = [others[start:] + others[:start] for start in range(1, len(others))]
    orders = [others[::-1], *turned][: MAX_ORDERS if len(others) > 1 else 0]
    return [[action for group in (*order, *last) for action in group] for order in orders]


def _group(actions: Sequence[Action]) -> list[list[Action]]:
    """Actions that may change places as one: a payment and what it is for stay together."""
    groups: list[list[Action]] = []
    for action in actions:
        if groups and action["name"] in BOUND and groups[-1][-1]["name"] in BOUND:
            groups[-1].append(action)
        else:
            groups.append([action])
    return groups
