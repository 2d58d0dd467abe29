"""People that no benchmark contains: names, addresses, e-mail addresses. Every name and street differs from τ²'s."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple


def _list_entries(table: str) -> list[str]:
    """What stands between the commas."""
    return [entry.strip() for entry in table.split(",")]


FIRST_NAMES = _list_entries("""
    Adele, Agnes, Alba, Alden, Amara, Anders, Anselm, Astrid, Aurora, Bashir, Beatriz, Bela, Benno, Bianca,
    Boris, Bruno, Callum, Carla, Celia, Cormac, Dagny, Damian, Dara, Delia, Desmond, Dina, Edgar, Edith, Elias,
    Elodie, Emeka, Enzo, Esther, Farid, Felix, Fiona, Flora, Gareth, Gemma, Gideon, Gloria, Greta, Gustav, Hana,
    Hector, Heidi, Helga, Hugo, Ida, Ignacio, Ilse, Imran, Ingrid, Iris, Jasper, Joanna, Jonas, Josefa, Judith,
    Kaito, Karim, Katya, Kofi, Lars, Laila, Leander, Leonie, Lucia, Magnus, Malik, Marta, Matilda, Milan,
    Mirela, Nadia, Naoko, Nils, Nina, Odette, Oscar, Otto, Paloma, Pavel, Petra, Philippa, Quentin, Rafael,
    Ramona, Renata, Rhys, Rosa, Rufus, Sabine, Samir, Selma, Silas, Stella, Tamsin, Tariq, Tessa, Tobias,
    Ulrike, Valeria, Viktor, Wanda, Xenia, Zeno
""")

LAST_NAMES = _list_entries("""
    Abbott, Acosta, Adeyemi, Albrecht, Almeida, Andrade, Archer, Banerjee, Barlow, Becker, Bergstrom, Bianchi,
    Blackwood, Bosch, Brandt, Caldwell, Castellano, Chandra, Clarke, Conti, Cruz, Dalton, Delgado, Demir,
    Dubois, Eklund, Engel, Falk, Farrell, Ferreira, Fischer, Fleming, Fontaine, Fraser, Fujita, Gallagher,
    Gruber, Hale, Hartmann, Hayashi, Holloway, Horvat, Ibarra, Iyer, Jansen, Jimenez, Kaplan, Keller, Kowalski,
    Kruger, Lambert, Larsen, Lindgren, Lombardi, Maddox, Marek, Mbeki, Mendoza, Mercer, Moreau, Morita,
    Nakamura, Navarro, Novak, Nowak, Obi, Okafor, Olsen, Orozco, Osman, Palmer, Pappas, Petrov, Pike, Quinn,
    Ramsey, Reyes, Ricci, Romero, Rowe, Sandoval, Schreiber, Sharma, Sorensen, Steiner, Sutter, Suzuki, Tanaka,
    Thorne, Toth, Valdez, Varga, Vasquez, Vogel, Wagner, Walsh, Weaver, Whitaker, Winslow, Yilmaz, York, Zamora,
    Ziegler
""")

STREETS = _list_entries("""
    Alder Way, Amber Court, Aspen Ridge, Beacon Hill Road, Birch Hollow, Bluebell Close, Bridge Street,
    Canal Street, Clover Lane, Copper Beech Road, Cypress Bend, Falcon Crest, Foxglove Lane, Garden Terrace,
    Granite Way, Harbor View, Heron Lane, Juniper Court, Kestrel Road, Larkspur Lane, Linden Avenue,
    Lockwood Road, Magnolia Boulevard, Meadow Lane, Mill Road, Mulberry Street, North Gate, Old Quarry Road,
    Orchard Row, Pebble Beach Drive, Poplar Street, Quail Run, Redwood Terrace, Rosemary Lane, Saddle Road,
    Sandpiper Court, Station Road, Sycamore Street, Thistle Court, Tulip Avenue
""")

UNITS = ("Apt", "Unit", "Floor", "Building")

CITIES = (
    ("Albuquerque", "NM", 87101),
    ("Boise", "ID", 83701),
    ("Buffalo", "NY", 14201),
    ("Burlington", "VT", 5401),
    ("Charleston", "SC", 29401),
    ("Cincinnati", "OH", 45201),
    ("Des Moines", "IA", 50301),
    ("El Paso", "TX", 79901),
    ("Fresno", "CA", 93701),
    ("Honolulu", "HI", 96801),
    ("Kansas City", "MO", 64101),
    ("Little Rock", "AR", 72201),
    ("Louisville", "KY", 40201),
    ("Memphis", "TN", 38101),
    ("Milwaukee", "WI", 53201),
    ("Minneapolis", "MN", 55401),
    ("Omaha", "NE", 68101),
    ("Portland", "OR", 97201),
    ("Providence", "RI", 2901),
    ("Richmond", "VA", 23218),
    ("Sacramento", "CA", 94203),
    ("Salt Lake City", "UT", 84101),
    ("Spokane", "WA", 99201),
    ("Tucson", "AZ", 85701),
    ("Tulsa", "OK", 74101),
)
"""(city, state, first of its zip codes)."""

ZIPS_PER_CITY = 40


class Person(NamedTuple):
    first_name: str
    last_name: str
    email: str
    address: dict[str, str]
    """τ²'s keys: address1, address2, city, country, state, zip."""


def make_people(rng: Random, count: int) -> list[Person]:
    """`count` people. No two have the same name, and so none the same name and zip code or e-mail address.

    Raises `ValueError` if there are fewer names than that.
    """
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    return [
        Person(first, last, f"{first}.{last}{rng.randrange(10, 9_999)}@example.com".lower(), make_address(rng))
        for first, last in rng.sample(names, count)
    ]


def make_address(rng: Random) -> dict[str, str]:
    """An address in the United States, with τ²'s keys."""
    city, state, first_zip = rng.choice(CITIES)
    return {
        "address1": f"{rng.randrange(2, 999)} {rng.choice(STREETS)}",
        "address2": f"{rng.choice(UNITS)} {rng.randrange(1, 99)}",
        "city": city,
        "country": "USA",
        "state": state,
        "zip": f"{first_zip + rng.randrange(ZIPS_PER_CITY):05d}",
    }


def generate_user_ids(rng: Random, people: list[Person]) -> Iterator[str]:
    """`first_last_1234` for each of them, as τ² writes ids."""
    for person in people:
        yield f"{person.first_name}_{person.last_name}_{rng.randrange(1000, 10_000)}".lower()


def make_namesake(rng: Random, person: Person) -> Person:
    """Another customer of the same name, with another zip code and e-mail address."""
    while True:
        address = make_address(rng)
        email = f"{person.first_name}.{person.last_name}{rng.randrange(10, 9_999)}@example.com".lower()
        if address["zip"] != person.address["zip"] and email != person.email:
            return Person(person.first_name, person.last_name, email, address)
