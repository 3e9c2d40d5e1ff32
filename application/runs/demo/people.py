"""Invented households. Nobody can bear these ID numbers: their division code was never issued in one."""

import random
from datetime import date, timedelta

from domain.cases.persons import PersonNamed
from domain.identity import demo_citizen_id

SURNAMES = "安白岑程丁方顾何江柯林孟倪欧潘齐任沈唐吴夏严郑朱庄"
FIRST = "春秋晓长明思文永玉云正志忠子佳景立秀"
SECOND = "安波成东芳风禾华江兰林梅宁平青泉石松田霞阳远舟竹"

_ROLES = (("配偶", -6, 6), ("子女", 20, 38), ("子女", 20, 40), ("父母", -32, -21))
"""Relation to the applicant, and by how many years the person is younger (lowest, highest)."""
_OLDEST = 97
MOST_PERSONS = 6
"""Five of a household, and who applies for them."""
_SEQUENCES, _BLOCKS = 999, 4
_NUMBERS = 365 * _SEQUENCES
_SPREAD = 7_919
"""A prime, so that persons named one after the other are born over the whole year."""
_APART = 225_357
"""The golden section of a year's numbers: demonstrations of a few seeds in one log hardly meet."""


class People:
    """The persons of one case. No two persons of a demonstration have the same number, so nobody has two cases."""

    def __init__(self, rng: random.Random, seed: int, number: int, day: date) -> None:
        """Begin the persons of the case with this number."""
        self._rng = rng
        self._seed = seed
        self._key = number * MOST_PERSONS
        self._day = day

    def household(self, size: int, age: int | None = None) -> tuple[PersonNamed, ...]:
        """Return so many (1 to 5) impossible persons, the applicant first, aged ``age`` or as it comes."""
        rng = self._rng
        surname = rng.choice(SURNAMES)
        if age is None:
            age = rng.randint(28, 82) if size == 1 else rng.randint(30, 62)
        persons = [self.person(age, surname)]
        for relation, lowest, highest in _ROLES[: size - 1]:
            own = surname if relation == "子女" else rng.choice(SURNAMES)
            years = min(_OLDEST, max(1, age - rng.randint(lowest, highest)))
            persons.append(self.person(years, own, relation))
        return tuple(persons)

    def person(self, age: int, surname: str = "", relation: str = "本人") -> PersonNamed:
        """Return the next impossible person: on that day so old, or up to four years older."""
        rng = self._rng
        given = rng.choice(FIRST) + (rng.choice(SECOND) if rng.random() < 0.8 else "")  # noqa: PLR2004 most given names have two characters
        number = _id_number(self._key, self._seed, self._day.year - age - 1)
        self._key += 1
        return PersonNamed(name=(surname or rng.choice(SURNAMES)) + given, id_number=number, relation=relation)


def _id_number(key: int, seed: int, year: int) -> str:
    """Return the number of a person born in that year or up to three before.

    A year has so many numbers. Keys that share one are told apart by the year: its rest by four.
    """
    block, slot = divmod(key, _NUMBERS)
    slot = (slot + seed * _APART) * _SPREAD % _NUMBERS
    year -= (year - block - slot) % _BLOCKS
    day, sequence = divmod(slot, _SEQUENCES)
    return demo_citizen_id(date(year, 1, 1) + timedelta(days=day), sequence + 1)
