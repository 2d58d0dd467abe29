"""What a carrier sells: plans and device models. None is τ²'s."""

PLANS = (
    ("Pocket", 3.0, 29.0, 4.5),
    ("Daily Saver", 8.0, 39.0, 3.5),
    ("Commuter", 12.0, 49.0, 3.0),
    ("City Flex", 20.0, 58.0, 2.5),
    ("Streamer", 40.0, 74.0, 2.0),
    ("Household", 60.0, 112.0, 1.5),
    ("Globetrotter", 100.0, 96.0, 1.0),
)
"""(name, GB a month, USD a month, USD a refueled GB) of plans for phones."""

COMPANION_PLANS = (
    ("Second Screen", 10.0, 22.0, 2.5),
    ("Gadget Link", 2.0, 12.0, 6.0),
)
"""The same for tablets, watches and routers."""

MODELS = {
    "phone": (
        "Aria 5",
        "Aria 5 Plus",
        "Nimbus One",
        "Kestrel S2",
        "Juno Fold",
        "Vesper 8",
        "Orbit Mini",
        "Tundra X4",
    ),
    "tablet": ("Slate 11", "Canvas Tab 3", "Folio 10"),
    "watch": ("Pulse Watch 2", "Tempo Band LTE"),
    "router": ("HomeHub R3", "Porchlight 5G Router"),
}
"""Device type -> models."""
