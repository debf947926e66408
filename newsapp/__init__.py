"""newsapp: a lightweight news site for a small public office."""
