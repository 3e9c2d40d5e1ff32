"""Audit questions: of each case, rule, post and person exactly the facts that auditors' questions compare."""
