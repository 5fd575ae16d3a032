"""The files below weights/: what is shipped, what can be fetched, and reading that accepts nothing else."""
