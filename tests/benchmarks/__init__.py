"""How fast it is, and how fast that is beside what people use today: `python -m tests.benchmarks`."""
