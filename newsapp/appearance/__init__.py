"""How the site looks by the office's own choice: an accent colour, and what follows from it."""
