"""How far to trust a run: claims whose fate is known, taken through the stations, and what became
of them."""
