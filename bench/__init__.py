"""The benchmarks. Each figure is measured in the same run as the one it is compared with."""
