"""What a case, a rule, an authority and a person are, and what may happen to them."""
