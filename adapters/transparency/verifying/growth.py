"""A tree that grows from leaves alone, in memory, and tells its root at the sizes that are asked for."""

from collections.abc import Iterable, Sequence

from adapters.transparency.merkle import root
from adapters.transparency.tiles import Tiles, edge_of, grow, nodes


class Growth:
    """``roots``: of the sizes asked for that were reached."""

    def __init__(self, sizes: Iterable[int]) -> None:
        """Begin with nothing."""
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._sizes = sorted(set(sizes))
        self._tiles: Tiles = {}

    def take(self, leaves: Sequence[bytes]) -> None:
        """Take the next leaf hashes."""
        rest = list(leaves)
        while rest:
            stop = next((size for size in self._sizes if self.size < size < self.size + len(rest)), None)
            count = stop - self.size if stop is not None else len(rest)
            self._grow(rest[:count])
            rest = rest[count:]

    def _grow(self, leaves: Sequence[bytes]) -> None:
        edge = {tile.level: self._tiles[tile.level, tile.number] for tile in edge_of(self.size)}
        grown = self._tiles | grow(self.size, edge, leaves)
        self.size += len(leaves)
        # No more is needed to go on, or for the root.
        self._tiles = {(level, number): grown[level, number] for level, number, _ in edge_of(self.size)}
        if self.size in self._sizes:
            self.roots[self.size] = self.root()

    def root(self) -> bytes:
        """Return the root over all that was taken."""
        return root(self.size, nodes(self.size, lambda level, number, _: self._tiles[level, number]))
