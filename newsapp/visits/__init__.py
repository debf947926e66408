"""Who counts as a reader, and how the counts are kept. Imports no Flask."""
