"""The vault with a log: what is stored, who may open it, keys that change, keys that end."""
