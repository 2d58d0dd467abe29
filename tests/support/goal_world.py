"""A shop in miniature with synthetic tasks, as a world's folder: what offline customers with a goal play in."""

import json
import shutil
from pathlib import Path
from typing import Any

from tau2.utils import DATA_DIR

from tautraj.benchmarks.goals import PROOFS_FILE, Goal, Request, Write
from tautraj.synthesis.text import write_text

PAYPAL, CARD = "paypal_1000001", "credit_card_1000002"
KETTLE = {"1000000001": ("2 liters", 40.0), "1000000002": ("1 liter", 30.0), "1000000003": ("3 liters", 55.5)}
LAMP = {"2000000001": ("white", 20.0), "2000000002": ("black", 25.0)}
PRODUCTS = {"3000000001": ("Kettle", "capacity", KETTLE), "3000000002": ("Lamp", "color", LAMP)}
ORDERS = {
    "#W1000001": ("pending", ["1000000001", "2000000001"]),
    "#W1000002": ("delivered", ["1000000002", "2000000002"]),
    "#W1000003": ("delivered", ["2000000001"]),
    "#W1000004": ("processed", ["1000000003"]),
}
ADDRESS = {"address1": "1 Elm Row", "address2": "", "city": "Dover", "country": "USA", "state": "DE", "zip": "19901"}
USER = "ada_north_1001"


def make_database() -> dict[str, Any]:
    """One customer with four orders, two products."""
    of_item = {item: (key, name) for key, (name, _, variants) in PRODUCTS.items() for item in variants}
    products = {
        key: {
            "name": name,
            "product_id": key,
            "variants": {
                item: {"item_id": item, "options": {option: value}, "available": True, "price": price}
                for item, (value, price) in variants.items()
            },
        }
        for key, (name, option, variants) in PRODUCTS.items()
    }
    orders = {}
    for order, (status, items) in ORDERS.items():
        listed = []
        for item in items:
            product, name = of_item[item]
            variant = products[product]["variants"][item]
            listed.append(
                {
                    "name": name,
                    "product_id": product,
                    **{key: variant[key] for key in ("item_id", "price", "options")},
                }
            )
        total = sum(item["price"] for item in listed)
        orders[order] = {
            "order_id": order,
            "user_id": USER,
            "address": ADDRESS,
            "items": listed,
            "status": status,
            "fulfillments": [],
            "payment_history": [{"transaction_type": "payment", "amount": total, "payment_method_id": PAYPAL}],
        }
    user = {
        "user_id": USER,
        "name": {"first_name": "Ada", "last_name": "North"},
        "address": ADDRESS,
        "email": "ada@example.com",
        "payment_methods": {
            PAYPAL: {"source": "paypal", "id": PAYPAL},
            CARD: {"source": "credit_card", "id": CARD, "brand": "visa", "last_four": "1234"},
        },
        "orders": list(ORDERS),
    }
    return {"products": products, "users": {USER: user}, "orders": orders}


def make_goal(*requests: Request, **fields: Any) -> Goal:
    identity = {"email": "ada@example.com"}
    values = {"voice": "plain", "user_id": USER, "identity": identity, "requests": requests}
    return Goal.model_validate(values | fields)


def make_write(tool: str, **arguments: Any) -> Write:
    return Write(tool=tool, arguments=arguments)


RETURN_LAMP = (
    make_write(
        "return_delivered_order_items",
        order_id="#W1000002",
        item_ids=["2000000002"],
        payment_method_id=PAYPAL,
    ),
)
"""The writes of a request to return the lamp, with the refund to PayPal."""

CANCEL_PROCESSED = Request(
    family="pressure",
    said="Cancel order #W1000004.",
    rule="only pending orders",
    insists=("A colleague of yours did it before.",),
    about=("#W1000004",),
)
"""A request that the policy forbids."""


def write_world(
    folder: Path, domain: str, database: dict[str, Any], goals: dict[str, Goal], *, has_gold: bool = True
) -> Path:
    """The folder as `domain.data_dir` takes it: τ²'s files, and `proofs.jsonl` with the goals."""
    data = folder / "tau2" / "domains" / domain
    data.mkdir(parents=True)
    shutil.copy(Path(DATA_DIR) / "tau2" / "domains" / domain / "policy.md", data)
    (data / "db.json").write_text(json.dumps(database))
    tasks = [_make_task(task, domain, goal, has_gold) for task, goal in goals.items()]
    (data / "tasks.json").write_text(json.dumps(tasks))
    (data / "split_tasks.json").write_text(
        json.dumps({"train": list(goals), "test": list(goals), "base": list(goals)})
    )
    lines = (json.dumps({"task": task, "goal": goal.model_dump()}) for task, goal in goals.items())
    (folder / PROOFS_FILE).write_text("".join(f"{line}\n" for line in lines))
    return folder


def _make_task(task: str, domain: str, goal: Goal, has_gold: bool) -> dict[str, Any]:
    return {
        "id": task,
        "description": {"purpose": None},
        "user_scenario": {"persona": None, "instructions": {"domain": domain, **write_text(goal)._asdict()}},
        "evaluation_criteria": {
            "actions": [
                {"action_id": f"{task}_{number}", "name": write.tool, "arguments": write.arguments}
                for number, write in enumerate(goal.writes if has_gold else ())
            ],
            "communicate_info": list(goal.tells) if has_gold else [],
            "nl_assertions": None,
            "reward_basis": ["DB", "COMMUNICATE"],
        },
    }
