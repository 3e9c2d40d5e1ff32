"""Keys and what only the vault may know of a person."""
