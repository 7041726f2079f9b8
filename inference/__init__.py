"""From pictures to words, with models on this machine. Knows no Qt; only `jobs` knows the library."""
