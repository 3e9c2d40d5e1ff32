"""How a rule comes about: drafted, consulted on, reviewed, decided together, tried out, published."""
