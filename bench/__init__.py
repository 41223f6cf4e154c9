"""The benchmarks: what the marketplace costs, each figure beside the one it is to be compared with, in the same run."""
