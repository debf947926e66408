"""Benchmarks that anyone can run; their last figures stand in bench/README.md."""
