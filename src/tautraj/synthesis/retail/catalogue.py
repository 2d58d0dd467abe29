"""Kinds of products that a new shop can sell. None is among the 50 of τ²'s retail database.

Customers say these words, so no value of an option contains another value of it ("4 feet" is in "14 feet"), and
apart from yes and no, no words of one option stand in another option of the product.
Not here: which kinds a shop sells, their variants and prices (`synthesis.retail.world`).
"""

from typing import NamedTuple

_TABLE = """
Camping Stove; 84; fuel: wood, butane, propane; burners: one burner, two burners, three burners;
    color: red, olive, black
Sleeping Bag; 129; comfort limit: 50 degrees, 32 degrees, 14 degrees; shape: rectangular, mummy, double;
    fill: fiber, fleece, down
Trekking Poles; 92; shaft: aluminum, carbon; grip: foam, rubber, cork; lock: twist, lever; color: orange, gray, lime
Headlamp; 46; brightness: 200 lumens, 400 lumens, 650 lumens; power: AAA cells, rechargeable; beam: flood, spot;
    red light: no, yes
Dome Tent; 245; capacity: 2 people, 3 people, 4 people, 6 people; season: summer, three-season, all-year;
    porch: no, yes; color: sand, olive, orange
Hammock; 68; width: single, double; fabric: cotton, nylon, canvas; mosquito net: no, yes; color: teal, rust, indigo
Cooler Box; 118; volume: 20 quarts, 35 quarts, 55 quarts; wheels: no, yes; lid: removable, hinged;
    color: white, coral, gray
Inflatable Kayak; 412; seats: one seat, two seats, three seats; floor: air tube, drop stitch;
    paddles included: no, yes; color: yellow, olive
Binoculars; 187; magnification: 8x, 10x, 12x; lens diameter: 25 mm, 42 mm, 50 mm; color: black, olive, camouflage
Fishing Rod; 97; length: 6 feet, 7 feet, 9 feet; power: light, medium, heavy; handle: foam, rubber, cork
Snowboard; 365; length: 148 cm, 154 cm, 160 cm; flex: soft, balanced, stiff; profile: flat, rocker, camber
Ski Goggles; 112; lens tint: amber, rose, smoke; size: youth, adult; fits over glasses: no, yes;
    strap color: black, white, teal
Picnic Basket; 74; servings: two people, four people; weave: seagrass, rattan, willow; lining: plain, striped, plaid;
    insulated: no, yes
Standing Desk; 489; width: 48 inches, 55 inches, 63 inches; top: laminate, bamboo, walnut;
    drive: hand crank, single motor, dual motor
Filing Cabinet; 164; drawers: two drawers, three drawers, four drawers; lock: key, combination, fingerprint;
    color: beige, graphite, mint
Monitor Arm; 89; screens: one screen, two screens, three screens; mount: clamp, grommet, wall;
    color: white, black, silver
Whiteboard; 96; size: 3 by 2 feet, 4 by 3 feet, 6 by 4 feet; surface: melamine, porcelain, glass;
    frame: plastic, aluminum, oak
Floor Lamp; 142; shade: paper, linen, brass; height: 58 inches, 62 inches, 67 inches; base color: black, white, bronze
Bean Bag Chair; 138; cover: corduroy, velvet, faux fur; size: kids, teen, adult; washable: no, yes;
    color: mustard, plum
Nightstand; 129; wood: pine, oak, walnut; drawers: one drawer, two drawers; handles: recessed, leather, brass;
    charging port: no, yes
Area Rug; 218; size: 4 by 6 feet, 5 by 8 feet, 8 by 10 feet; fiber: jute, cotton, wool;
    pattern: solid, floral, geometric
Throw Blanket; 58; size: 40 by 60 inches, 50 by 70 inches, 60 by 80 inches; yarn: acrylic, cotton, wool;
    pattern: solid, checked, herringbone
Blackout Curtains; 72; length: 63 inches, 84 inches, 95 inches; header: rod pocket, eyelets, pinch pleat;
    color: ivory, charcoal, burgundy
Mattress Topper; 176; size: twin, full, queen, king; thickness: 2 inches, 3 inches, 4 inches;
    fill: gel foam, latex, wool
Shoe Rack; 64; tiers: two tiers, three tiers, five tiers; material: plastic, bamboo, steel; stackable: no, yes;
    color: white, espresso
Wall Mirror; 134; shape: oval, arched, octagonal; frame: oak, brass, iron; height: 24 inches, 30 inches, 42 inches
Stand Mixer; 329; bowl: 4 quarts, 5 quarts, 7 quarts; power: 300 watts, 500 watts, 800 watts;
    color: cream, mint, cherry
Slow Cooker; 78; capacity: 3 quarts, 5 quarts, 8 quarts; control: dial, digital, app; insert: aluminum, steel, ceramic
Carving Knife; 105; blade length: 8 inches, 10 inches, 12 inches; steel: German, Japanese, Damascus;
    handle: resin, olive wood, walnut
Cast Iron Skillet; 52; diameter: 8 inches, 10 inches, 12 inches; finish: bare, seasoned, enameled;
    lid: none, steel, glass
Rice Cooker; 94; capacity: 3 cups, 6 cups, 10 cups; heating: thermal plate, induction, pressure;
    inner pot: nonstick, ceramic, copper
Hand Blender; 67; speeds: two speeds, five speeds, twelve speeds; attachment: whisk, chopper, masher;
    color: white, red, black
Food Dehydrator; 121; trays: four trays, six trays, ten trays; tray material: plastic, mesh, steel;
    timer: none, 12 hours, 24 hours
Pasta Maker; 88; drive: hand crank, electric; thickness settings: six settings, seven settings, nine settings;
    finish: chrome, red, copper; ravioli attachment: no, yes
Spice Rack; 44; jars: 12 jars, 16 jars, 20 jars; placement: countertop, wall, drawer;
    material: acrylic, chrome, acacia
Cutting Board; 39; wood: beech, acacia, teak; size: small, medium, large; thickness: 1 inch, 1.5 inches, 2 inches
Dinnerware Set; 136; pieces: 12 pieces, 16 pieces, 24 pieces; material: stoneware, porcelain, bone china;
    rim color: sage, cobalt, gold
Wine Fridge; 285; capacity: 8 bottles, 12 bottles, 24 bottles; zones: one zone, two zones; door: steel, smoked glass;
    hinge: left, right
Toaster Oven; 149; capacity: four slices, six slices, nine slices; control: knobs, buttons, touch panel;
    color: white, black, copper
Ice Cream Maker; 187; capacity: 1 quart, 1.5 quarts, 2 quarts; cooling: frozen bowl, salt and ice, compressor;
    color: white, pink, silver
Mesh Router; 158; standard: Wi-Fi 5, Wi-Fi 6, Wi-Fi 7; ports: two ports, four ports, eight ports;
    antennas: hidden, external; color: white, black
External Hard Drive; 119; capacity: 1 TB, 2 TB, 4 TB; interface: USB-A, USB-C, Thunderbolt;
    casing: plastic, rubber, aluminum
Computer Monitor; 312; screen size: 24 inches, 27 inches, 32 inches; panel: VA, IPS, OLED;
    refresh rate: 60 Hz, 144 Hz, 240 Hz
Webcam; 79; video: 720p, 1080p, 4K; microphone: none, mono, stereo; mount: clip, tripod, magnet
Projector; 468; brightness: 1500 lumens, 2800 lumens, 4000 lumens; light source: bulb, LED, laser;
    throw: long, medium, short
Soundbar; 214; channels: two channels, three channels, five channels; subwoofer: none, built-in, separate;
    input: optical, HDMI, Bluetooth
Turntable; 238; drive: belt, direct; cartridge: ceramic, moving magnet, moving coil; speeds: two speeds, three speeds;
    finish: black, cherry, walnut
Camera Drone; 534; video: 2.7K, 4K, 6K; flight time: 20 minutes, 31 minutes, 45 minutes;
    sensors: none, front, all sides
Dash Cam; 124; lenses: one lens, two lenses, three lenses; memory: 32 GB, 64 GB, 128 GB; GPS: no, yes;
    mount: adhesive, suction cup
Robot Lawn Mower; 879; area: quarter acre, half acre, one acre; navigation: boundary wire, camera, satellite;
    cutting width: 7 inches, 9 inches, 11 inches; rain sensor: no, yes
Label Printer; 86; connection: USB, Bluetooth, Ethernet; label width: 1 inch, 2 inches, 4 inches; keyboard: no, yes;
    color: white, blue
Graphics Pad; 178; active area: 6 by 4 inches, 8 by 5 inches, 10 by 6 inches; connection: wired, wireless;
    pressure levels: 2048 levels, 4096 levels, 8192 levels; shortcut keys: no, yes
Rowing Machine; 684; resistance: hydraulic, air, magnetic, water; display: basic, backlit, touchscreen;
    folding: no, yes
Foam Roller; 34; length: 12 inches, 18 inches, 24 inches, 36 inches; density: soft, medium, firm;
    surface: smooth, ridged, knobby
Jump Rope; 24; rope: PVC, beaded, steel cable; handles: plastic, foam, aluminum; color: red, purple, green
Tennis Racket; 163; head size: 98 square inches, 102 square inches, 107 square inches; grip size: two, three, four;
    strings: 16 by 19, 18 by 20; frame: aluminum, graphite
Boxing Gloves; 71; weight: 8 oz, 12 oz, 16 oz; closure: elastic, lace-up, hook and loop; shell: vinyl, leather;
    color: red, gold, black
Climbing Harness; 83; waist: small, medium, large; gear loops: four loops, five loops; leg loops: fixed, adjustable;
    color: teal, orange, gray
Swim Fins; 49; heel: closed, open; blade: paddle, vented, split; size: small, medium, large; color: blue, yellow
Golf Push Cart; 197; wheels: two wheels, three wheels, four wheels; brake: foot, hand; cup holder: no, yes;
    color: white, lime, red
Cordless Drill; 128; voltage: 12 volts, 18 volts, 24 volts; chuck: keyed, keyless; motor: brushed, brushless;
    batteries: one battery, two batteries, three batteries
Pressure Washer; 219; pressure: 1600 psi, 2000 psi, 3100 psi; power: electric, gasoline; soap tank: no, yes;
    hose length: 20 feet, 25 feet, 35 feet
Wheelbarrow; 113; tray: plastic, steel; volume: 4 cubic feet, 6 cubic feet, 8 cubic feet; tire: solid, air-filled;
    wheels: one wheel, two wheels
Raised Planter; 98; material: pine, cedar, galvanized steel; height: 10 inches, 17 inches, 31 inches;
    length: 3 feet, 4 feet, 6 feet; liner: no, yes
Bird Feeder; 37; style: tray, tube, hopper; seed capacity: 2 pounds, 4 pounds, 6 pounds; squirrel guard: no, yes;
    mount: hook, pole
Fire Pit; 254; fuel: wood, pellets, propane; diameter: 24 inches, 30 inches, 36 inches; bowl: steel, copper;
    spark screen: no, yes
Hedge Trimmer; 106; blade length: 18 inches, 20 inches, 24 inches; power: corded, battery, gasoline;
    handle: fixed, rotating; tip guard: no, yes
Step Ladder; 87; steps: two steps, three steps, five steps; frame: steel, aluminum, fiberglass; tool tray: no, yes;
    feet: rubber, spiked
Baby Stroller; 342; seats: one seat, two seats, three seats; fold: umbrella, compact, one-hand;
    color: navy, stone, black
Building Blocks; 48; pieces: 250 pieces, 500 pieces, 1000 pieces; material: plastic, foam, beech;
    theme: city, castle, space
Acoustic Guitar; 287; body: parlor, concert, dreadnought; top: spruce, cedar, mahogany; strings: nylon, bronze;
    pickup: no, yes
Digital Piano; 598; keys: 61 keys, 73 keys, 88 keys; key action: light, semi-weighted, hammer;
    finish: white, black, rosewood
Watercolor Paints; 42; colors: 12 colors, 24 colors, 36 colors; form: pans, tubes; grade: student, artist;
    case: cardboard, tin, beech
Sewing Machine; 226; stitches: 17 stitches, 40 stitches, 100 stitches; threading: manual, automatic;
    needles: one, two, four; hard case: no, yes
Hair Dryer; 69; power: 1200 watts, 1600 watts, 1875 watts; nozzle: concentrator, diffuser, comb;
    color: white, lilac, black
Massage Gun; 118; heads: four heads, six heads, nine heads; speeds: three speeds, five speeds, eight speeds;
    battery: 2 hours, 4 hours, 6 hours
Electric Shaver; 94; blades: three blades, four blades, five blades; use: dry only, wet and dry;
    charging: USB cable, dock; trimmer: no, yes
Duffel Bag; 89; volume: 30 liters, 45 liters, 60 liters; fabric: polyester, canvas, leather;
    color: navy, rust, charcoal
Rain Jacket; 124; size: small, medium, large; hood: fixed, detachable, roll-away; color: yellow, teal, plum
Bifold Wallet; 54; leather: calf, goat, bison; card slots: six slots, eight slots, ten slots;
    color: tan, cognac, black
"""
"""Each paragraph: name; usual price in dollars; options with their values, the cheapest first."""


class Kind(NamedTuple):
    """A kind of product."""

    name: str
    price: float
    """Usual price in dollars, of a variant in the middle of its options."""
    options: dict[str, tuple[str, ...]]
    """Option -> its values, the cheapest first."""


def list_kinds() -> list[Kind]:
    """All kinds. Each has at least 24 combinations of option values."""
    return [_parse(paragraph) for paragraph in _TABLE.replace("\n    ", " ").strip().splitlines()]


def _parse(paragraph: str) -> Kind:
    name, price, *options = (part.strip() for part in paragraph.split(";"))
    pairs = [option.split(": ") for option in options]
    return Kind(name, float(price), {option: tuple(values.split(", ")) for option, values in pairs})
