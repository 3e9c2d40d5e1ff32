"""Persons 一户一档: who is in which case, what every case went through, what each person receives."""
