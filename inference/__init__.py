"""From pictures to words, with models on this machine. Knows no Qt; only `jobs` and what starts it know the library."""
