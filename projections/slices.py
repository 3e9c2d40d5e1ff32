"""Slices of the log: every stream lies in one of 1,024, for ever, so that parts of a view can be folded apart."""

from hashlib import sha256

from domain.kernel import Value

SLICES = 1_024


class Range(Value):
    """The slices from ``lo`` up to ``hi``, which is not among them."""

    lo: int = 0
    hi: int = SLICES

    @property
    def whole(self) -> bool:
        """Whether every stream lies in it."""
        return self.hi - self.lo == SLICES

    def halves(self) -> "tuple[Range, Range]":
        """Return the two ranges that it falls into. Raises ValueError for a single slice."""
        middle = (self.lo + self.hi) // 2
        if middle == self.lo:
            raise ValueError(f"{self.lo}..{self.hi} cannot be split")
        return Range(self.lo, middle), Range(middle, self.hi)

    def __contains__(self, stream: str) -> bool:
        """Tell whether the stream lies in it."""
        return self.lo <= slice_of(stream) < self.hi


WHOLE = Range()


def slice_of(stream: str) -> int:
    """Return the stream's slice: the first ten bits of SHA-256 of its name, as ``log.slice_of`` in the database."""
    digest = sha256(stream.encode()).digest()
    return digest[0] << 2 | digest[1] >> 6
