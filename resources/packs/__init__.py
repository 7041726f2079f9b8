"""The model packs that come with the program, and the scripts that made them."""
