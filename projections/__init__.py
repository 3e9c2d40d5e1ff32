"""Read models and feeds: data and pure functions. A runner in the adapters owns connections and transactions."""
