"""What several benchmarks use: rounds, loads, and the ends of the wire."""
