"""Long runs over many cases: the bureau's set-up, the demonstration, histories in and out."""
