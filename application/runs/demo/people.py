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
_OLDEST, _YEAR_DAYS = 97, 365


def household(rng: random.Random, size: int, day: date) -> tuple[PersonNamed, ...]:
    """Return so many (1 to 5) impossible persons, the applicant first."""
    surname = rng.choice(SURNAMES)
    age = rng.randint(28, 82) if size == 1 else rng.randint(30, 62)
    persons = [person(rng, age, day, surname)]
    for relation, lowest, highest in _ROLES[: size - 1]:
        own = surname if relation == "子女" else rng.choice(SURNAMES)
        years = min(_OLDEST, max(1, age - rng.randint(lowest, highest)))
        persons.append(person(rng, years, day, own, relation))
    return tuple(persons)


def person(rng: random.Random, age: int, day: date, surname: str = "", relation: str = "本人") -> PersonNamed:
    """Return an impossible person who is about so old on that day."""
    born = day - timedelta(days=age * _YEAR_DAYS + rng.randrange(_YEAR_DAYS))
    given = rng.choice(FIRST) + (rng.choice(SECOND) if rng.random() < 0.8 else "")  # noqa: PLR2004 most given names have two characters
    number = demo_citizen_id(born, rng.randint(1, 999))
    return PersonNamed(name=(surname or rng.choice(SURNAMES)) + given, id_number=number, relation=relation)
